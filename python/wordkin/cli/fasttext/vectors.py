"""``wordkin fasttext print-word-vectors``, ``print-sentence-vectors``, ``print-ngrams``, ``nn`` and ``analogies``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence

import numpy as np

from ...fasttext import load_model
from ...fasttext.tokens import split_words
from .. import exits
from ..corpus_flags import add_text_flags
from ..messages import report_message
from .lines import batches_of_lines

__all__ = [
    "configure",
    "configure_neighbours",
    "configure_ngrams",
    "run_analogies",
    "run_neighbours",
    "run_ngrams",
    "run_sentences",
    "run_words",
]


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``print-word-vectors`` and ``print-sentence-vectors``.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the command.
    """
    parser.add_argument("model", help="model (.bin or .ftz); the text is read from standard input")
    add_text_flags(parser, skip=False)


def configure_ngrams(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``print-ngrams``.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the command.
    """
    parser.add_argument("model", help="model (.bin or .ftz)")
    parser.add_argument("word", help="the word")


def configure_neighbours(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``nn`` and ``analogies``.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the command.
    """
    parser.add_argument("model", help="model (.bin or .ftz); words are read from standard input")
    parser.add_argument("k", nargs="?", type=int, help="number of neighbours (default: 10)")
    add_text_flags(parser, skip=False)


def run_words(args: argparse.Namespace) -> int:
    """Print a line for each word of standard input.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.

    Returns
    -------
    int
        Exit code.
    """
    model = load_model(args.model)
    for lines in batches_of_lines("-", args):
        for word in split_words(" ".join(lines)):
            _print_vector(word, model.get_word_vector(word))
        sys.stdout.flush()
    return exits.SUCCESS


def run_sentences(args: argparse.Namespace) -> int:
    """Print a line for each line of standard input.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.

    Returns
    -------
    int
        Exit code.
    """
    model = load_model(args.model)
    for lines in batches_of_lines("-", args):
        for vector in model.get_sentence_vector(lines):
            print(" ".join(_numbers(vector)))
        sys.stdout.flush()
    return exits.SUCCESS


def run_ngrams(args: argparse.Namespace) -> int:
    """Print a line for each n-gram of a word.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.

    Returns
    -------
    int
        Exit code.
    """
    model = load_model(args.model)
    for subword, row in zip(*model.get_subwords(args.word), strict=True):
        _print_vector(subword, model.get_input_vector(row))
    return exits.SUCCESS


def run_neighbours(args: argparse.Namespace) -> int:
    """Print the neighbours of each word of standard input.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.

    Returns
    -------
    int
        Exit code.
    """
    model = load_model(args.model)
    for lines in batches_of_lines("-", args):
        for word in split_words(" ".join(lines)):
            _print_neighbours(model.get_nearest_neighbors(word, 10 if args.k is None else args.k))
    return exits.SUCCESS


def run_analogies(args: argparse.Namespace) -> int:
    """Print the answers to the questions of standard input, lines of three words.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.

    Returns
    -------
    int
        Exit code: 1 if a line does not have three words.
    """
    model = load_model(args.model)
    status = exits.SUCCESS
    for lines in batches_of_lines("-", args):
        for line in lines:
            words = split_words(line)
            if len(words) != 3:
                report_message("error", f"a question must have three words, got {line!r}")
                status = exits.FAILURE
                continue
            first, second, third = words
            _print_neighbours(model.get_analogies(first, second, third, 10 if args.k is None else args.k))
    return status


def _print_neighbours(neighbours: Iterable[tuple[float, str]]) -> None:
    print("".join(f"{word} {cosine:.6g}\n" for cosine, word in neighbours), end="", flush=True)


def _print_vector(word: str, vector: Sequence[float] | np.ndarray[tuple[int], np.dtype[np.float32]]) -> None:
    print(word, *_numbers(vector))


def _numbers(vector: Iterable[float]) -> list[str]:
    return [f"{value:.5g}" for value in vector]
