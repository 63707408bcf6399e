"""``wordkin plot``: draw words, or the training of a model, into a picture file."""

from __future__ import annotations

import argparse
import sys
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from ...downstream import SequenceTagger, TextClassifier
from ...loading import load
from ...loading.vector_files import load_vectors
from ...runtime.plots import axes_for, figure_of
from ...storage.atomic import replaced_file
from ...storage.overwrite import check_outputs
from ...vectors.explorer.layout import LAYOUTS
from ...vectors.typed_keys import typed_key
from .. import exits
from ..corpus_flags import add_text_flags
from ..flags import add_json_flag
from ..messages import report_message
from ..outputs import require_writable_file
from ..parsers import add_examples
from ..reports import print_report
from ..terminal import given_words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the description and the arguments of the command.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the command.
    """
    parser.description = (
        "Draw words as labelled points into a picture file, with matplotlib. With --training, draw how the loss and "
        "the speed, the perplexity or the accuracy of a saved model developed. Unknown words are reported and left out."
    )
    parser.add_argument("file", help="model, or word vectors in any format")
    parser.add_argument(
        "words",
        nargs="*",
        metavar="word",
        help="words to draw; - for lines of standard input (default: the 100 most frequent words)",
    )
    parser.add_argument(
        "-o", "--output", required=True, metavar="FILE", help="the picture: .png, .svg, .pdf or another format"
    )
    parser.add_argument("--training", action="store_true", help="draw the training of the model instead of words")
    parser.add_argument(
        "--layout", choices=LAYOUTS, default="pca", help="how positions are computed (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="INT", help="random seed (default: %(default)s)")
    parser.add_argument("--dpi", type=int, default=150, metavar="INT", help="dots per inch (default: %(default)s)")
    add_text_flags(parser, skip=False)
    add_json_flag(parser)
    add_examples(
        parser,
        ("draw some words", "wordkin plot vectors.safetensors cat dog red blue -o words.png"),
        ("draw loss and speed of a training", "wordkin plot model.safetensors --training -o training.svg"),
    )


def run(args: argparse.Namespace) -> int:
    """Draw the picture.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.

    Returns
    -------
    int
        Exit code.
    """
    if args.training and args.words:
        raise exits.UsageError("--training draws no words: leave them out")
    if not 10 <= args.dpi <= 2400:
        raise exits.UsageError(f"--dpi must be from 10 to 2400, got {args.dpi}")
    check_outputs(args.output, inputs=[args.file, sys.stdin if "-" in args.words else None])
    require_writable_file(args.output)
    picture_format = _format_of(args.output)
    missing: list[str] = []
    figure = _training_of(args.file) if args.training else _words_of(args, missing)
    picture = BytesIO()
    figure.savefig(picture, format=picture_format, dpi=args.dpi)
    with replaced_file(args.output) as file:
        file.write(picture.getbuffer())
    print_report(
        args,
        {"file": args.output, "bytes": Path(args.output).stat().st_size, "missing": missing},
        lambda report: print(f"picture written to {args.output}"),
        seed=args.seed,
    )
    return exits.FAILURE if missing else exits.SUCCESS


def _format_of(path: str) -> str:
    """Return the format that the suffix of a file names, if matplotlib is installed and can write it."""
    (axes,) = axes_for(None, 1, width=1, height=1)
    known = figure_of(axes).canvas.get_supported_filetypes()
    suffix = Path(path).suffix.removeprefix(".").lower()
    if suffix not in known:
        formats = ", ".join(f".{name}" for name in sorted(known))
        raise exits.UsageError(f"--output must end with one of {formats}, got {path!r}")
    return suffix


def _training_of(path: str) -> Figure:
    model = load(path)
    if isinstance(model, TextClassifier | SequenceTagger):
        return model.plot_history()
    report = getattr(model, "training_report", None)
    if report is None:
        raise ValueError(
            f"{path}: {type(model).__name__} without a training report; models of Word2Vec and ELMo have one"
        )
    figure: Figure = report.plot()
    return figure


def _words_of(args: argparse.Namespace, missing: list[str]) -> Figure:
    vectors = load_vectors(args.file)
    if not args.words:
        return vectors.plot(layout=args.layout, seed=args.seed)
    known = []
    for word in given_words(args, args.words):
        key = typed_key(vectors, word)
        try:
            vectors.get_vector(key)
        except KeyError as error:
            report_message("error", str(error))
            missing.append(word)
        else:
            known.append(key)
    return vectors.plot(known, layout=args.layout, seed=args.seed)
