"""``wordkin elmo substitutes``: the words that a language model expects in a place."""

from __future__ import annotations

import argparse
from typing import Any

from .. import exits
from ..terminal import print_json, print_table
from .encode import add_computing, add_model

__all__ = ["add_parser", "run"]

GAP = "___"


def add_parser(subparsers: Any) -> None:
    """Describe the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "substitutes",
        help="words that fit into a place of a sentence",
        description=f"Tell the most probable words for the place of {GAP} in a sentence, or for --position.",
    )
    add_model(parser)
    parser.add_argument("sentence", nargs="+", help=f"tokens apart by blanks, such as: the {GAP} barks")
    parser.add_argument("--position", type=int, metavar="INT", help=f"the place from 0 on, where there is no {GAP}")
    parser.add_argument("--topn", type=int, default=10, metavar="INT", help="how many (10)")
    parser.add_argument(
        "--direction", choices=("both", "forward", "backward"), default="both", help="by which neighbours (both)"
    )
    add_computing(parser)
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(args: argparse.Namespace) -> int:
    """Look and print."""
    from ...elmo import ELMo

    tokens = [token for part in args.sentence for token in part.split()]
    position = args.position
    if position is None:
        if tokens.count(GAP) != 1:
            raise exits.UsageError(f"the sentence must have one {GAP}, or --position must be given")
        position = tokens.index(GAP)
    if not -len(tokens) <= position < len(tokens):
        raise exits.UsageError(f"--position must be a place in a sentence of {len(tokens)} tokens, got {position}")
    if args.topn < 0:
        raise exits.UsageError(f"--topn must be at least 0, got {args.topn}")
    model = ELMo.from_pretrained(args.model, args.weights)
    found = model.substitutes(
        tokens, position, args.topn, direction=args.direction, precision=args.precision, workers=args.workers
    )
    if args.json:
        print_json([{"word": word, "probability": probability} for word, probability in found])
    elif found:
        print_table([[word, f"{probability:.6f}"] for word, probability in found], right=[1])
    return exits.SUCCESS
