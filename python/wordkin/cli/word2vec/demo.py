"""``wordkin demo``: vectors of words that every Python explains, trained in seconds and without a download."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING, Any

from .. import exits
from ..outputs import require_writable_place
from ..terminal import print_json, print_table

if TYPE_CHECKING:
    from ...word2vec import Word2Vec

__all__ = ["SHOWN_WORDS", "add_parser", "run", "train_demo"]

SHOWN_WORDS = ("list", "string", "socket", "thread", "exception", "directory")
_NEIGHBOURS = 6

# A third of a million words is little text: many passes, a high rate, and no words that occur but a few times.
_SETTINGS: dict[str, Any] = {
    "vector_size": 100,
    "window": 5,
    "min_count": 20,
    "sample": 3e-4,
    "alpha": 0.05,
    "epochs": 30,
}


def add_parser(subparsers: Any) -> None:
    """Describe the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "demo",
        help="train on Python's own documentation, in seconds",
        description="Train word vectors on the documentation that comes with this Python, and show neighbours of a few "
        "words. Nothing is downloaded.",
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="keep the model, as .safetensors")
    parser.add_argument("--seed", type=int, default=1, metavar="INT", help="start of all random numbers (1)")
    parser.add_argument("--workers", type=int, metavar="INT", help="threads (as many as there are cores)")
    parser.add_argument("--json", action="store_true", help="report as JSON")


def run(args: argparse.Namespace) -> int:
    """Read, train, show."""
    _check_options(args)
    if args.output is not None:
        require_writable_place(args.output)
    begin = time.perf_counter()
    from .python_documentation import documentation_sentences

    sentences = documentation_sentences()
    reading = time.perf_counter() - begin
    words = sum(map(len, sentences))
    if not args.json:
        print(f"read {words:,} words of Python's documentation in {reading:.1f} s", flush=True)
    begin = time.perf_counter()
    model = train_demo(sentences, seed=args.seed, workers=args.workers)
    training = time.perf_counter() - begin
    if args.output is not None:
        model.save(args.output)
    report = _report(model, words, reading, training, args.output)
    if args.json:
        print_json(report)
    else:
        _print_report(report)
    return exits.SUCCESS


def _check_options(args: argparse.Namespace) -> None:
    from ...word2vec import Word2Vec

    try:
        Word2Vec(seed=args.seed, workers=args.workers)
    except ValueError as error:
        raise exits.UsageError(str(error)) from None


def train_demo(sentences: list[list[str]], *, seed: int = 1, workers: int | None = None) -> Word2Vec:
    """Train with settings that suit so small a text."""
    from ...word2vec import Word2Vec

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
        f"trained {report['vocabulary_size']:,} vectors of {report['vector_size']} numbers in "
        f"{report['seconds']['training']:.1f} s: {report['epochs']} epochs, {report['words_per_second']:,} words/s "
        f"({threads}, {report['isa']})"
    )
    print()
    print_table([[word, ", ".join(near)] for word, near in report["neighbours"].items()])
    print()
    if report["output"] is None:
        print("What to try next: keep the model and ask it more")
        print("  wordkin demo -o demo.safetensors")
        path = "demo.safetensors"
    else:
        print(f"The model is in {report['output']}. What to try next:")
        path = report["output"]
    print(f"  wordkin similar {path} module")
    print(f"  wordkin analogy {path} encode decode read")
    print(f"  wordkin info {path}")
    print("or train on text of your own, a sentence a line:")
    print("  wordkin train corpus.txt -o vectors.safetensors --sg")
