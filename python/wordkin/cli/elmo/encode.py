"""``wordkin elmo encode``: contextual vectors of a text, into a file."""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

from .. import exits
from ..outputs import require_writable_place
from ..terminal import print_json, size_text

__all__ = ["add_parser", "run"]


def add_parser(subparsers: Any) -> None:
    """Describe the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "encode",
        help="contextual vectors of a text, into a file",
        description="Encode a text, a sentence a line and tokens apart by blanks, into HDF5 (a data set for each line, "
        "named by its number from 0 on) or safetensors (`vectors` of all tokens, and behind which each line `ends`).",
    )
    add_model(parser)
    parser.add_argument("input", help="text, compressed or not")
    parser.add_argument("output", help="where to write: .hdf5 or .safetensors")
    parser.add_argument(
        "--layers", default="all", metavar="WHICH", help="all, top, average, a number, or weights such as 0,1,0.5 (all)"
    )
    parser.add_argument("--format", choices=("hdf5", "safetensors"), help="told from the output's name by default")
    parser.add_argument("--pooling", choices=("mean",), help="one vector for each sentence")
    parser.add_argument("--gamma", type=float, default=1.0, metavar="FLOAT", help="factor of the vectors (1.0)")
    parser.add_argument("--layer-norm", choices=("bilm", "allennlp"), help="scale each layer first, as that original")
    parser.add_argument("--boundaries", action="store_true", help="vectors of the marks of a sentence's ends, too")
    parser.add_argument("--stateful", action="store_true", help="carry state from batch to batch, as the originals do")
    parser.add_argument("--batch-size", type=int, default=32, metavar="INT", help="sentences at a time (32)")
    parser.add_argument(
        "--cut", choices=("bytes", "characters"), default="bytes", help="where long words are cut (bytes)"
    )
    parser.add_argument(
        "--cache-bytes", type=int, metavar="INT", help="memory for words that were met; 0 for none (128 MiB)"
    )
    add_computing(parser)
    parser.add_argument(
        "--progress",
        action=argparse.BooleanOptionalAction,
        help="a bar on standard error; by default where that is a terminal",
    )
    parser.add_argument("--json", action="store_true", help="report as JSON")


def add_model(parser: argparse.ArgumentParser) -> None:
    """Add the argument ``model`` and what belongs to it."""
    parser.add_argument("model", help="folder or zip of a model, or an options.json with --weights")
    parser.add_argument("--weights", metavar="FILE", help="HDF5 file of an options.json")


def add_computing(parser: argparse.ArgumentParser) -> None:
    """Add the flags about how to compute."""
    parser.add_argument(
        "--precision", choices=("float32", "bfloat16"), default="float32", help="of factors of products (float32)"
    )
    parser.add_argument("--workers", type=int, metavar="INT", help="threads (as many as there are cores)")


def _layers(text: str) -> Any:
    try:
        if "," in text:
            return [float(weight) for weight in text.split(",")]
        return text if text in ("all", "top", "average") else int(text)
    except ValueError:
        raise exits.UsageError(f"--layers must be all, top, average, a number, or weights, got {text!r}") from None


def run(args: argparse.Namespace) -> int:
    """Encode and report."""
    from ...elmo import ELMo
    from ...storage.paths import local_path

    layers = _layers(args.layers)
    require_writable_place(args.output)
    model = ELMo.from_pretrained(args.model, args.weights)
    begin = time.perf_counter()
    try:
        sentences = model.encode_file(
            args.input,
            args.output,
            layers,
            format=args.format,
            batch_size=args.batch_size,
            pooling=args.pooling,
            stateful=args.stateful,
            precision=args.precision,
            progress=False if sys.stderr is None else args.progress,
            workers=args.workers,
            gamma=args.gamma,
            layer_norm=args.layer_norm,
            boundaries=args.boundaries,
            cut=args.cut,
            cache_bytes=args.cache_bytes,
        )
    except ValueError as error:
        if type(error) is ValueError:  # of an argument; files have errors of their own
            raise exits.UsageError(str(error)) from None
        raise
    seconds = time.perf_counter() - begin
    size = local_path(args.output).stat().st_size
    if args.json:
        print_json({"output": args.output, "sentences": sentences, "bytes": size, "seconds": round(seconds, 3)})
    else:
        print(f"{sentences:,} sentences in {seconds:.1f} s written to {args.output} ({size_text(size)})")
    return exits.SUCCESS
