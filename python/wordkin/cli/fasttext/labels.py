"""``wordkin fasttext predict``, ``predict-prob``, ``test`` and ``test-label``."""

from __future__ import annotations

import argparse
import sys

from ...fasttext import FastTextModel, load_model
from ...storage.decoding import TextOptions
from .. import exits
from ..corpus_flags import add_text_flags, text_arguments
from ..messages import report_message
from ..streams import allow_streams
from .lines import batches_of_lines
from .options import label_count, probability

__all__ = ["configure_predict", "configure_test", "run_predict", "run_test", "run_test_label"]


def configure_predict(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``predict`` and ``predict-prob``.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the command.
    """
    _configure(parser, "file of texts, one per line; - for standard input")


def configure_test(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``test`` and ``test-label``.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the command.
    """
    _configure(parser, "file of lines with __label__ words; - for standard input")
    allow_streams(parser, inputs=("text",))


def _configure(parser: argparse.ArgumentParser, text_help: str) -> None:
    parser.add_argument("model", help="supervised model (.bin or .ftz)")
    parser.add_argument("text", help=text_help)
    parser.add_argument("k", nargs="?", type=label_count, help="number of labels per line, -1 for all (default: 1)")
    parser.add_argument("threshold", nargs="?", type=probability, help="minimum probability of a label (default: 0)")
    add_text_flags(parser, skip=False)


def run_predict(args: argparse.Namespace) -> int:
    """Print the labels of each line.

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
    with_probabilities = args.group_command == "predict-prob"
    for lines in batches_of_lines(args.text, args):
        for labels, probabilities in zip(*model.predict(lines, *_limits(args)), strict=True):
            if with_probabilities:
                labels = [f"{label} {value:.6g}" for label, value in zip(labels, probabilities, strict=True)]
            print(" ".join(labels))
        sys.stdout.flush()
    return exits.SUCCESS


def _limits(args: argparse.Namespace) -> tuple[int, float]:
    """Return the number of labels per line and their minimum probability."""
    return 1 if args.k is None else args.k, args.threshold or 0.0


def _text_options(args: argparse.Namespace) -> TextOptions:
    return TextOptions(**text_arguments(args))


def run_test(args: argparse.Namespace) -> int:
    """Print the number of lines, precision and recall.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.

    Returns
    -------
    int
        Exit code: 1 if no line has a label and a word of the model.
    """
    model = load_model(args.model)
    options = _text_options(args)
    k, threshold = _limits(args)
    examples, precision, recall = model.test(args.text, k, threshold, encoding=options.encoding, errors=options.errors)
    print(f"N\t{examples}\nP@{k}\t{precision:.3g}\nR@{k}\t{recall:.3g}")
    return _status(examples, args.text)


def run_test_label(args: argparse.Namespace) -> int:
    """Print F1, precision and recall of each label, and of all.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.

    Returns
    -------
    int
        Exit code: 1 if no line has a label and a word of the model.
    """
    model: FastTextModel = load_model(args.model)
    options = _text_options(args)
    k, threshold = _limits(args)
    rows = model.test_label(args.text, k, threshold, encoding=options.encoding, errors=options.errors)
    for label, row in rows.items():
        scores = (f"{name} : {_score(row[key])}" for name, key in _SCORES.items())
        print(f"{'  '.join(scores)}   {label}")
    examples, precision, recall = model.test(args.text, k, threshold, encoding=options.encoding, errors=options.errors)
    print(f"N\t{examples}\nP@{k}\t{precision:.3f}\nR@{k}\t{recall:.3f}")
    return _status(examples, args.text)


_SCORES = {"F1-Score": "f1score", "Precision": "precision", "Recall": "recall"}


def _score(value: float) -> str:
    return "--------" if value != value else f"{value:.6f}"  # NaN is not equal to itself


def _status(examples: int, path: str) -> int:
    if examples:
        return exits.SUCCESS
    report_message("error", f"{path}: no line has both a label and a word that the model knows")
    return exits.FAILURE
