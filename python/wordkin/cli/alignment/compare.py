"""``wordkin compare``: list the words that have moved between two sets of vectors."""

from __future__ import annotations

import argparse

from ...alignment import DriftTable, drift_table, read_word_list
from ...loading.vector_files import load_vectors
from .. import exits
from ..corpus_flags import add_text_flags, text_arguments
from ..flags import add_json_flag
from ..parsers import add_examples
from ..streams import allow_streams
from ..tables import print_table
from ..terminal import print_json
from ..vectors.queries import positive_number

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the description and the arguments of the command.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the command.
    """
    parser.description = (
        "List the words whose vectors differ most between two texts, for example of two periods, with the neighbours "
        "that they have gained and lost. The vectors are aligned first. Trainings of the same texts with other seeds "
        "give confidence intervals."
    )
    parser.add_argument("old", help="vectors of the first text, in any format")
    parser.add_argument("new", help="vectors of the second text, in any format")
    parser.add_argument("--old-retrained", nargs="+", default=[], metavar="FILE", help="further trainings of the first")
    parser.add_argument(
        "--new-retrained", nargs="+", default=[], metavar="FILE", help="further trainings of the second"
    )
    parser.add_argument("--words", metavar="FILE", help="list these words, one per line (default: all common words)")
    parser.add_argument(
        "--rows", type=int, default=20, metavar="INT", help="number of words to list (default: %(default)s)"
    )
    parser.add_argument(
        "--topn", type=int, default=10, metavar="INT", help="neighbours to compare (default: %(default)s)"
    )
    parser.add_argument(
        "--min-count", type=int, default=1, metavar="INT", help="leave out words that are rarer in either text"
    )
    parser.add_argument(
        "--no-rotate",
        dest="rotate",
        action="store_false",
        help="do not align the vectors, which are in one space already (`wordkin train --compass`)",
    )
    add_text_flags(parser, skip=False)
    add_json_flag(parser, "print one JSON object per word and line")
    allow_streams(parser, inputs=("words",))
    add_examples(
        parser,
        ("list the 20 words that have moved most", "wordkin compare old.safetensors new.safetensors --min-count 50"),
        (
            "with intervals from further trainings",
            "wordkin compare a1.bin b1.bin --old-retrained a2.bin a3.bin --new-retrained b2.bin",
        ),
    )


def run(args: argparse.Namespace) -> int:
    """Print the table.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.

    Returns
    -------
    int
        Exit code.
    """
    rows, topn = positive_number("--rows", args.rows), positive_number("--topn", args.topn)
    min_count = positive_number("--min-count", args.min_count)
    words = None if args.words is None else read_word_list(args.words, **text_arguments(args))
    table = drift_table(
        [load_vectors(path) for path in (args.old, *args.old_retrained)],
        [load_vectors(path) for path in (args.new, *args.new_retrained)],
        words=words,
        topn=topn or 10,
        min_count=min_count or 1,
        rotate=args.rotate,
    )
    shown = range(min(rows or len(table), len(table)))
    if args.json:
        for index in shown:
            print_json(table.row(index))
    else:
        print_table(_cells(table, shown), right=range(1, 2))
    return exits.SUCCESS


def _cells(table: DriftTable, shown: range) -> list[list[str]]:
    has_intervals = table.low is not None
    heading = ["word", "cosine", *(["interval", "noise"] if has_intervals else []), "gained", "lost"]
    lines = [heading]
    for index in shown:
        row = table.row(index)
        between = [f"{row['low']:.3f} to {row['high']:.3f}", f"{row['noise']:.3f}"] if has_intervals else []
        gained, lost = (", ".join(map(str, row[name])) for name in ("gained", "lost"))
        lines.append([str(row["word"]), f"{row['cosine']:.3f}", *between, gained, lost])
    return lines
