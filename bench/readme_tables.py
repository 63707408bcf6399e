"""The two tables of README.md with relative speeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.cells import SIZES, WORD2VEC, amount, markdown, ratio, rival_in
from bench.elmo_tables import PYTORCH_TASKS
from bench.records import Records, lower_is_better

__all__ = ["tasks", "training"]


def training(records: Records) -> str:
    """README: the speed of training, without the range of the results."""
    rows = []
    for label, case in WORD2VEC.items():
        if "token lists" in case:
            continue
        run = records.newest("word2vec.speed", case)
        own = run.find(case, "wordkin", "words/s")
        assert own is not None
        relative = ratio(run.ratio(case, "wordkin", "gensim", "words/s"))
        rows.append([label, amount(own.middle, "words/s"), relative, run.machine["name"]])
    return markdown(["training", "wordkin, words/s", "speed relative to gensim", "machine"], rows)


@dataclass(frozen=True, kw_only=True)
class Task:
    """A row of README's table of relative speeds: several cases of one benchmark against the same library."""

    label: str
    benchmark: str
    cases: tuple[str, ...]
    rivals: tuple[str, ...]
    quantity: str
    against: str
    span: bool = False  # the lowest and the highest ratio instead of one for each case
    rival_case: str | None = None

    def cells(self, records: Records) -> list[str] | None:
        try:
            runs = [records.newest(self.benchmark, case) for case in self.cases]
        except LookupError:
            return None
        ratios = []
        for run, case in zip(runs, self.cases, strict=True):
            own = run.find(case, "wordkin", self.quantity)
            rival = rival_in(run, self.rival_case or case, self.rivals, self.quantity)
            if own is None or rival is None:
                return None
            value = own.middle / rival.middle
            ratios.append(1 / value if lower_is_better(self.quantity) else value)
        if self.span and len(ratios) > 1:
            shown = " to ".join(ratio(value) for value in (min(ratios), max(ratios)))
        else:
            shown = "; ".join(ratio(value) for value in ratios)
        names = list(dict.fromkeys(run.machine["name"] for run in runs))
        return [self.label, f"{shown} {self.against}", "; ".join(names), f"`python -m bench.{self.benchmark}`"]


def known_cases(records: Records, benchmark: str, pattern: str, endings: Sequence[str] = SIZES) -> tuple[str, ...]:
    """Return the cases of the newest run that has any of a size and that end in a pattern."""
    found = []
    for size in endings:
        try:
            records.newest(benchmark, f"{size}, {pattern}")
        except LookupError:
            continue
        found.append(f"{size}, {pattern}")
    return tuple(found)


def tasks(records: Records) -> str:
    """README: the speed relative to other libraries."""
    torch = {"rivals": ("PyTorch",), "quantity": "words/s", "against": "PyTorch", "span": True}
    positions = "32 sentences of 20 words, 2 threads"
    rows = [
        Task(
            label="count and encode a text, compared with `build_vocab`, which only counts",
            benchmark="word2vec.vocabulary", cases=("count and encode, 1 thread",), rivals=("gensim",),
            quantity="words/s", against="gensim",
        ),
        Task(
            label="learn phrases; join them with frozen phrases; the latter from file to file",
            benchmark="phrases.phrases", cases=("learn", "join frozen", "file to file"), rivals=("gensim",),
            quantity="s", against="gensim",
        ),
        Task(
            label="1,000 nearest-neighbour queries among 100,000 vectors of 300 dimensions in one batch",
            benchmark="vectors.search", cases=("batch",), rivals=("NumPy",), quantity="ms", against="NumPy",
        ),
        Task(
            label="one such query at a time", benchmark="vectors.search", cases=("single",), rivals=("gensim",),
            quantity="ms", against="gensim",
        ),
        Task(
            label="LSTM layers of an ELMo model, forward and backward, batch size 32, 2 threads",
            benchmark="elmo.lstm_stack", cases=known_cases(records, "elmo.lstm_stack", "batch 32, 2 threads"), **torch,
        ),
        Task(
            label="the same, batch size 128", benchmark="elmo.lstm_stack",
            cases=known_cases(records, "elmo.lstm_stack", "batch 128, 2 threads"), **torch,
        ),
        Task(
            label="complete ELMo training step, vocabulary of 100,000 words, batch size 32, 2 threads",
            benchmark="elmo.training_step", cases=known_cases(records, "elmo.training_step", "2 threads"), **torch,
        ),
        Task(
            label="number of training steps of a small ELMo model in 5 minutes",
            benchmark="elmo.wikipedia", cases=("end, against PyTorch",), rivals=("PyTorch",), quantity="steps",
            against="PyTorch",
        ),
        Task(
            label="largest published ELMo model, from strings to all layers with cached token vectors, 2 threads, "
            "compared with PyTorch's LSTM layers alone",
            benchmark="elmo.encode", cases=(f"{positions}, warm cache",), rivals=("PyTorch",),
            rival_case=positions, quantity="positions/s", against="PyTorch",
        ),
        Task(
            label="training a BiLSTM classifier; a BiLSTM-CRF tagger", benchmark="downstream.speed",
            cases=("classifier, train", "tagger, train"), rivals=PYTORCH_TASKS, quantity="s", against="PyTorch",
        ),
        Task(
            label="prediction with these", benchmark="downstream.speed",
            cases=("classifier, predict", "tagger, predict"), rivals=PYTORCH_TASKS, quantity="s", against="PyTorch",
        ),
    ]  # fmt: skip
    cells = [found for task in rows if (found := task.cells(records)) is not None]
    return markdown(["task", "speed relative to another library", "machine", "benchmark"], cells)
