"""``wordkin similarity``: print the cosine similarity of pairs of words."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from ...errors import FormatError
from ...loading.vector_files import load_vectors
from .. import exits
from ..corpus_flags import add_text_flags
from ..flags import add_json_flag
from ..messages import report_message
from ..parsers import add_examples
from ..tables import print_table
from ..terminal import input_words, print_json
from .queries import WordQueries

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the description and the arguments of the command.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the command.
    """
    parser.description = (
        "Print the cosine similarity of pairs of words, one pair per line. Pairs with unknown words are reported and "
        "do not stop the command."
    )
    parser.add_argument("file", help="model, or word vectors in any format")
    parser.add_argument(
        "words",
        nargs="*",
        metavar="word",
        help="the words of the pairs; - for lines of standard input, two words separated by a tab or spaces (default)",
    )
    add_text_flags(parser, skip=False)
    add_json_flag(parser, "print one JSON object per pair and line")
    add_examples(
        parser,
        ("compare two words", "wordkin similarity vectors.safetensors cat dog"),
        ("compare the pairs of a file", "cut -f 1,2 pairs.tsv | wordkin similarity vectors.safetensors"),
    )


def run(args: argparse.Namespace) -> int:
    """Print the similarity of each pair.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.

    Returns
    -------
    int
        Exit code.
    """
    is_typed = args.words not in ([], ["-"])
    if is_typed and len(args.words) % 2:
        raise exits.UsageError(f"words must be pairs, got {len(args.words)} words")
    queries = WordQueries(vectors=load_vectors(args.file))
    status = exits.SUCCESS
    for pair in zip(args.words[::2], args.words[1::2], strict=True) if is_typed else _pairs_of_lines(args):
        try:
            cosine = _cosine(queries, *pair)
        except KeyError as error:
            report_message("error", str(error))
            status = exits.FAILURE
            continue
        if args.json:
            print_json({"words": list(pair), "cosine": cosine})
        else:
            print_table([[*pair, f"{cosine:.4f}"]])
    return status


def _pairs_of_lines(args: argparse.Namespace) -> Iterator[tuple[str, str]]:
    for line in input_words(args):
        words = [word.strip() for word in line.split("\t")] if "\t" in line else line.split()
        if len(words) != 2:
            raise FormatError(f"standard input: a line must have two words, got {line!r}")
        yield words[0], words[1]


def _cosine(queries: WordQueries, first: str, second: str) -> float:
    vectors = queries.vectors
    means = [vectors.get_mean_vector(queries.keys(text), ignore_missing=False) for text in (first, second)]
    return float(vectors.cosine_similarities(means[0], means[1][None])[0])
