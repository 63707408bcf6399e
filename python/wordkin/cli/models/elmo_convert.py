"""``wordkin convert`` for language models: between the format of the original program and that of wordkin."""

from __future__ import annotations

import argparse

from ...elmo import ELMo
from ...elmo.files.official_files import OFFICIAL_FILE_NAMES
from ...elmo.files.pretrained import MODEL_FILE_NAMES
from ...elmo.files.recognition import holds_language_model, holds_official_model
from ...storage.overwrite import check_outputs
from ...storage.paths import local_path
from .. import exits
from ..outputs import require_writable_folder
from ..reports import print_report

__all__ = ["LANGUAGE_MODEL_FORMATS", "convert_language_model", "is_language_model"]

LANGUAGE_MODEL_FORMATS = {
    "model": "wordkin model folder",
    "official": "options.json and HDF5 weights of the original program",
}


def is_language_model(args: argparse.Namespace) -> bool:
    """Return whether the input of the command is a language model.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.

    Returns
    -------
    bool
        Whether it is one.
    """
    return args.weights is not None or holds_language_model(args.input)


def convert_language_model(args: argparse.Namespace) -> int:
    """Convert a language model and report.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.

    Returns
    -------
    int
        Exit code.

    Raises
    ------
    UsageError
        If a flag is given that does not apply.
    """
    is_official = args.weights is not None or holds_official_model(args.input)
    target = args.target or ("model" if is_official or args.precision is not None else "official")
    if target not in LANGUAGE_MODEL_FORMATS:
        raise exits.UsageError(
            f"{args.input} is a language model: --to must be one of {', '.join(LANGUAGE_MODEL_FORMATS)}, got {target}; "
            "`wordkin elmo encode` computes embeddings"
        )
    if target == "official" and args.precision is not None:
        raise exits.UsageError("--precision applies to --to model: the format of the original program is float32")
    if args.source is not None:
        raise exits.UsageError(f"{args.input} is a language model; --from applies to word vectors only")
    require_writable_folder(args.output)
    names = MODEL_FILE_NAMES if target == "model" else OFFICIAL_FILE_NAMES
    files = [local_path(args.output) / name for name in names]
    check_outputs(*files, folders=[args.output], models=[args.input, args.weights])
    model = ELMo.from_pretrained(args.input, args.weights)
    if target == "official":
        model.export_hdf5(args.output)
    else:
        model.save_pretrained(args.output, precision=args.precision)
    count = sum(tensor.size for tensor in model.parameters.values())
    print_report(
        args,
        {"input": args.input, "output": args.output, "format": target, "parameters": count},
        lambda report: print(f"{count:,} parameters written to {args.output} ({LANGUAGE_MODEL_FORMATS[target]})"),
    )
    return exits.SUCCESS
