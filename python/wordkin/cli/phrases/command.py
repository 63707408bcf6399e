"""``wordkin phrases``: find the phrases of a text and write the text with them joined."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ...phrases import Phrases

__all__ = ["add_parser", "run"]


def add_parser(subparsers: Any) -> None:
    """Add the command to those of the program."""
    parser = subparsers.add_parser(
        "phrases",
        help="find phrases and join them in a text",
        description="Find words that belong together, and write the text with them joined: new york -> new_york.",
    )
    parser.add_argument("corpus", help="text, one sentence a line; may be compressed")
    parser.add_argument("-o", "--output", required=True, help="text to write")
    parser.add_argument("--min-count", type=float, default=5, help="ignore rarer words and phrases (default 5)")
    parser.add_argument("--threshold", type=float, help="score above which words are joined (default 10; npmi: 0.5)")
    parser.add_argument("--scoring", choices=("default", "npmi"), default="default")
    parser.add_argument("--delimiter", default="_", help="put between the words of a phrase (default _)")
    parser.add_argument(
        "--connector-words",
        default="none",
        metavar="english|FILE|none",
        help="words that may stand within a phrase, but not at its ends (bank_of_america)",
    )
    parser.add_argument("--max-vocab-size", type=int, default=40_000_000, help="forget rare phrases beyond (40000000)")
    parser.add_argument("--passes", type=int, default=1, help="how often to join: 2 finds phrases of up to 4 words")
    parser.add_argument("--export", metavar="TSV", help="write phrases and scores of the last pass")
    parser.add_argument("--save", metavar="MODEL", help="write the phrases of the last pass for Phrases.load")
    parser.add_argument("--workers", type=int, help="threads (default: all)")
    parser.add_argument("--progress", action="store_true", help="show progress even when stderr is no terminal")
    parser.add_argument("--json", action="store_true", help="print a report for machines")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Do what the command line says; the exit code."""
    from ...phrases import Phrases
    from ...runtime.compute import available_workers

    if args.passes < 1:
        raise ValueError(f"--passes must be at least 1, got {args.passes}")
    workers = available_workers() if args.workers is None else args.workers
    threshold = (0.5 if args.scoring == "npmi" else 10.0) if args.threshold is None else args.threshold
    connectors = _connector_words(args.connector_words)
    passes: list[dict[str, Any]] = []
    with _folder_between_passes(args) as folder:
        source: str | Path = args.corpus
        for number in range(1, args.passes + 1):
            started = time.monotonic()
            target = _path(args.output) if number == args.passes else folder / f"pass-{number}"
            with _progress(f"pass {number}: learning", args) as progress:
                phrases = Phrases(
                    _path(source),
                    min_count=args.min_count,
                    threshold=threshold,
                    max_vocab_size=args.max_vocab_size,
                    delimiter=args.delimiter,
                    scoring=args.scoring,
                    connector_words=connectors,
                    workers=workers,
                    progress=progress,
                )
            with _progress(f"pass {number}: joining", args) as progress:
                report = phrases.apply_file(_path(source), target, workers=workers, progress=progress)
            passes.append(
                {
                    "words": report.words,
                    "sentences": report.sentences,
                    "joined": report.phrases,
                    "vocabulary": len(phrases.vocab),
                    "seconds": round(time.monotonic() - started, 3),
                }
            )
            if number > 1:
                (folder / f"pass-{number - 1}").unlink()
            source = target
    if args.export:
        _export(phrases, args.export)
    if args.save:
        phrases.save(args.save)
    _tell(args, passes)
    return 0


@contextmanager
def _folder_between_passes(args: argparse.Namespace) -> Iterator[Path]:
    """Beside the output: where that has room, there is room for what it is made from."""
    output = _path(args.output)
    if args.passes == 1:
        yield output.parent
        return
    with tempfile.TemporaryDirectory(prefix=".wordkin-phrases-", dir=output.parent) as folder:
        yield Path(folder)


def _path(source: str | Path) -> Path:
    return Path(source).expanduser()


def _connector_words(given: str) -> frozenset[str]:
    from ...phrases import ENGLISH_CONNECTOR_WORDS

    if given == "none":
        return frozenset()
    if given == "english":
        return ENGLISH_CONNECTOR_WORDS
    return frozenset(_path(given).read_text(encoding="utf-8").split())


@contextmanager
def _progress(title: str, args: argparse.Namespace) -> Iterator[Any]:
    """A function that is told the number of words so far; None when nobody looks."""
    if not (args.progress or sys.stderr.isatty()):
        yield None
        return
    from tqdm import tqdm

    with tqdm(desc=title, unit=" words", unit_scale=True, file=sys.stderr) as bar:
        yield lambda words: bar.update(words - bar.n)


def _export(phrases: Phrases, path: str) -> None:
    from ...storage.atomic import replaced_file

    found = sorted(phrases.export_phrases().items(), key=lambda item: (-item[1], item[0]))
    with replaced_file(path) as file:
        file.write("".join(f"{phrase}\t{score!r}\n" for phrase, score in found).encode("utf-8"))


def _tell(args: argparse.Namespace, passes: list[dict[str, Any]]) -> None:
    if args.json:
        print(json.dumps({"output": args.output, "passes": passes}))
        return
    for number, done in enumerate(passes, 1):
        print(
            f"pass {number}: {done['words']:,} words, {done['joined']:,} phrases joined, "
            f"{done['vocabulary']:,} distinct words and phrases, {done['seconds']} s"
        )
    print(f"wrote {args.output}")
