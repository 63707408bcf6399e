"""``wordkin similar``: the nearest neighbours of words."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any

from .. import exits
from ..terminal import complain, input_words, print_json
from .files import load_vectors

__all__ = ["add_parser", "checked_number", "print_neighbours", "run"]


def add_parser(subparsers: Any) -> None:
    """Describe the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "similar",
        help="nearest neighbours of words",
        description="Print the nearest neighbours of words with their cosines; in text, a line for each neighbour.",
    )
    parser.add_argument("file", help="a model, or vectors in any format")
    parser.add_argument("words", nargs="*", metavar="word", help="by default the lines of standard input")
    parser.add_argument("--topn", type=int, default=10, metavar="INT", help="how many neighbours (10)")
    parser.add_argument("--restrict-vocab", type=int, metavar="INT", help="only the first, most frequent words")
    parser.add_argument("--json", action="store_true", help="a JSON object on a line for each word")


def run(args: argparse.Namespace) -> int:
    """Answer each word; unknown ones are complained about and do not stop the others."""
    topn = checked_number("--topn", args.topn)
    restrict_vocab = checked_number("--restrict-vocab", args.restrict_vocab)
    vectors = load_vectors(args.file)
    words: Iterable[str] = args.words or input_words()
    status = exits.SUCCESS
    for word in words:
        try:
            neighbours = vectors.most_similar(word, topn=topn, restrict_vocab=restrict_vocab)
        except KeyError as error:
            complain("error", str(error))
            status = exits.FAILURE
            continue
        if args.json:
            print_json({"word": word, "neighbours": [{"word": near, "cosine": cosine} for near, cosine in neighbours]})
        else:
            print_neighbours(neighbours, before="" if len(args.words) == 1 else f"{word}\t")
    return status


def checked_number(flag: str, value: int | None) -> int | None:
    """Return `value`, or raise a UsageError if it is below 1."""
    if value is not None and value < 1:
        raise exits.UsageError(f"{flag} must be at least 1, got {value}")
    return value


def print_neighbours(neighbours: Iterable[tuple[Any, float]], *, before: str = "") -> None:
    """Print a line for each, and all at once: another program may be waiting for the answer."""
    print("".join(f"{before}{word}\t{score:.4f}\n" for word, score in neighbours), end="", flush=True)
