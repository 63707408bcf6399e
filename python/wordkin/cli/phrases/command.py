"""``wordkin phrases``: find phrases in a text and write the text with their words joined."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from ...phrases import ENGLISH_CONNECTOR_WORDS, Phrases
from ...phrases.options import PhraseOptions
from ...runtime.compute import requested_workers
from ...runtime.progress import counted_progress
from ...storage.atomic import replaced_file
from ...storage.bounds import Bound
from ...storage.decoding import TextOptions
from ...storage.lines import load_lines
from ...storage.overwrite import check_outputs
from ...text import FolderOptions
from .. import exits
from ..corpus_flags import (
    CORPUS_FORMAT,
    add_folder_flags,
    add_preparation_flags,
    add_text_flags,
    folder_arguments,
    preparation_arguments,
    readable_sources,
    skipped_report,
    text_arguments,
)
from ..flags import add_json_flag, add_option_flags, add_progress_flag, add_workers_flag, given_arguments
from ..messages import progress_display
from ..parsers import add_examples
from ..reports import print_report, settings_of
from ..streams import allow_streams

__all__ = ["configure", "run"]

_FIELDS = ("min_count", "threshold", "delimiter", "max_vocab_size")
_NPMI_THRESHOLD = 0.5
_CONNECTOR_WORDS_BOUND = Bound(size=64 << 20, line=1 << 20, cure="it should have a few connector words")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the description and the arguments of the command.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the command.
    """
    parser.description = "Find words that form phrases, and write the text with them joined: new york -> new_york."
    parser.add_argument(
        "corpus",
        help=f"text ({CORPUS_FORMAT}), optionally compressed: a file, folder or pipe, or - for standard input",
    )
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help="file for the text with joined phrases")
    add_text_flags(parser)
    add_folder_flags(parser)
    add_preparation_flags(parser)
    add_option_flags(
        parser,
        PhraseOptions,
        _FIELDS,
        defaults={"threshold": f"{PhraseOptions().threshold:g}; {_NPMI_THRESHOLD} for npmi"},
        types={
            "min_count": (float, "FLOAT"),
            "threshold": (float, "FLOAT"),
            "delimiter": (str, "TEXT"),
            "max_vocab_size": (int, "INT"),
        },
    )
    parser.add_argument(
        "--scoring",
        choices=("default", "npmi"),
        default="default",
        help="score of Mikolov et al. (2013), or normalised pointwise mutual information (default: %(default)s)",
    )
    parser.add_argument(
        "--connector-words",
        default="none",
        metavar="{none,english,FILE}",
        help="words allowed inside a phrase, but not at its start or end, as in bank_of_america (default: %(default)s)",
    )
    parser.add_argument(
        "--passes",
        type=int,
        default=1,
        metavar="INT",
        help="number of passes; 2 passes find phrases of up to 4 words (default: %(default)s)",
    )
    parser.add_argument("--export", metavar="FILE", help="write the phrases of the last pass and their scores as TSV")
    parser.add_argument("--save", metavar="FILE", help="write the phrases of the last pass for Phrases.load")
    add_workers_flag(parser)
    add_progress_flag(parser)
    add_json_flag(parser)
    allow_streams(parser, inputs=("connector_words",), outputs=("output", "export"))
    add_examples(
        parser,
        (
            "join phrases of two words, with function words inside",
            "wordkin phrases corpus.txt -o joined.txt --connector-words english",
        ),
        (
            "phrases of up to four words by another score",
            "wordkin phrases corpus.txt -o joined.txt --scoring npmi --passes 2",
        ),
    )


def run(args: argparse.Namespace) -> int:
    """Find and join phrases, and report.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.

    Returns
    -------
    int
        Exit code.
    """
    if args.passes < 1:
        raise exits.UsageError(f"--passes must be at least 1, got {args.passes}")
    inputs = [None if args.corpus == "-" else args.corpus, _connector_file(args.connector_words)]
    check_outputs(args.output, args.export, args.save, inputs=inputs)
    workers, display = requested_workers(args.workers), progress_display(args)
    options = given_arguments(args, _FIELDS)
    if args.scoring == "npmi":
        options.setdefault("threshold", _NPMI_THRESHOLD)
    connectors = _connector_words(args.connector_words)
    decoding, preparation = text_arguments(args), preparation_arguments(args)
    folders = FolderOptions(**folder_arguments(args))
    passes: list[dict[str, Any]] = []
    with _folder_between_passes(args) as folder:
        copy = _copied(args.corpus, folder) if _is_stream(args.corpus) else None
        sources, skipped = readable_sources(copy or _path(args.corpus), TextOptions(**decoding), folders)
        source: Any = [own.path for own in sources]
        decoding.pop("on_error", None)  # the files that can be read are known
        for number in range(1, args.passes + 1):
            started = time.monotonic()
            target = _path(args.output) if number == args.passes else folder / f"pass-{number}"
            with counted_progress(display, None, " words", title=f"pass {number}: learning") as progress:
                phrases = Phrases(
                    source,
                    scoring=args.scoring,
                    connector_words=connectors,
                    workers=workers,
                    progress=progress,
                    **decoding,
                    **preparation,
                    **options,
                )
            with counted_progress(display, None, " words", title=f"pass {number}: joining") as progress:
                report = phrases.apply_file(source, target, workers=workers, progress=progress, **decoding)
            passes.append(
                {
                    "words": report.words,
                    "sentences": report.sentences,
                    "joined": report.phrases,
                    "vocabulary": len(phrases.vocab),
                    "seconds": round(time.monotonic() - started, 3),
                }
            )
            if copy is not None:
                copy.unlink()
            source = copy = target
            decoding, preparation = {}, {}  # texts between passes are prepared, and UTF-8
    if args.export:
        _export(phrases, args.export)
    if args.save:
        phrases.save(args.save)
    summary = {"output": args.output, "passes": passes, "skipped": skipped_report(skipped)}
    settings = {**settings_of(args), **{name: getattr(phrases, name) for name in _FIELDS}}
    print_report(args, summary, _print_summary, settings=settings)
    return exits.SUCCESS


@contextmanager
def _folder_between_passes(args: argparse.Namespace) -> Iterator[Path]:
    """Provide a folder for intermediate texts, on the file system of the output."""
    output = _path(args.output)
    if args.passes == 1 and not _is_stream(args.corpus):
        yield output.parent
        return
    with tempfile.TemporaryDirectory(prefix=".wordkin-phrases-", dir=output.parent) as folder:
        yield Path(folder)


def _is_stream(name: str) -> bool:
    """Return whether the text can be read only once, while each pass reads it twice."""
    path = _path(name)
    return name == "-" or (path.exists() and not path.is_file() and not path.is_dir())


def _copied(name: str, folder: Path) -> Path:
    if name == "-" and sys.stdin is None:
        raise exits.UsageError("standard input is closed")
    copy = folder / ("standard input" if name == "-" else _path(name).name)
    source = nullcontext(sys.stdin.buffer) if name == "-" else _path(name).open("rb")
    with source as stream, copy.open("xb") as file:
        shutil.copyfileobj(stream, file, 1 << 20)
    return copy


def _path(source: str | Path) -> Path:
    return Path(source).expanduser()


def _connector_file(given: str) -> Path | None:
    return None if given in ("none", "english") else _path(given)


def _connector_words(given: str) -> frozenset[str]:
    if given == "none":
        return frozenset()
    if given == "english":
        return ENGLISH_CONNECTOR_WORDS
    lines = load_lines(_path(given), bound=_CONNECTOR_WORDS_BOUND)
    return frozenset(word for _, line in lines for word in line.split())


def _export(phrases: Phrases, path: str) -> None:
    found = sorted(phrases.export_phrases().items(), key=lambda item: (-item[1], item[0]))
    with replaced_file(path) as file:
        file.write("".join(f"{phrase}\t{score!r}\n" for phrase, score in found).encode("utf-8"))


def _print_summary(report: dict[str, Any]) -> None:
    for number, done in enumerate(report["passes"], 1):
        print(
            f"pass {number}: {done['words']:,} words, {done['joined']:,} phrases joined, "
            f"{done['vocabulary']:,} distinct words and phrases, {done['seconds']} s"
        )
    print(f"wrote {report['output']}")
