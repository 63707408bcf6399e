"""``wordkin analogy``: answer analogies."""

from __future__ import annotations

import argparse

from ...loading.vector_files import load_vectors
from ...vectors.typed_keys import typed_key
from .. import exits
from ..flags import add_json_flag
from ..parsers import add_examples
from ..terminal import print_json
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
        "Answer the analogy 'A is to B as C is to what?' by the words nearest to B - A + C, for example "
        "`wordkin analogy FILE man king woman`."
    )
    parser.add_argument("file", help="model, or word vectors in any format")
    for name, text in {
        "a": "a word, such as man",
        "b": "its counterpart, such as king",
        "c": "another such as woman",
    }.items():
        parser.add_argument(name, help=text)
    parser.add_argument(
        "--method",
        choices=("3cosadd", "3cosmul"),
        default="3cosadd",
        help="add or multiply the cosine similarities (default: %(default)s)",
    )
    add_search_flags(parser, "answers")
    add_json_flag(parser, "print the answers as JSON")
    add_examples(
        parser,
        ("man is to king as woman is to what?", "wordkin analogy vectors.safetensors man king woman"),
    )


def run(args: argparse.Namespace) -> int:
    """Print the answers.

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
    query = vectors.most_similar if args.method == "3cosadd" else vectors.most_similar_cosmul
    a, b, c = (typed_key(vectors, word) for word in (args.a, args.b, args.c))
    answers = query(positive=[b, c], negative=[a], topn=topn, restrict_vocab=restrict_vocab)
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
