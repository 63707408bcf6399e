"""``wordkin similar``: print the nearest neighbours of words."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any

from ...loading.vector_files import load_vectors
from ...vectors.typed_keys import typed_key
from .. import exits
from ..flags import add_json_flag
from ..messages import report_message
from ..terminal import input_words, print_json

__all__ = ["configure", "positive_number", "print_neighbours", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the description and the arguments of the command.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the command.
    """
    parser.description = (
        "Print the nearest neighbours of words with their cosine similarities, one per line. Words are prepared as "
        "the training text was, if the file says how. Unknown words are reported and do not stop the command."
    )
    parser.add_argument("file", help="model, or word vectors in any format")
    parser.add_argument("words", nargs="*", metavar="word", help="words (default: lines of standard input)")
    parser.add_argument(
        "--topn", type=int, default=10, metavar="INT", help="number of neighbours (default: %(default)s)"
    )
    parser.add_argument("--restrict-vocab", type=int, metavar="INT", help="search only the first, most frequent words")
    add_json_flag(parser, "print one JSON object per word and line")


def run(args: argparse.Namespace) -> int:
    """Print the neighbours of each word.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.

    Returns
    -------
    int
        Exit code.
    """
    topn = positive_number("--topn", args.topn)
    restrict_vocab = positive_number("--restrict-vocab", args.restrict_vocab)
    vectors = load_vectors(args.file)
    words: Iterable[str] = args.words or input_words()
    status = exits.SUCCESS
    for word in words:
        try:
            neighbours = vectors.most_similar(typed_key(vectors, word), topn=topn, restrict_vocab=restrict_vocab)
        except KeyError as error:
            report_message("error", str(error))
            status = exits.FAILURE
            continue
        if args.json:
            print_json({"word": word, "neighbours": [{"word": near, "cosine": cosine} for near, cosine in neighbours]})
        else:
            print_neighbours(neighbours, prefix="" if len(args.words) == 1 else f"{word}\t")
    return status


def positive_number(flag: str, value: int | None) -> int | None:
    """Return the value of a flag that must be positive.

    Parameters
    ----------
    flag : str
        The flag.
    value : int or None
        Its value; None if it was not given.

    Returns
    -------
    int or None
        The value.

    Raises
    ------
    UsageError
        If it is less than 1.
    """
    if value is not None and value < 1:
        raise exits.UsageError(f"{flag} must be at least 1, got {value}")
    return value


def print_neighbours(neighbours: Iterable[tuple[Any, float]], *, prefix: str = "") -> None:
    """Print a line per neighbour, and flush, because another program may be waiting for the answer.

    Parameters
    ----------
    neighbours : iterable of (key, float)
        Neighbours with their scores.
    prefix : str, default ""
        Text before each line.
    """
    print("".join(f"{prefix}{word}\t{score:.4f}\n" for word, score in neighbours), end="", flush=True)
