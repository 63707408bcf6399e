"""``wordkin demo``: train word vectors on the documentation of Python, in seconds and without a download."""

from __future__ import annotations

import argparse
import time
from typing import Any

from ...word2vec import Word2Vec
from ...word2vec.options import TrainingOptions
from .. import exits
from ..flags import add_json_flag, add_option_flags, add_workers_flag, given_arguments
from ..outputs import require_writable_file
from ..parsers import add_examples
from ..reports import print_report
from ..tables import print_table
from .python_documentation import documentation_sentences

__all__ = ["SHOWN_WORDS", "configure", "run", "train_demo"]

SHOWN_WORDS = ("list", "string", "socket", "thread", "exception", "directory")
_NEIGHBOURS = 6

# The text has only a third of a million words: many epochs, a high learning rate, and no rare words.
_SETTINGS: dict[str, Any] = {
    "vector_size": 100,
    "window": 5,
    "min_count": 20,
    "sample": 3e-4,
    "alpha": 0.05,
    "epochs": 30,
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the description and the arguments of the command.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the command.
    """
    parser.description = (
        "Train word vectors on the documentation that comes with this Python installation, and print the neighbours "
        "of a few words. Nothing is downloaded."
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="file for the model (.safetensors)")
    add_option_flags(parser, TrainingOptions, ["seed"])
    add_workers_flag(parser)
    add_json_flag(parser)
    add_examples(
        parser,
        ("train in seconds and print neighbours", "wordkin demo"),
        ("keep the model", "wordkin demo -o demo.safetensors --seed 7"),
    )


def run(args: argparse.Namespace) -> int:
    """Train and print neighbours.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.

    Returns
    -------
    int
        Exit code.
    """
    options = given_arguments(args, ("seed", "workers"))
    try:
        Word2Vec(**options)
    except ValueError as error:
        raise exits.UsageError(str(error)) from None
    if args.output is not None:
        require_writable_file(args.output)
    start = time.perf_counter()
    sentences = documentation_sentences()
    reading = time.perf_counter() - start
    words = sum(map(len, sentences))
    if not (args.json or args.messages.is_quiet):
        print(f"read {words:,} words of Python documentation in {reading:.1f} s", flush=True)
    start = time.perf_counter()
    model = train_demo(sentences, **options)
    training = time.perf_counter() - start
    if args.output is not None:
        model.save(args.output)
    report = _report(model, words, reading, training, args.output)
    settings = {**_SETTINGS, "workers": report["workers"]}
    print_report(args, report, _print_report, settings=settings, seed=model.options.seed)
    return exits.SUCCESS


def train_demo(sentences: list[list[str]], *, seed: int = 1, workers: int | None = None) -> Word2Vec:
    """Train word vectors with settings for a small text.

    Parameters
    ----------
    sentences : list of lists of str
        The text.
    seed : int, default 1
        Random seed.
    workers : int or None, default None
        Number of threads.

    Returns
    -------
    Word2Vec
        The model.
    """
    return Word2Vec(sentences, seed=seed, workers=workers, **_SETTINGS)


def _report(model: Word2Vec, words: int, reading: float, training: float, output: str | None) -> dict[str, Any]:
    report = model.training_report
    if report is None:
        raise AssertionError("a trained model has a report")
    seconds = sum(epoch.seconds for epoch in report.epochs)
    shown = [word for word in SHOWN_WORDS if word in model.wv]
    return {
        "words": words,
        "vocabulary_size": len(model.wv),
        "vector_size": model.vector_size,
        "epochs": len(report.epochs),
        "workers": report.workers,
        "isa": report.isa,
        "words_per_second": round(report.raw_words / max(seconds, 1e-9)),
        "seconds": {"reading": round(reading, 3), "training": round(training, 3)},
        "neighbours": {word: [near for near, _ in model.wv.most_similar(word, topn=_NEIGHBOURS)] for word in shown},
        "output": output,
    }


def _print_report(report: dict[str, Any]) -> None:
    threads = "1 thread" if report["workers"] == 1 else f"{report['workers']} threads"
    print(
        f"trained {report['vocabulary_size']:,} vectors of dimensionality {report['vector_size']} in "
        f"{report['seconds']['training']:.1f} s: {report['epochs']} epochs, {report['words_per_second']:,} words/s "
        f"({threads}, {report['isa']})"
    )
    print()
    print_table([[word, ", ".join(near)] for word, near in report["neighbours"].items()])
    print()
    if report["output"] is None:
        print("Next, save the model and query it:")
        print("  wordkin demo -o demo.safetensors")
        path = "demo.safetensors"
    else:
        print(f"The model is in {report['output']}. Next, query it:")
        path = report["output"]
    print(f"  wordkin similar {path} module")
    print(f"  wordkin analogy {path} encode decode read")
    print(f"  wordkin info {path}")
    print("or train on your own text, one sentence per line:")
    print("  wordkin train corpus.txt -o vectors.safetensors --sg")
