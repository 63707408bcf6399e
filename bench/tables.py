"""The tables of README.md and docs/benchmarks.md, made from records."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from bench.cells import NOT_MEASURED, STACK, STEPS, WORD2VEC, Comparison, markdown, ratio, show
from bench.distributed_tables import combination, kills, merging, network, ranks, ranks_by_frequency, threads
from bench.elmo_tables import (
    PYTORCH_TASKS,
    amx,
    changed_labels,
    encoding,
    int8_quality,
    int8_speed,
    layer_parts,
    losses,
    memory_of_steps,
    original_modules,
    perplexities,
    predictions,
    requests,
    step_parts,
)
from bench.readme_tables import tasks, training
from bench.records import Records
from bench.score_tables import accuracy_of_features, fractions, model_recipes, recipes, scores

__all__ = ["TABLES", "sizes"]

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
CSLS = "CSLS, 20,000 x 20,000 x 100"
DOC2VEC = ("PV-DBOW", "PV-DM, mean", "PV-DM, concatenation")


def quality(benchmark: str, records: Records) -> str:
    rows = []
    run = records.newest(benchmark)
    for case in dict.fromkeys(measured.case for measured in run.measurements):
        own, rival, difference = (run.find(case, name, "score") for name in ("wordkin", "gensim", "difference"))
        assert own is not None and rival is not None and difference is not None
        digits = 2 if case.endswith("%") else 3
        span = f"({difference.lowest:+.{digits}f} .. {difference.highest:+.{digits}f})"
        rows.append(
            [case, *(f"{m.middle:.{digits}f}" for m in (own, rival)), f"{difference.middle:+.{digits}f} {span}"]
        )
    return markdown(["", "wordkin", "gensim", "difference"], rows)


def search(records: Records) -> str:
    rows = []
    for size, suffix in (
        ("100,000 x 300", ""),
        ("1,000,000 x 100", " of 200 among 1,000,000 x 100"),
    ):
        run = records.newest("vectors.search", f"batch{suffix}")
        for label, case, system, rival in (
            (f"{'200' if suffix else '1,000'} queries in one batch, float32", "batch", "wordkin", "NumPy"),
            ("one query, float32", "single", "wordkin", "gensim"),
            ("one query, float16 storage", "single", "wordkin float16", "gensim"),
            ("one query, float32, without the 8-bit copy", "single", "wordkin without 8-bit copy", "gensim"),
            ("one query, all vectors almost alike", "worst case", "wordkin", "gensim"),
            ("the first query after loading", "first query", "wordkin", "gensim"),
        ):
            own, other = (run.find(f"{case}{suffix}", name, "ms") for name in (system, rival))
            if own is None or other is None:  # a record from before the case was measured
                continue
            faster = ratio(run.ratio(f"{case}{suffix}", system, rival, "ms"))
            rows.append([size, label, show(own), f"{rival} {show(other)}", faster])
    return markdown(["vectors", "task", "wordkin", "other library", "ratio"], rows)


def approximate(records: Records) -> str:
    """One query of the exact search and of an approximate index, its recall, and the time to build it."""
    rows = []
    for case in (f"one query among {size}" for size in ("100,000 x 100", "1,000,000 x 100")):
        try:
            run = records.newest("vectors.approximate", case)
        except LookupError:
            continue
        found = [run.find(case, *which) for which in (
            ("wordkin", "ms"), ("usearch", "ms"), ("usearch", "recall"), ("usearch", "s to build"),
        )]  # fmt: skip
        exact, index, recall, build = found
        assert exact is not None and index is not None and recall is not None and build is not None
        relative = ratio(exact.middle / index.middle)
        rows.append([case, show(exact), show(index), relative, f"{recall.middle:.3f}", f"{build.middle:.0f} s"])
    head = ["task", "exact", "usearch", "speed of the index", "its recall of 10", "time to build it"]
    return markdown(head, rows) if rows else NOT_MEASURED


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


TABLES: dict[str, Callable[[Records], str]] = {
    "training": training,
    "tasks": tasks,
    "accuracy-of-features": accuracy_of_features,
    "word2vec": Comparison(
        benchmark="word2vec.speed", rows=WORD2VEC, rivals=("gensim",), quantity="words/s", text=True
    ),
    "quality": partial(quality, "word2vec.quality"),
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
    "approximate": approximate,
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
    "doc2vec-quality": partial(quality, "doc2vec.quality"),
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
    "layer-parts": layer_parts,
    "step-parts": step_parts,
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
    "changed-labels": changed_labels,
    "original-modules": original_modules,
    "requests": requests,
    "sst2": scores("sst2"),
    "chunking": scores("chunking"),
    "fractions": fractions,
    "recipes": recipes,
    "elmo-recipes": model_recipes,
    "wheels": wheels,
    "kills": kills,
    "network": network,
    "runs": all_runs,
}
