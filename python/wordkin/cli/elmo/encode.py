"""``wordkin elmo encode``: write the contextual embeddings of a text to a file."""

from __future__ import annotations

import argparse
import time
from typing import Any

from ...elmo import ELMo
from ...elmo.options import ELMoEncodingOptions
from ...storage.overwrite import check_outputs
from ...storage.paths import local_path
from .. import exits
from ..corpus_flags import CORPUS_FORMAT, add_text_flags, text_arguments
from ..flags import (
    add_json_flag,
    add_option_flags,
    add_progress_flag,
    add_switch,
    add_workers_flag,
    given_arguments,
)
from ..messages import progress_display
from ..outputs import require_writable_file
from ..parsers import add_examples
from ..reports import print_report
from ..streams import allow_streams
from ..terminal import size_text

__all__ = ["configure", "run"]

_OPTIONS = ["pooling", "gamma", "layer_norm", "batch_size", "cut", "cache_bytes"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the description and the arguments of the command.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the command.
    """
    parser.description = (
        "Write the contextual embeddings of a text to HDF5 (a dataset per line, named by the line number from 0) or "
        "to safetensors (`vectors` of all tokens, and `ends`, the number of tokens up to the end of each line)."
    )
    add_model(parser)
    parser.add_argument("input", help=f"text ({CORPUS_FORMAT}), optionally compressed")
    parser.add_argument("output", help="output file (.hdf5 or .safetensors)")
    add_text_flags(parser, skip=False)
    parser.add_argument(
        "--layers",
        default="all",
        metavar="WHICH",
        help="all, top, average, the index of a layer, or scalar-mix weights such as 0,1,0.5 (default: %(default)s)",
    )
    parser.add_argument(
        "--format", choices=("hdf5", "safetensors"), help="format of the output (default: according to the file name)"
    )
    add_option_flags(parser, ELMoEncodingOptions, _OPTIONS, defaults={"cache_bytes": "128 MiB"})
    add_switch(parser, "--boundaries", "boundaries", True, "also write the vectors of the sentence-boundary markers")
    add_switch(parser, "--stateful", "stateful", True, "carry the LSTM state from batch to batch, like the original")
    add_compute_flags(parser)
    add_progress_flag(parser)
    add_json_flag(parser)
    allow_streams(parser, inputs=("input",))
    add_examples(
        parser,
        ("write all layers, like the original program", "wordkin elmo encode model sentences.txt vectors.hdf5"),
        (
            "one vector per sentence",
            "wordkin elmo encode model sentences.txt v.safetensors --layers top --pooling mean",
        ),
    )


def add_model(parser: argparse.ArgumentParser) -> None:
    """Add the arguments ``model`` and ``--weights``.

    Parameters
    ----------
    parser : ArgumentParser
        Where to add the arguments.
    """
    parser.add_argument("model", help="folder or zip archive of a model, or an options.json with --weights")
    parser.add_argument("--weights", metavar="FILE", help="HDF5 weights that belong to an options.json")


def add_compute_flags(parser: argparse.ArgumentParser) -> None:
    """Add ``--precision`` and ``--workers``.

    Parameters
    ----------
    parser : ArgumentParser
        Where to add the flags.
    """
    parser.add_argument(
        "--precision",
        choices=("float32", "bfloat16", "int8", "auto"),
        help="precision of the operands of matrix products; auto for the fastest one "
        "(default: int8 for models with 8-bit weights, float32 for others)",
    )
    add_workers_flag(parser)


def _layers(text: str) -> Any:
    try:
        if "," in text:
            return [float(weight) for weight in text.split(",")]
        return text if text in ("all", "top", "average") else int(text)
    except ValueError:
        raise exits.UsageError(f"--layers must be all, top, average, an index, or weights, got {text!r}") from None


def run(args: argparse.Namespace) -> int:
    """Encode and report.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.

    Returns
    -------
    int
        Exit code.
    """
    layers = _layers(args.layers)
    require_writable_file(args.output)
    check_outputs(args.output, inputs=[args.input], models=[args.model, args.weights])
    model = ELMo.from_pretrained(args.model, args.weights)
    start = time.perf_counter()
    try:
        sentences = model.encode_file(
            args.input,
            args.output,
            layers,
            format=args.format,
            precision=args.precision,
            progress=progress_display(args),
            workers=args.workers,
            **given_arguments(args, [*_OPTIONS, "boundaries", "stateful"]),
            **text_arguments(args),
        )
    except ValueError as error:
        if type(error) is ValueError:  # caused by an argument; errors of files have their own types
            raise exits.UsageError(str(error)) from None
        raise
    seconds = time.perf_counter() - start
    size = local_path(args.output).stat().st_size
    print_report(
        args,
        {"output": args.output, "sentences": sentences, "bytes": size, "seconds": round(seconds, 3)},
        lambda report: print(
            f"{sentences:,} sentences in {seconds:.1f} s written to {args.output} ({size_text(size)})"
        ),
    )
    return exits.SUCCESS
