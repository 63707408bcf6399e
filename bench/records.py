"""Results of benchmarks as JSON files, from which `bench.report` draws every table and chart.

A file of bench/records belongs to one machine. Each of its runs is one call of a benchmark, with the command, the
commit, the versions, and what was measured. The format is described in bench/README.md.
"""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

__all__ = ["FOLDER", "FORMAT", "QUIET", "Measurement", "Records", "Run", "add_run", "lower_is_better", "read_runs"]

FOLDER = Path(__file__).resolve().parent / "records"
FORMAT = 1
DIGITS = 6  # significant digits of numbers in files
# A run beside other programs, which took more than this share of the processors, is not reported.
QUIET = 0.1
LOWER_IS_BETTER = ("s", "ms", "MB", "perplexity", "loss")


def lower_is_better(quantity: str) -> bool:
    return quantity.partition(",")[0] in LOWER_IS_BETTER


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """One quantity of one system in one case, over several runs of the same program.

    `values` are empty where they were not kept. `at` is the position on the horizontal axis of a chart.
    """

    case: str
    system: str
    quantity: str
    runs: int
    median: float | None = None
    lowest: float | None = None
    highest: float | None = None
    mean: float | None = None
    deviation: float | None = None
    values: tuple[float, ...] = ()
    at: float | None = None

    @classmethod
    def of(
        cls, values: Sequence[float], *, case: str, system: str, quantity: str, at: float | None = None
    ) -> Measurement:
        return cls(
            case=case,
            system=system,
            quantity=quantity,
            runs=len(values),
            median=statistics.median(values),
            lowest=min(values),
            highest=max(values),
            mean=statistics.fmean(values),
            deviation=statistics.stdev(values) if len(values) > 1 else None,
            values=tuple(values),
            at=at,
        )

    @property
    def middle(self) -> float:
        """The median, or the mean if only that is known."""
        found = self.mean if self.median is None else self.median
        assert found is not None
        return found


@dataclass(frozen=True, kw_only=True)
class Run:
    """One call of a benchmark on one machine."""

    machine: dict[str, Any]
    benchmark: str
    date: str
    command: str
    commit: str
    versions: dict[str, str]
    isa: str
    seconds: float | None
    other_work: float | None  # share of the processors that other programs took; None if it is unknown or unimportant
    note: str
    measurements: tuple[Measurement, ...]

    @property
    def quiet(self) -> bool:
        return self.other_work is None or self.other_work <= QUIET

    def find(self, case: str, system: str, quantity: str) -> Measurement | None:
        return next(iter(self.select(case=case, system=system, quantity=quantity)), None)

    def select(self, **wanted: object) -> list[Measurement]:
        """Return the measurements with the given fields."""
        return [m for m in self.measurements if all(getattr(m, name) == value for name, value in wanted.items())]

    def ratio(self, case: str, system: str, rival: str, quantity: str) -> float:
        """Return how many times as fast, or as small, a system is as another one."""
        own, other = self.find(case, system, quantity), self.find(case, rival, quantity)
        if own is None or other is None:
            raise LookupError(f"{self.benchmark} has no {quantity} of {system} and {rival} for {case!r}")
        ratio = own.middle / other.middle
        return 1 / ratio if lower_is_better(quantity) else ratio


class Records:
    """All runs, from the oldest to the newest."""

    def __init__(self, runs: Iterable[Run]) -> None:
        self.runs = sorted(runs, key=lambda run: run.date)

    @classmethod
    def read(cls, folder: Path = FOLDER) -> Records:
        return cls(run for path in sorted(folder.glob("*.json")) for run in read_runs(path))

    def newest(self, benchmark: str, case: str | None = None, *, disturbed: bool = False) -> Run:
        """Return the newest run of a benchmark that has a case.

        Runs that other work disturbed do not count, except with `disturbed`, for results that the load does not change.
        """
        for run in reversed(self.runs):
            if run.benchmark == benchmark and (disturbed or run.quiet) and (case is None or run.select(case=case)):
                return run
        raise LookupError(f"no record of {benchmark}" + (f" has the case {case!r}" if case else ""))


def read_runs(path: Path) -> Iterator[Run]:
    content = json.loads(path.read_text(encoding="utf-8"))
    if content["format"] != FORMAT:
        raise ValueError(f"{path}: format must be {FORMAT}, got {content['format']}")
    for run in content["runs"]:
        measurements = tuple(
            Measurement(**{**entry, "values": tuple(entry.get("values", ()))}) for entry in run["measurements"]
        )
        yield Run(**{**run, "machine": content["machine"], "measurements": measurements})


def add_run(path: Path, run: Run) -> None:
    """Add a run to the file of its machine; the file is created if it does not exist."""
    content: dict[str, Any] = {"format": FORMAT, "machine": run.machine, "runs": []}
    if path.exists():
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["machine"] != run.machine:
            raise ValueError(f"{path} has runs of another machine: {content['machine']}, not {run.machine}")
    entry = {field.name: getattr(run, field.name) for field in fields(run) if field.name != "machine"}
    entry["measurements"] = [_compact(measurement) for measurement in run.measurements]
    content["runs"].append(entry)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_text(content), encoding="utf-8")


def _compact(measurement: Measurement) -> dict[str, Any]:
    entry = asdict(measurement)
    entry["values"] = list(measurement.values)
    return {name: _rounded(value) for name, value in entry.items() if value is not None and value != []}


def _rounded(value: Any) -> Any:
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"results must be finite, got {value}")
        rounded = float(f"{value:.{DIGITS}g}")
        return int(rounded) if rounded.is_integer() else rounded
    return value


def _text(content: dict[str, Any]) -> str:
    """Return JSON with one measurement a line, so that a change of one is one line of a diff."""
    runs = []
    for run in content["runs"]:
        head = {name: value for name, value in run.items() if name != "measurements"}
        lines = ",\n   ".join(json.dumps(entry, ensure_ascii=False) for entry in run["measurements"])
        opened = json.dumps(head, ensure_ascii=False, indent=1)[:-2].replace("\n", "\n ")
        runs.append(f'{opened},\n  "measurements": [\n   {lines}\n  ]\n }}')
    machine = json.dumps(content["machine"], ensure_ascii=False)
    return f'{{\n"format": {content["format"]},\n"machine": {machine},\n"runs": [\n ' + ",\n ".join(runs) + "\n]\n}\n"
