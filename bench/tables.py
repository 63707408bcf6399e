"""The tables and charts of README.md and docs/benchmarks.md, made from records."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.charts import Bar, Panel, Series, bar_chart, line_chart
from bench.records import Measurement, Records, Run, lower_is_better

__all__ = ["CHARTS", "TABLES", "Chart", "machine_of", "ratio", "show", "sizes"]

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
PHRASES = {
    "learn from a file": "learn",
    "the same, 2 threads": "learn, 2 threads",
    "learn from token lists": "learn lists",
    "freeze": "freeze",
    "join": "join",
    "join, frozen": "join frozen",
    "join token lists, frozen": "join lists, frozen",
    "file to file, frozen": "file to file",
    "the same with 2 threads": "file to file, 2 threads",
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
CSLS = "CSLS, 20,000 x 20,000 x 100"
DOC2VEC = ("PV-DBOW", "PV-DM, mean", "PV-DM, concatenation")
PRECISIONS = {"float32": "wordkin", "bfloat16": "wordkin, bfloat16", "int8": "wordkin, int8"}  # of the encoder
PYTORCH_TASKS = ("PyTorch, packed", "PyTorch, padded")
MERGED = (("analogies %", 2), ("WS-353", 3), ("SimLex-999", 3))
FEATURES = ("learned from scratch", "word2vec", "ELMo", "word2vec + ELMo")


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


def predictions(records: Records) -> str:
    """Predictions in batches and of one text, by the precision of the encoder, against PyTorch in float32."""
    rows = []
    for model in ("classifier", "tagger"):
        for work, case, quantity in (("batches", "predict", "s"), ("one text, median", "request, p50", "ms")):
            run = records.newest("downstream.speed", f"{model}, {case}")
            rival = rival_in(run, f"{model}, {case}", PYTORCH_TASKS, quantity)
            for precision, system in PRECISIONS.items():
                own = run.find(f"{model}, {case}", system, quantity)
                if own is None or rival is None:
                    continue
                relative = ratio(run.ratio(f"{model}, {case}", system, rival.system, quantity))
                rows.append([f"{model}, {work}", precision, show(own), show(rival), relative, run.machine["name"]])
    return markdown(["task", "encoder", "wordkin", "PyTorch", "ratio", "machine"], rows)


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


def mean_and_deviation(measured: Measurement, digits: int) -> str:
    text = f"{measured.mean:.{digits}f}"
    return text if measured.deviation is None else f"{text} ± {measured.deviation:.{digits}f}"


def accuracy(records: Records) -> str:
    """README: the scores with different embeddings."""
    run = records.newest("downstream.results", "sst2, test")
    rows = []
    baseline = run.find("sst2, test", "TF-IDF, logistic regression", "%")
    assert baseline is not None
    for label, task, digits in (
        ("CoNLL-2000 chunking, F1", "chunking", 2),
        (f"SST-2, accuracy (TF-IDF with logistic regression: {baseline.middle:.1f})", "sst2", 1),
    ):
        found = [run.find(f"{task}, test", features, "%") for features in FEATURES]
        rows.append([label, *(mean_and_deviation(measured, digits) for measured in found if measured is not None)])
    return markdown(["", *FEATURES], rows)


def accuracy_of_features(records: Records) -> str:
    """The same scores with a row for each kind of features."""
    run = records.newest("downstream.results", "sst2, test")
    rows = []
    for sst2 in run.select(case="sst2, test"):
        chunking = run.find("chunking, test", sst2.system, "%")
        rows.append(
            [sst2.system, mean_and_deviation(sst2, 1), "" if chunking is None else mean_and_deviation(chunking, 2)]
        )
    return markdown(["features", "SST-2", "CoNLL-2000"], rows)


def scores(task: str) -> Callable[[Records], str]:
    def table(records: Records) -> str:
        run = records.newest("downstream.results", f"{task}, test")
        rows = []
        for test in run.select(case=f"{task}, test"):
            dev = run.find(f"{task}, dev", test.system, "%")
            seeds = ", ".join(f"{value:.2f}" for value in test.values)
            rows.append(
                [test.system, "" if dev is None else mean_and_deviation(dev, 2), mean_and_deviation(test, 2), seeds]
            )
        return markdown(["features", "dev", "test", "single seeds, test"], rows)

    return table


def recipes(records: Records) -> str:
    """Return the development scores of each try; times would be disturbed by other work, scores are not."""
    names = {
        "sst2/elmo": "SST-2, ELMo",
        "sst2/tuned": "SST-2, ELMo fine-tuned",
        "chunking/elmo": "chunking, ELMo",
        "chunking/both": "chunking, word2vec + ELMo",
    }
    found: dict[str, dict[str, Measurement]] = {}
    heads: dict[str, str] = {}
    for case in (f"{name}, dev{parts}" for name in names for parts in ("", ", parts")):
        try:
            run = records.newest("downstream.recipes", case, disturbed=True)
        except LookupError:
            continue
        for measured in run.select(case=case):
            found.setdefault(measured.system, {})[case] = measured
            part = f", {measured.at:.0f} % of the texts" if case.endswith("parts") else ""
            heads[case] = names[case.split(",")[0]] + part
    rows = [
        [about, *(mean_and_deviation(scores[case], 2) if case in scores else "" for case in heads)]
        for about, scores in found.items()
    ]
    return markdown(["try", *heads.values()], rows)


def fractions(records: Records) -> str:
    run = records.newest("downstream.results", "chunking, test, parts")
    columns = [(task, features) for task in ("chunking", "sst2") for features in ("word2vec", "word2vec + ELMo")]
    rows = []
    for at in sorted({m.at for m in run.select(case="chunking, test, parts") if m.at is not None}):
        cells = [f"{at:g} %"]
        for task, features in columns:
            (found,) = run.select(case=f"{task}, test, parts", system=features, at=at)
            cells.append(mean_and_deviation(found, 2))
        rows.append(cells)
    names = {"chunking": "chunking", "sst2": "SST-2"}
    return markdown(
        ["fraction of the training texts", *(f"{names[task]}: {features}" for task, features in columns)], rows
    )


def quality(records: Records) -> str:
    rows = []
    run = records.newest("word2vec.quality")
    for case in dict.fromkeys(measured.case for measured in run.measurements):
        own, rival, difference = (run.find(case, name, "score") for name in ("wordkin", "gensim", "difference"))
        assert own is not None and rival is not None and difference is not None
        digits = 2 if case.endswith("%") else 3
        span = f"({difference.lowest:+.{digits}f} .. {difference.highest:+.{digits}f})"
        rows.append(
            [case, *(f"{m.middle:.{digits}f}" for m in (own, rival)), f"{difference.middle:+.{digits}f} {span}"]
        )
    return markdown(["", "wordkin", "gensim", "difference"], rows)


def with_interval(difference: Measurement | None, digits: int) -> str:
    if difference is None:
        return ""
    return f"{difference.middle:+.{digits}f} ({difference.lowest:+.{digits}f} .. {difference.highest:+.{digits}f})"


def systems_of(run: Run, case: str) -> list[str]:
    """Return the systems of a case in their order, without the differences from another one."""
    return [m.system for m in run.select(case=case) if not m.system.endswith(", difference")]


def ranks(records: Records) -> str:
    """Scores by the number of ranks, and the differences from one rank with its best learning rate."""
    run = records.newest("distributed.ranks", "analogies %")
    rows = []
    for system in systems_of(run, "analogies %"):
        cells = [system.replace("1 rank, ", "1 rank, alpha ")]
        for measure, digits in (("analogies %", 2), ("WS-353", 3)):
            found = run.find(measure, system, "score")
            assert found is not None
            cells.append(f"{found.mean:.{digits}f}")
            cells.append(with_interval(run.find(measure, f"{system}, difference", "score"), digits))
        rows.append([*cells, str(found.runs)])
    return markdown(["", "analogies %", "difference", "WS-353", "difference", "seeds"], rows)


def ranks_by_frequency(records: Records) -> str:
    """The same scores for questions and pairs whose rarest word is in a range of frequency ranks."""
    run = records.newest("distributed.ranks", "analogies %")
    cases = [case for case in dict.fromkeys(m.case for m in run.measurements) if ", rarest word " in case]
    rows = []
    for system in systems_of(run, "analogies %"):
        found = [(case, run.find(case, system, "score")) for case in cases]
        rows.append(
            [
                system.replace("1 rank, ", "1 rank, alpha "),
                *(f"{m.mean:.{1 if case.startswith('analogies') else 3}f}" for case, m in found if m is not None),
            ]
        )
    return markdown(["", *(case.replace("rarest word ", "") for case in cases)], rows)


def merging(records: Records) -> str:
    """Scores of vectors that were trained on parts of a text and merged."""
    run = records.newest("distributed.merging", "analogies %")
    rows = []
    for system in systems_of(run, "analogies %"):
        found = [(run.find(measure, system, "score"), digits) for measure, digits in MERGED]
        rows.append([system, *(mean_and_deviation(m, digits) for m, digits in found if m is not None)])
    return markdown(["", *(measure for measure, _ in MERGED)], rows)


def combination(records: Records) -> str:
    """CPU time of combinations, relative to that of training."""
    run = records.newest("distributed.cost", "combination")
    rows = []
    for share in run.select(case="combination", quantity="% of training"):
        (taken,) = run.select(case="combination", quantity="ms", at=share.at, system=share.system)
        rows.append([f"{share.at:,.0f}", share.system, f"{share.middle:.1f} %", show(taken), run.machine["name"]])
    return markdown(["words between combinations", "", "of training", "each", "machine"], rows)


def threads(records: Records) -> str:
    """Speed and scores of deterministic training and of Hogwild."""
    run = records.newest("distributed.threads", "2 workers")
    rows = []
    for system in systems_of(run, "2 workers"):
        speed = run.find("2 workers", system, "words/s")
        assert speed is not None
        found = [(run.find(f"4 workers, {measure}", system, "score"), digits) for measure, digits in MERGED]
        rows.append([system, show(speed), *(mean_and_deviation(m, digits) for m, digits in found if m is not None)])
    return markdown(["", "words per CPU second, 2 workers", *(f"{name}, 4 workers" for name, _ in MERGED)], rows)


def search(records: Records) -> str:
    run = records.newest("vectors.search", "batch")
    rows = []
    for label, case, system, rival in (
        ("1,000 queries in one batch, float32", "batch", "wordkin", "NumPy"),
        ("one query, float32", "single", "wordkin", "gensim"),
        ("one query, float16 storage", "single", "wordkin float16", "gensim"),
        ("one query, all vectors almost alike", "worst case", "wordkin", "gensim"),
        ("the first query after loading", "first query", "wordkin", "gensim"),
    ):
        own, other = run.find(case, system, "ms"), run.find(case, rival, "ms")
        if own is None or other is None:  # a record from before the case was measured
            continue
        rows.append([label, show(own), f"{rival} {show(other)}", ratio(run.ratio(case, system, rival, "ms"))])
    return markdown(["task", "wordkin", "other library", "ratio"], rows)


def memory_of_steps(records: Records) -> str:
    rows = []
    for case in STEPS.values():
        try:
            run = records.newest("elmo.training_step", case)
        except LookupError:
            continue
        own, rival = run.find(case, "wordkin", "MB"), run.find(case, "PyTorch", "MB")
        accounted = run.find(case, "weights, gradients and activations", "MB")
        assert own is not None and rival is not None and accounted is not None
        rest = own.middle - accounted.middle
        remainder = amount(rest, "MB") if rest > 0 else "none"
        rows.append([case, show(own), show(rival), remainder, run.machine["name"]])
    return markdown(["size", "wordkin", "PyTorch", "remainder", "machine"], rows)


def encoding(records: Records) -> str:
    base, sentence = "32 sentences of 20 words, ", "one sentence at a time, 1 thread"
    rows = []
    for label, case, system, rival_case, rival, quantity in (
        *(
            (f"{base}{threads}, {cache} cache", f"{base}{threads}, {cache} cache", "wordkin", base + threads,
             "PyTorch", "positions/s")
            for threads in ("1 thread", "2 threads") for cache in ("warm", "cold")
        ),
        *(
            (label, sentence, system, sentence, rival, "positions/s")
            for label, system, rival in (
                ("one sentence at a time, 1 thread, float32", "wordkin", "limit by memory bandwidth"),
                ("the same, bfloat16", "wordkin, bfloat16", "wordkin"),
            )
        ),
        ("1024/128, a text, 2 threads, bfloat16", "small model, a text, 2 threads", "wordkin, bfloat16",
         "small model, a text, 2 threads", "PyTorch", "words/s"),
    ):  # fmt: skip
        try:
            run = records.newest("elmo.encode", case)
        except LookupError:
            continue
        own, other = run.find(case, system, quantity), run.find(rival_case, rival, quantity)
        if own is None or other is None:
            continue
        compared = f"{rival}: {show(other)}"
        rows.append([label, f"{show(own)} {quantity}", compared, ratio(own.middle / other.middle), run.machine["name"]])
    return markdown(["task", "wordkin", "compared with", "ratio", "machine"], rows)


def amx(records: Records) -> str:
    run = records.newest("elmo.amx")
    rows = []
    for measured in run.measurements:
        span = measured.lowest is not None and measured.highest is not None
        shown = f"{measured.lowest:g} to {measured.highest:g} x" if span else f"{measured.middle:g} x"
        rows.append([measured.case, shown, run.machine["name"], day(run)])
    return markdown(["task", "speed relative to PyTorch in float32", "machine", "date"], rows)


def int8_speed(records: Records) -> str:
    """Inference with 8-bit integers against the other precisions, for each instruction set."""
    rows = []
    for isa in ("avx2", "avxvnni", "avx512vnni", "amx", "neon", "neondot"):
        for part in ("batch 32", "one sentence"):
            case = f"4096/512, {part}, {isa}"
            try:
                run = records.newest("elmo.int8", case)
            except LookupError:
                continue
            found = {name: run.find(case, name, "tokens/s") for name in ("int8", "float32", "bfloat16")}
            own = found["int8"]
            assert own is not None
            ratios = [ratio(own.middle / other.middle) for name in ("float32", "bfloat16") if (other := found[name])]
            rows.append([isa, part, f"{show(own)} tokens/s", *ratios, run.machine["name"]])
    head = ["instruction set", "input", "int8", "against float32", "against bfloat16", "machine"]
    return markdown(head, rows) if rows else NOT_MEASURED


def int8_quality(records: Records) -> str:
    """Return the differences that rounding makes: of vectors, perplexity and the tags of a tagger."""
    try:
        run = records.newest("elmo.int8", "average")
    except LookupError:
        return NOT_MEASURED
    rows = []
    for precision in ("bfloat16", "int8"):
        for case in ("layer 1", "layer 2", "average"):
            mean, lowest = (run.find(case, precision, f"{kind} cosine") for kind in ("mean", "lowest"))
            if mean is not None and lowest is not None:
                rows.append([f"cosine to float32, {case}", precision, f"{mean.middle:.6f} ({lowest.middle:.6f})"])
    for case, quantity, digits in (("perplexity", "perplexity", 2), ("CoNLL-2000", "F1", 2)):
        for precision in ("float32", "bfloat16", "int8"):
            found = run.find(case, precision, quantity)
            if found is not None:
                rows.append([f"{case}, F1" if quantity == "F1" else case, precision, f"{found.middle:.{digits}f}"])
    return markdown(["", "precision", "result (lowest of all tokens)"], rows)


def perplexities(records: Records) -> str:
    run = records.newest("elmo.wikipedia", "validation")
    rows = []
    for steps in run.select(case="validation", quantity="steps"):
        cells = [f"{steps.at:.1f}", f"{steps.middle:,.0f}"]
        for system in ("ELMo, forward", "ELMo, backward", "ELMo"):
            (found,) = run.select(case="validation", system=system, quantity="perplexity", at=steps.at)
            cells.append(f"{found.middle:.1f}")
        rows.append(cells)
    return markdown(["minutes", "step", "forward", "backward", "geometric mean"], rows)


def kills(records: Records) -> str:
    run = records.newest("distributed.kills", "kills", disturbed=True)
    rows = []
    for system, label in (("undisturbed", "undisturbed"), ("killed", "with kills")):
        found = {m.quantity: m for m in run.select(case="kills", system=system)}
        columns = (("analogies %", 2), ("WS-353", 3), ("SimLex-999", 3), ("loss of the last epoch", 4))
        scores = [mean_and_deviation(found[name], digits) for name, digits in columns]
        number = found["kills"].middle if "kills" in found else 0
        rows.append([label, str(found["WS-353"].runs), f"{number:.0f}", *scores])
    return markdown(["trainings", "number", "kills", "analogies, %", "WordSim-353", "SimLex-999", "loss"], rows)


def network(records: Records) -> str:
    rows = []
    for gigabits in (1, 10):
        case = f"2 ranks, float32, {gigabits} Gbit/s"
        try:
            run = records.newest("distributed.network", case)
        except LookupError:
            return NOT_MEASURED
        shares = {
            system: {m.at: m.middle for m in run.select(case=case, system=system, quantity="% of time")}
            for system in ("measured", "calculation")
        }
        for words, share in shares["measured"].items():
            calculated = shares["calculation"][words]
            rows.append([f"{gigabits} Gbit/s", f"{words:,.0f}", f"{share:.1f} %", f"{calculated:.1f} %"])
    return markdown(["network", "words between synchronizations", "measured", "by calculation"], rows)


def losses(records: Records) -> str:
    run = records.newest("elmo.wikipedia", "training")
    own = run.select(case="training", system="wordkin")
    rows = [
        [system, *(f"{m.middle:.3f}" for m in run.select(case="training", system=system))]
        for system in ("wordkin", "PyTorch")
    ]
    return markdown(["seconds", *(f"{measured.at:.0f}" for measured in own)], rows)


def wheels(records: Records) -> str:
    run = records.newest("wheels")
    rows = [[measured.case, f"{measured.middle:.2f} MB"] for measured in run.measurements]
    return markdown(["wheel", "size"], rows)


def all_runs(records: Records) -> str:
    """Every run whose results are shown somewhere, with its conditions."""
    rows = []
    for run in records.runs:
        if run.quiet:
            versions = ", ".join(f"{name} {version}" for name, version in run.versions.items())
            about = f"{run.machine['name']}, {run.machine['cores']} cores, {run.isa}"
            rows.append([run.date.split()[0], f"`{run.command}`", about, versions, run.commit])
    return markdown(["date", "command", "machine", "versions", "commit"], rows)


def sizes(records: Records) -> str:
    """Return the range of the sizes of wheels."""
    found = sorted(measured.middle for measured in records.newest("wheels").measurements)
    low, high = f"{found[0]:.1f}", f"{found[-1]:.1f}"
    return f"{low} MB" if low == high else f"{low} to {high} MB"


def machine_of(run: Run) -> str:
    return f"{run.machine['name']}, {run.machine['cores']} cores"


TABLES: dict[str, Callable[[Records], str]] = {
    "training": training,
    "tasks": tasks,
    "accuracy": accuracy,
    "accuracy-of-features": accuracy_of_features,
    "word2vec": Comparison(
        benchmark="word2vec.speed", rows=WORD2VEC, rivals=("gensim",), quantity="words/s", text=True
    ),
    "quality": quality,
    "ranks": ranks,
    "ranks-by-frequency": ranks_by_frequency,
    "merging": merging,
    "combination": combination,
    "threads": threads,
    "phrases": Comparison(benchmark="phrases.phrases", rows=PHRASES, rivals=("gensim",), quantity="s", text=True),
    "search": search,
    "formats": Comparison(
        benchmark="vectors.formats",
        rows={
            f"{task.replace('-', ' ')}, {size}": f"{task}, {size}"
            for size in ("100,000 x 300", "20,000 x 300")
            for task in ("read-text", "read-binary", "write-text", "write-binary")
        },
        rivals=("gensim",),
        quantity="s",
    ),
    "csls": Comparison(
        benchmark="vectors.csls",
        rows={"nearest words of another language by CSLS, 20,000 x 20,000, 100 dimensions": CSLS},
        rivals=("NumPy",),
        quantity="s",
    ),
    "fasttext": Comparison(
        benchmark="fasttext.speed",
        rows={
            f"{method}, {threads}": f"n-grams, {method} 100 d, settings of fastText, {threads}"
            for method, threads in (("skip-gram", "1 thread"), ("skip-gram", "2 threads"), ("CBOW", "1 thread"))
        },
        rivals=("fastText",),
        quantity="words/s",
    ),
    "fasttext-gensim": Comparison(
        benchmark="fasttext.speed",
        rows={
            f"skip-gram, {threads}": f"n-grams, skip-gram 100 d, settings of gensim, {threads}"
            for threads in ("1 thread", "2 threads")
        },
        rivals=("gensim",),
        quantity="words/s",
    ),
    "fasttext-prediction": Comparison(
        benchmark="fasttext.prediction",
        rows={
            f"`lid.176.ftz`, {calls}": f"lid.176.ftz, {calls}, 100,000 texts"
            for calls in ("one text at a time", "a list")
        },
        rivals=("fastText",),
        quantity="texts/s",
    ),
    "doc2vec": Comparison(
        benchmark="doc2vec.speed",
        rows={mode: f"{mode}, training, 1 thread" for mode in DOC2VEC},
        rivals=("gensim",),
        quantity="words/s",
    ),
    "doc2vec-inference": Comparison(
        benchmark="doc2vec.speed",
        rows={mode: f"{mode}, inference, 1 thread" for mode in DOC2VEC},
        rivals=("gensim",),
        quantity="documents/s",
    ),
    "lstm": Comparison(benchmark="elmo.lstm_stack", rows=STACK, rivals=("PyTorch",), quantity="words/s"),
    "steps": Comparison(benchmark="elmo.training_step", rows=STEPS, rivals=("PyTorch",), quantity="words/s"),
    "memory-of-steps": memory_of_steps,
    "encoding": encoding,
    "amx": amx,
    "int8-speed": int8_speed,
    "int8-quality": int8_quality,
    "perplexities": perplexities,
    "losses": losses,
    "downstream": Comparison(
        benchmark="downstream.speed",
        rows={
            f"{case}, {work}": f"{case}, {work}" for work in ("train", "predict") for case in ("classifier", "tagger")
        },
        rivals=PYTORCH_TASKS,
        quantity="s",
    ),
    "predictions": predictions,
    "sst2": scores("sst2"),
    "chunking": scores("chunking"),
    "fractions": fractions,
    "recipes": recipes,
    "wheels": wheels,
    "kills": kills,
    "network": network,
    "runs": all_runs,
}


@dataclass(frozen=True, kw_only=True)
class Chart:
    """An SVG file and the text that stands for it."""

    svg: str
    alt: str


def training_chart(records: Records) -> Chart:
    rows, described = [], []
    for case in (case for case in WORD2VEC.values() if "token lists" not in case):
        run = records.newest("word2vec.speed", case)
        bars = []
        for number, system in enumerate(("wordkin", "gensim")):
            measured = run.find(case, system, "words/s")
            assert measured is not None
            bars.append(Bar(value=measured.middle, text=amount(measured.middle, "words/s"), series=number))
        rows.append((case, bars))
        described.append(f"{case}: {' and '.join(bar.text for bar in bars)}")
    title = "Training speed, words per second"
    alt = f"Bar chart of training speed in words per second, wordkin and gensim. {'; '.join(described)}."
    return Chart(svg=bar_chart(title, ("wordkin", "gensim"), rows), alt=alt)


def perplexity_chart(records: Records) -> Chart:
    run = records.newest("elmo.wikipedia", "validation")
    points = [(m.at or 0.0, m.middle) for m in run.select(case="validation", system="ELMo", quantity="perplexity")]
    trigram = run.find("end", "Kneser-Ney trigram", "perplexity")
    assert trigram is not None
    series = (
        Series(name="ELMo", points=points),
        Series(name="Kneser-Ney trigram model", points=[(0.0, trigram.middle)]),
    )
    panel = Panel(x_label="minutes of training", y_label="validation perplexity", series=series)
    alt = (
        f"Line chart: the validation perplexity of ELMo falls from {points[0][1]:.0f} after {points[0][0]:.0f} minutes "
        f"to {points[-1][1]:.0f} after {points[-1][0]:.0f}; the trigram model has {trigram.middle:.0f}."
    )
    return Chart(svg=line_chart("Validation perplexity on Wikipedia", [panel]), alt=alt)


def loss_chart(records: Records) -> Chart:
    run = records.newest("elmo.wikipedia", "training")
    series = [
        Series(name=name, points=[(m.at or 0.0, m.middle) for m in run.select(case="training", system=name)])
        for name in ("wordkin", "PyTorch")
    ]
    panel = Panel(x_label="seconds of training", y_label="loss", series=series)
    (first, last), (other_first, other_last) = ((s.points[0][1], s.points[-1][1]) for s in series)
    alt = (
        f"Line chart of the training loss over time: wordkin falls from {first:.2f} to {last:.2f}, PyTorch from "
        f"{other_first:.2f} to {other_last:.2f} in the same time."
    )
    return Chart(svg=line_chart("Training loss at equal times, the same model", [panel]), alt=alt)


def efficiency_chart(records: Records) -> Chart:
    run = records.newest("downstream.results", "chunking, test, parts")
    panels, described = [], []
    for task, name in (("chunking", "CoNLL-2000 F1, %"), ("sst2", "SST-2 accuracy, %")):
        series = []
        for features in ("word2vec + ELMo", "word2vec"):
            found = sorted(
                run.select(case=f"{task}, test, parts", system=features), key=lambda measured: measured.at or 0.0
            )
            points = [(m.at or 0.0, m.middle) for m in found]
            series.append(Series(name=features, points=points, deviations=[m.deviation or 0.0 for m in found]))
            described.append(f"{name} with {features}: {', '.join(f'{y:.1f}' for _, y in points)}")
        panels.append(Panel(x_label="% of the training texts", y_label=name, series=series, logarithmic=True))
    shares = ", ".join(f"{x:g}" for x, _ in panels[0].series[0].points)
    alt = f"Line charts of test scores with {shares} % of the training texts. {'; '.join(described)}."
    return Chart(svg=line_chart("Scores with parts of the training texts", panels), alt=alt)


def traffic_chart(records: Records) -> Chart:
    case = "2 ranks, float32, no limit"
    run = records.newest("distributed.network", case, disturbed=True)
    series = [
        Series(
            name=name,
            points=[(m.at or 0.0, m.middle) for m in run.select(case=case, system=system, quantity="bytes a word")],
        )
        for system, name in (("report", "sent by a rank"), ("calculation", "calculation"), ("device", "network device"))
    ]
    panel = Panel(x_label="words between synchronizations", y_label="bytes a word", series=series, logarithmic=True)
    described = "; ".join(f"{y:.1f} with {x:,.0f} words" for x, y in series[0].points)
    alt = f"Line chart of the bytes a word that a rank sends, measured and calculated: {described}."
    return Chart(svg=line_chart("Traffic of a rank", [panel]), alt=alt)


def ranks_chart(records: Records) -> Chart:
    run = records.newest("distributed.ranks", "analogies %")
    panels, described = [], []
    for measure, digits in (("analogies %", 1), ("WS-353", 3)):
        found = [m for m in run.select(case=measure, quantity="score") if m.mean is not None and m.at is not None]
        single = max((m.mean or 0.0 for m in found if m.at == 1), default=0.0)
        series = []
        for name, ending in (("wordkin", " ranks"), *((rule, rule) for rule in ("rule of pWord2Vec", "rule of Spark"))):
            lines = [m for m in found if m.system.endswith(ending)]
            points = [(m.at or 0.0, m.mean or 0.0) for m in lines]
            series.append(Series(name=name, points=points, deviations=[m.deviation or 0.0 for m in lines]))
            described.append(f"{measure}, {name}: {', '.join(f'{y:.{digits}f} ({x:.0f} ranks)' for x, y in points)}")
        series.insert(1, Series(name="one rank, best learning rate", points=[(1.0, single)]))
        described.append(f"{measure}, one rank: {single:.{digits}f}")
        panels.append(Panel(x_label="ranks", y_label=measure, series=series, logarithmic=True))
    alt = f"Line charts of scores by the number of ranks. {'; '.join(described)}."
    return Chart(svg=line_chart("Scores of vectors that several ranks train", panels), alt=alt)


def traffic_by_ranks_chart(records: Records) -> Chart:
    cases = {wire: f"100,000 words, {wire}" for wire in ("float32", "bfloat16")}
    run = records.newest("distributed.traffic", cases["float32"])
    panels, described = [], []
    for label, system, quantity in (
        ("% of the time at 1 Gbit/s", "1 Gbit/s", "% of time"),
        ("% of the time at 10 Gbit/s", "10 Gbit/s", "% of time"),
        ("bytes a word", "calculation", "bytes a word"),
    ):
        lines = [(wire, run.select(case=case, system=system, quantity=quantity)) for wire, case in cases.items()]
        if quantity == "% of time":
            limited = run.select(case=cases["float32"], system=f"{system}, sync_share=0.1", quantity=quantity)
            lines.append(("float32, sync_share=0.1", limited))
        series = []
        for name, found in lines:
            points = [(m.at or 0.0, m.middle) for m in found]
            series.append(Series(name=name, points=points))
            described.append(
                f"{label}, {name}: {', '.join(f'{amount(y, quantity)} ({x:.0f} ranks)' for x, y in points)}"
            )
        panels.append(Panel(x_label="ranks", y_label=label, series=series, logarithmic=True))
    alt = f"Line charts of the traffic of a rank by the number of ranks, by calculation. {'; '.join(described)}."
    return Chart(svg=line_chart("Traffic of a rank, 100,000 words of 300 dimensions", panels), alt=alt)


CHARTS: dict[str, Callable[[Records], Chart]] = {
    "training": training_chart,
    "perplexity": perplexity_chart,
    "loss": loss_chart,
    "efficiency": efficiency_chart,
    "ranks": ranks_chart,
    "traffic_by_ranks": traffic_by_ranks_chart,
    "traffic": traffic_chart,
}
