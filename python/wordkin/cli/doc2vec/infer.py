"""``wordkin doc2vec infer``: print the vectors of new documents."""

from __future__ import annotations

import argparse
import sys
from typing import Any

import numpy as np

from ...doc2vec import Doc2Vec
from ...word2vec.options import ModelOptions, TrainingOptions
from .. import exits
from ..corpus_flags import add_text_flags
from ..fasttext.lines import batches_of_lines
from ..flags import add_json_flag, add_option_flags, add_workers_flag, given_arguments
from ..parsers import add_examples
from ..terminal import print_json

__all__ = ["add_inference_flags", "configure", "documents_of", "inference_arguments", "run"]

_INFERENCE = ("alpha", "min_alpha", "epochs")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the description and the arguments of the command.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the command.
    """
    parser.description = (
        "Print the vector of each line, a new document: its numbers, separated by spaces. Lines become tokens as the "
        "training text did."
    )
    parser.add_argument("model", help="model (.safetensors)")
    parser.add_argument(
        "texts", nargs="?", default="-", help="text with one document per line (default: standard input)"
    )
    add_inference_flags(parser)
    add_text_flags(parser, skip=False)
    add_json_flag(parser, "print one JSON array per line")
    add_examples(
        parser, ("print the vectors of new reviews", "wordkin doc2vec infer reviews.safetensors new.txt --epochs 20")
    )


def add_inference_flags(parser: argparse.ArgumentParser) -> None:
    """Add the flags of inference.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the command.
    """
    group = parser.add_argument_group("inference")
    add_option_flags(group, ModelOptions, _INFERENCE, defaults=dict.fromkeys(_INFERENCE, "as in training"))
    add_option_flags(group, TrainingOptions, ("seed",), defaults={"seed": "as in training"})
    add_workers_flag(group)


def inference_arguments(args: argparse.Namespace) -> dict[str, Any]:
    """Return the arguments of `Doc2Vec.infer_vectors`.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.

    Returns
    -------
    dict
        Those that were given.
    """
    return given_arguments(args, (*_INFERENCE, "seed", "workers"))


def documents_of(model: Doc2Vec, lines: tuple[str, ...]) -> list[list[str]]:
    """Return the tokens of lines.

    Parameters
    ----------
    model : Doc2Vec
        The model, which knows how texts were prepared.
    lines : tuple of str
        The lines.

    Returns
    -------
    list of lists of str
        The tokens.
    """
    tokens = str.split if model.preparation.is_default else model.preparation.tokens
    return [tokens(line) for line in lines]


def run(args: argparse.Namespace) -> int:
    """Print a vector for each line.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.

    Returns
    -------
    int
        Exit code.
    """
    model = Doc2Vec.load(args.model)
    settings = inference_arguments(args)
    for lines in batches_of_lines(args.texts, args):
        for vector in model.infer_vectors(documents_of(model, lines), **settings):
            if args.json:
                print_json(vector.tolist())
            else:
                print(" ".join(np.char.mod("%.7g", vector)))
        sys.stdout.flush()
    return exits.SUCCESS
