"""``wordkin explore``: write a page that shows word vectors in a browser."""

from __future__ import annotations

import argparse
from pathlib import Path

from ...alignment import align
from ...loading.vector_files import load_vectors
from ...storage.overwrite import check_outputs
from ...vectors.explorer.layout import LAYOUTS
from .. import exits
from ..flags import add_json_flag
from ..outputs import require_writable_file
from ..parsers import add_examples
from ..reports import print_report
from ..streams import allow_streams
from ..terminal import size_text

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the description and the arguments of the command.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the command.
    """
    parser.description = (
        "Write a self-contained HTML page with a map of the words, search, neighbours and analogies, which opens in "
        "any browser without a server or a network connection."
    )
    parser.add_argument("file", help="model, or word vectors in any format")
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help="the page, for example page.html")
    parser.add_argument(
        "--other", metavar="FILE", help="vectors to compare with, for example of another period; they are aligned first"
    )
    parser.add_argument(
        "--max-words",
        type=int,
        default=20_000,
        metavar="INT",
        help="number of words, at most 50000: the most frequent ones (default: %(default)s)",
    )
    parser.add_argument(
        "--layout", choices=LAYOUTS, default="pca", help="how the map is computed (default: %(default)s)"
    )
    parser.add_argument("--title", metavar="TEXT", help="heading of the page (default: name of the file)")
    parser.add_argument("--seed", type=int, default=1, metavar="INT", help="random seed (default: %(default)s)")
    add_json_flag(parser)
    allow_streams(parser, outputs=("output",))
    add_examples(
        parser,
        ("show the 20,000 most frequent words", "wordkin explore vectors.safetensors -o page.html"),
        ("compare two periods", "wordkin explore new.safetensors --other old.safetensors -o page.html"),
    )


def run(args: argparse.Namespace) -> int:
    """Write the page.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.

    Returns
    -------
    int
        Exit code.
    """
    check_outputs(args.output, inputs=[args.file, args.other])
    require_writable_file(args.output)
    vectors = load_vectors(args.file)
    other = None if args.other is None else align(load_vectors(args.other), vectors)
    page = vectors.explore(
        args.output,
        other=other,
        max_words=args.max_words,
        layout=args.layout,
        title=Path(args.file).name if args.title is None else args.title,
        seed=args.seed,
    )
    size = Path(args.output).stat().st_size
    print_report(
        args,
        {"file": args.output, "words": page.shown, "total": page.total, "bytes": size},
        lambda report: print(f"{page.shown:,} of {page.total:,} words written to {report['file']} ({size_text(size)})"),
        seed=args.seed,
    )
    return exits.SUCCESS
