"""``wordkin merge``: merge word vectors that were trained apart on parts of a corpus."""

from __future__ import annotations

import argparse
import dataclasses
from itertools import combinations

from ...alignment import merge_vectors
from ...loading.vector_files import load_vectors
from ...storage.overwrite import check_outputs
from ...storage.paths import local_path
from .. import exits
from ..flags import add_json_flag
from ..outputs import Format, chosen_output, save_vectors
from ..parsers import add_examples
from ..reports import print_report
from ..streams import allow_streams, displayed
from ..vectors.queries import positive_number

__all__ = ["configure", "run"]

_FORMATS: tuple[Format, ...] = ("vectors", "text", "binary", "glove")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the description and the arguments of the command.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the command.
    """
    parser.description = (
        "Merge word vectors that were trained apart, with the same options, on parts of a corpus: they are rotated "
        "into one space and averaged; counts are added. `wordkin train --shard` trains on one of several parts."
    )
    parser.add_argument("vectors", nargs="+", help="vectors to merge, two or more files in any format")
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help="merged vectors")
    parser.add_argument("--format", choices=_FORMATS, help="format of the output (default: according to the file name)")
    parser.add_argument(
        "--restrict-vocab",
        type=int,
        default=50_000,
        metavar="INT",
        help="fit on the first, most frequent common words only (default: 50000)",
    )
    add_json_flag(parser)
    allow_streams(parser, outputs=("output",))
    add_examples(
        parser,
        (
            "merge the vectors of three machines",
            "wordkin merge one.safetensors two.safetensors three.safetensors -o merged.safetensors",
        ),
    )


def run(args: argparse.Namespace) -> int:
    """Merge and report.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.

    Returns
    -------
    int
        Exit code.
    """
    restrict_vocab = positive_number("--restrict-vocab", args.restrict_vocab)
    if len(args.vectors) < 2:
        raise exits.UsageError("two or more files of vectors must be given, got one")
    for first, second in combinations(args.vectors, 2):
        if local_path(first).resolve() == local_path(second).resolve():
            raise exits.UsageError(f"{second} must be given only once; its words would count twice")
    output = chosen_output(args.output, args.format)
    if output.format == "model":
        output = dataclasses.replace(output, format="vectors")
    check_outputs(output.path, inputs=args.vectors)
    models = [load_vectors(path) for path in args.vectors]
    try:
        merged = merge_vectors(models, restrict_vocab=restrict_vocab)
    except ValueError as error:
        raise type(error)(_with_files(str(error), args.vectors)) from None
    save_vectors(output, merged)
    report = {
        "output": args.output,
        "merged": [{"file": path, "words": len(model)} for path, model in zip(args.vectors, models, strict=True)],
        "words": len(merged),
        "vector_size": merged.vector_size,
    }
    text = f"{len(merged):,} words of {len(models)} files written to {displayed(args, args.output)}"
    print_report(args, report, lambda report: print(text))
    return exits.SUCCESS


def _with_files(message: str, files: list[str]) -> str:
    for number, file in enumerate(files):
        message = message.replace(f"models[{number}]", file)
    return message
