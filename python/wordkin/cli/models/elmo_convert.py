"""``wordkin convert`` for language models: from the original's files to a folder of wordkin, and back."""

from __future__ import annotations

import argparse

from .. import exits
from ..outputs import require_writable_folder
from ..terminal import print_json
from .elmo_info import holds_language_model, holds_official_model

__all__ = ["LANGUAGE_MODEL_FORMATS", "convert_language_model", "is_language_model"]

LANGUAGE_MODEL_FORMATS = {
    "model": "a folder of wordkin",
    "official": "options.json and HDF5, as the original program",
}


def is_language_model(args: argparse.Namespace) -> bool:
    """Whether the input of the command is a language model."""
    return args.weights is not None or holds_language_model(args.input)


def convert_language_model(args: argparse.Namespace) -> int:
    """Read, write, report.

    Raises
    ------
    UsageError
        If a flag is about vectors.
    """
    from ...elmo import ELMo

    is_official = args.weights is not None or holds_official_model(args.input)
    target = args.target or ("model" if is_official else "official")
    if target not in LANGUAGE_MODEL_FORMATS:
        raise exits.UsageError(
            f"{args.input} is a language model: it can be written as {' or '.join(LANGUAGE_MODEL_FORMATS)}, "
            f"not as {target}; `wordkin elmo encode` gives vectors"
        )
    if args.source is not None:
        raise exits.UsageError(f"{args.input} is a language model; --from is about vectors")
    require_writable_folder(args.output)
    model = ELMo.from_pretrained(args.input, args.weights)
    if target == "official":
        model.export_hdf5(args.output)
    else:
        model.save_pretrained(args.output)
    count = sum(tensor.size for tensor in model.parameters.values())
    if args.json:
        print_json({"input": args.input, "output": args.output, "format": target, "parameters": count})
    else:
        print(f"{count:,} parameters written to {args.output} ({LANGUAGE_MODEL_FORMATS[target]})")
    return exits.SUCCESS
