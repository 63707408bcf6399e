"""``wordkin analogy``: a is to b as c is to what?"""

from __future__ import annotations

import argparse
from typing import Any

from .. import exits
from ..terminal import print_json
from .files import load_vectors
from .similar import checked_number, print_neighbours

__all__ = ["add_parser", "run"]


def add_parser(subparsers: Any) -> None:
    """Describe the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "analogy",
        help="a is to b as c is to what?",
        description="Print the words nearest to B - A + C: `wordkin analogy FILE man king woman`.",
    )
    parser.add_argument("file", help="a model, or vectors in any format")
    for name in ("a", "b", "c"):
        parser.add_argument(name)
    parser.add_argument(
        "--method", choices=("3cosadd", "3cosmul"), default="3cosadd", help="sums or products of cosines"
    )
    parser.add_argument("--topn", type=int, default=10, metavar="INT", help="how many answers (10)")
    parser.add_argument("--restrict-vocab", type=int, metavar="INT", help="only the first, most frequent words")
    parser.add_argument("--json", action="store_true", help="answers as JSON")


def run(args: argparse.Namespace) -> int:
    """Answer."""
    topn = checked_number("--topn", args.topn)
    restrict_vocab = checked_number("--restrict-vocab", args.restrict_vocab)
    vectors = load_vectors(args.file)
    ask = vectors.most_similar if args.method == "3cosadd" else vectors.most_similar_cosmul
    answers = ask(positive=[args.b, args.c], negative=[args.a], topn=topn, restrict_vocab=restrict_vocab)
    if args.json:
        print_json({
            "a": args.a,
            "b": args.b,
            "c": args.c,
            "method": args.method,
            "answers": [{"word": word, "score": score} for word, score in answers],
        })  # fmt: skip
    else:
        print_neighbours(answers)
    return exits.SUCCESS
