"""Description of the machine before a benchmark, and its record afterwards."""

from __future__ import annotations

import argparse
import datetime
import shlex
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import wordkin
from bench.compare import Samples
from bench.machine import commit, machine, print_description, seconds_of_others, versions
from bench.records import Measurement, Run, add_run

__all__ = ["Recorder", "recording"]

# Options that say where things are and not what is measured.
INSTALLATION = ("--record", "--machine", "--fasttext-python", "--gensim-python", "--torch-python")


class Recorder:
    """Collects the measurements of one run of a benchmark."""

    def __init__(self) -> None:
        self.measurements: list[Measurement] = []

    def add(self, case: str, system: str, quantity: str, values: Sequence[float], *, at: float | None = None) -> None:
        self.measurements.append(Measurement.of(values, case=case, system=system, quantity=quantity, at=at))

    def add_interval(
        self, case: str, system: str, quantity: str, mean: float, lowest: float, highest: float, *, runs: int
    ) -> None:
        """Add a mean with the ends of its 95 % confidence interval."""
        self.measurements.append(
            Measurement(
                case=case, system=system, quantity=quantity, runs=runs, mean=mean, lowest=lowest, highest=highest
            )
        )

    def add_samples(self, case: str, samples: dict[str, Samples], name: str, quantity: str) -> None:
        """Add one result of every system."""
        for system, taken in samples.items():
            self.add(case, system, quantity, taken.values(name))

    def add_fastest(self, case: str, samples: dict[str, Samples], name: str, quantity: str, *, best: str) -> None:
        """Add one result of the fastest arrangement of another library, under the name of the library."""
        pick = min if quantity == "s" else max
        fastest = pick(samples.values(), key=lambda taken: taken.median(name))
        self.add(case, best, quantity, fastest.values(name))


@contextmanager
def recording(options: argparse.Namespace, *rivals: str, is_timed: bool = True) -> Iterator[Recorder]:
    """Print the machine and the versions, and write what the block adds to the file of ``--record``.

    Parameters
    ----------
    options : argparse.Namespace
        The options of the benchmark.
    *rivals : str
        Requirements such as ``"gensim==4.4.0"`` of the libraries that wordkin is compared with.
    is_timed : bool
        Whether other work on the machine can change the results.
    """
    print_description()
    recorder = Recorder()
    started, others = time.monotonic(), seconds_of_others()
    yield recorder
    seconds, others_now = time.monotonic() - started, seconds_of_others()
    if options.record is None:
        return
    about = machine(options.machine)
    other_work = None
    if is_timed and others is not None and others_now is not None:
        other_work = round(max(0.0, others_now - others) / seconds / about["cores"], 3)
    benchmark, command = _command()
    run = Run(
        machine=about,
        benchmark=benchmark,
        date=datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M"),
        command=command,
        commit=commit(),
        versions={**versions(), **dict(rival.split("==") for rival in rivals)},
        isa=wordkin.show_config()["isa"],
        seconds=round(seconds, 1),
        other_work=other_work,
        note="",
        measurements=tuple(recorder.measurements),
    )
    add_run(options.record, run)
    print(f"# recorded: {options.record}")


def _command() -> tuple[str, str]:
    """Return the name of the benchmark and the command, without folders and what selects interpreters and files."""
    module = sys.modules["__main__"].__spec__
    name = module.name if module is not None else Path(sys.argv[0]).stem
    words = []
    skip = False
    for word in sys.argv[1:]:
        if skip:
            skip = False
        elif word.startswith("--") and word.partition("=")[0] in INSTALLATION:
            skip = "=" not in word
        else:
            words.append(Path(word).name if "/" in word and not word.startswith("--") and Path(word).exists() else word)
    return name.removeprefix("bench."), shlex.join(["python", "-m", name, *words])
