"""Numbers, cells and tables in Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.records import Measurement, Records, Run, lower_is_better

__all__ = [
    "Comparison",
    "NOT_MEASURED",
    "SIZES",
    "STACK",
    "STEPS",
    "WORD2VEC",
    "amount",
    "day",
    "machine_of",
    "markdown",
    "mean_and_deviation",
    "ratio",
    "rival_in",
    "show",
    "with_interval",
]

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
WORD2VEC = {
    "skip-gram, negative sampling, 100 dimensions, 1 thread": "skip-gram NS 100 d, 1 thread",
    "the same, 2 threads": "skip-gram NS 100 d, 2 threads",
    "the same, 2 threads, from token lists": "skip-gram NS 100 d, 2 threads, token lists",
    "skip-gram, negative sampling, 300 dimensions, 1 thread": "skip-gram NS 300 d, 1 thread",
    "CBOW, negative sampling, 100 dimensions, 1 thread": "CBOW NS 100 d, 1 thread",
    "skip-gram, hierarchical softmax, 100 dimensions, 1 thread": "skip-gram HS 100 d, 1 thread",
    "CBOW, hierarchical softmax, 100 dimensions, 1 thread": "CBOW HS 100 d, 1 thread",
}
SIZES = ("1024/128", "2048/256", "4096/512")
STACK = {
    f"{size}, batch {batch}, {threads}": f"{size}, batch {batch}, {threads}"
    for size in SIZES
    for batch in (32, 128)
    for threads in ("1 thread", "2 threads")
}
STEPS = {f"{size}, {threads}": f"{size}, {threads}" for size in SIZES for threads in ("1 thread", "2 threads")}
NOT_MEASURED = "Not measured on a quiet machine yet."


def day(run: Run) -> str:
    year, month, number = run.date.split()[0].split("-")
    return f"{int(number)} {MONTHS[int(month) - 1]} {year}"


def amount(value: float, quantity: str) -> str:
    """Return a number with three or four significant digits and its unit."""
    if quantity.endswith("/s"):
        if value >= 1e6:
            return f"{value / 1e6:.2f} M"
        return f"{value / 1e3:.0f} k" if value >= 1e5 else f"{value:,.0f}"
    unit = f" {quantity}" if quantity in ("s", "ms", "MB", "GFLOP/s") else ""
    size = abs(value)
    digits = 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 1 else 3
    return f"{value:,.{digits}f}{unit}"


def show(measured: Measurement) -> str:
    """Return the median, and the lowest and the highest result if there were several."""
    middle = amount(measured.middle, measured.quantity)
    if measured.runs == 1 or measured.lowest is None or measured.highest is None or measured.quantity == "score":
        return middle
    bare = [
        amount(value, measured.quantity).removesuffix(f" {measured.quantity}")
        for value in (measured.lowest, measured.highest)
    ]
    return f"{middle} ({' .. '.join(bare)})"


def ratio(value: float) -> str:
    digits = 0 if value >= 99.5 else 1 if value >= 9.95 else 2
    return f"{value:.{digits}f} x"


def rival_in(run: Run, case: str, rivals: Sequence[str], quantity: str) -> Measurement | None:
    """Return the best of the systems that wordkin is compared with."""
    found = [measured for name in rivals if (measured := run.find(case, name, quantity)) is not None]
    if not found:
        return None
    return min(found, key=lambda m: m.middle if lower_is_better(quantity) else -m.middle)


def row_of(table: list[str]) -> str:
    return f"| {' | '.join(table)} |"


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join([row_of([*head]), "|" + "---|" * len(head), *(row_of([*row]) for row in rows)])


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A table that compares wordkin with one other library, a row for each case that a record has."""

    benchmark: str
    rows: dict[str, str]
    rivals: tuple[str, ...]
    quantity: str
    short: bool = False  # without the range of the results
    text: bool = False  # with a column for the size of the text

    def __call__(self, records: Records) -> str:
        unit = self.quantity if self.quantity.endswith("/s") else ""
        names = [f"{name}, {unit}" if unit else name for name in ("wordkin", self.rivals[0].partition(",")[0])]
        head = ["task", *(["text"] if self.text else []), *names, "ratio", "machine", "runs"]
        rows = []
        for label, case in self.rows.items():
            try:
                run = records.newest(self.benchmark, case)
            except LookupError:
                continue
            own, rival = run.find(case, "wordkin", self.quantity), rival_in(run, case, self.rivals, self.quantity)
            assert own is not None
            cells = [label]
            if self.text:
                words = run.find(case, "text", "words") or run.find("text", "text", "words")
                cells.append("" if words is None else f"{words.middle / 1e6:.3g} M words")
            cells.append(show(own))
            cells.append("" if rival is None else show(rival))
            cells.append("" if rival is None else ratio(run.ratio(case, "wordkin", rival.system, self.quantity)))
            rows.append([*cells, run.machine["name"], str(own.runs)])
        return markdown(head, rows)


def mean_and_deviation(measured: Measurement, digits: int) -> str:
    text = f"{measured.mean:.{digits}f}"
    return text if measured.deviation is None else f"{text} ± {measured.deviation:.{digits}f}"


def with_interval(difference: Measurement | None, digits: int) -> str:
    if difference is None:
        return ""
    return f"{difference.middle:+.{digits}f} ({difference.lowest:+.{digits}f} .. {difference.highest:+.{digits}f})"


def machine_of(run: Run) -> str:
    return f"{run.machine['name']}, {run.machine['cores']} cores"
