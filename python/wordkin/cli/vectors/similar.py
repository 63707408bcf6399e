"""``wordkin similar``: print the nearest neighbours of words."""

from __future__ import annotations

import argparse

from ...loading.vector_files import load_vectors
from ...vectors.typed_keys import typed_key
from .. import exits
from ..corpus_flags import add_text_flags
from ..flags import add_json_flag
from ..messages import report_message
from ..parsers import add_examples
from ..terminal import given_words, print_json
from .queries import add_search_flags, positive_number, print_neighbours

__all__ = ["configure", "run"]


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
    parser.add_argument("words", nargs="*", metavar="word", help="words; - for lines of standard input (default)")
    add_search_flags(parser)
    add_text_flags(parser, skip=False)
    add_json_flag(parser, "print one JSON object per word and line")
    add_examples(
        parser,
        ("print the neighbours of two words", "wordkin similar vectors.safetensors cat dog --topn 5"),
        (
            "neighbours of each word of a list, for other programs",
            "wordkin similar vectors.safetensors --json < words.txt",
        ),
    )


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
    status = exits.SUCCESS
    for word in given_words(args, args.words):
        try:
            neighbours = vectors.most_similar(typed_key(vectors, word), topn=topn, restrict_vocab=restrict_vocab)
        except KeyError as error:
            report_message("error", str(error))
            status = exits.FAILURE
            continue
        if args.json:
            print_json({"word": word, "neighbours": [{"word": near, "cosine": cosine} for near, cosine in neighbours]})
        else:
            print_neighbours(neighbours, query=None if len(args.words) == 1 and args.words != ["-"] else word)
    return status
