"""Flags with fastText's names, which have one dash: ``-wordNgrams 2``."""

from __future__ import annotations

import argparse
import dataclasses
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from ...runtime.options import Options, rule_of
from ...word2vec.options import CheckpointOptions
from ...word2vec.training.session import CheckpointRequest
from ..exits import UsageError
from ..flags import add_option_flags, given_arguments

__all__ = [
    "add_checkpoint_flags",
    "add_dashed_flags",
    "add_dashed_switch",
    "add_output_flag",
    "checkpoints_of",
    "label_count",
    "probability",
]

_INTEGER = re.compile(r"-?[0-9]{1,10}")

_CHECKPOINT_FIELDS = ("checkpoint_epochs", "checkpoint_seconds", "keep")

_TYPES: dict[str, tuple[Any, str]] = {"integer": (int, "INT"), "real": (float, "FLOAT"), "custom": (str, "TEXT")}


def add_dashed_flags(
    parser: argparse._ActionsContainer,
    options: type[Options],
    names: Iterable[str],
    *,
    flags: Mapping[str, str] | None = None,
    defaults: Mapping[str, str] | None = None,
) -> None:
    """Add a flag for each of some options; an option that is not given is missing from the parsed arguments.

    Parameters
    ----------
    parser : ArgumentParser or group
        Where to add the flags.
    options : type
        The option class, whose rules have the types, help texts and choices.
    names : iterable of str
        Fields to add.
    flags : mapping of str to str, optional
        Flags that differ from the names of the arguments, by field.
    defaults : mapping of str to str, optional
        Descriptions of defaults that differ from those of the option class, by field.
    """
    fields = {item.name: item for item in dataclasses.fields(options)}
    for name in names:
        rule = rule_of(fields[name])
        assert rule is not None  # fields without a rule have no flag
        default = (defaults or {}).get(name)
        if default is None:
            value = fields[name].default
            default = "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
        text = rule.help.removesuffix(".")
        help_text = text[0].lower() + text[1:] + (f" (default: {default})" if default else "")
        settings: dict[str, Any] = {"dest": rule.name or name, "default": argparse.SUPPRESS}
        if rule.choices:
            settings["choices"] = rule.choices
        else:
            settings["type"], settings["metavar"] = _TYPES[rule.kind]
        flag = (flags or {}).get(name) or f"-{rule.name or name}"
        parser.add_argument(flag, help=help_text.replace("%", "%%"), **settings)


def add_output_flag(parser: argparse._ActionsContainer, help_text: str) -> None:
    """Add the flag ``-output``, whose value is the name of files without suffix.

    Parameters
    ----------
    parser : ArgumentParser or group
        Where to add the flag.
    help_text : str
        Help text.
    """
    parser.add_argument("-output", required=True, type=_file_name, metavar="NAME", help=help_text)


def _file_name(text: str) -> str:
    if not text or text.endswith("/"):
        raise argparse.ArgumentTypeError(f"must be the name of a file without suffix, got {text!r}")
    return text


def label_count(text: str) -> int:
    """Convert the argument for a number of labels or words; the type of a positional argument.

    Parameters
    ----------
    text : str
        The argument.

    Returns
    -------
    int
        The number; -1 for all.

    Raises
    ------
    ArgumentTypeError
        If the argument is not such a number.
    """
    number = int(text) if _INTEGER.fullmatch(text) else 0
    if not (number == -1 or 1 <= number < 2**31):
        raise argparse.ArgumentTypeError(f"must be an integer of at least 1, or -1 for all, got {text!r}")
    return number


def probability(text: str) -> float:
    """Convert the argument for a minimum probability; the type of a positional argument.

    Parameters
    ----------
    text : str
        The argument.

    Returns
    -------
    float
        The number.

    Raises
    ------
    ArgumentTypeError
        If the argument is not a finite number.
    """
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise argparse.ArgumentTypeError(f"must be a finite number, got {text!r}")
    return number


def add_checkpoint_flags(parser: argparse.ArgumentParser) -> None:
    """Add the flags for checkpoints of training.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the command.
    """
    group = parser.add_argument_group("checkpoints")
    group.add_argument("--checkpoint", metavar="FOLDER", help="folder for checkpoints (default: none)")
    group.add_argument(
        "--resume",
        action=argparse.BooleanOptionalAction,
        help="resume from the newest checkpoint of the folder, as by default, or ignore existing checkpoints",
    )
    add_option_flags(group, CheckpointOptions, _CHECKPOINT_FIELDS)


def checkpoints_of(args: argparse.Namespace) -> CheckpointRequest | None:
    """Return where to save checkpoints.

    Parameters
    ----------
    args : Namespace
        Parsed arguments, with those of `add_checkpoint_flags`.

    Returns
    -------
    CheckpointRequest or None
        None without ``--checkpoint``.

    Raises
    ------
    UsageError
        If flags for checkpoints are given without a folder.
    ValueError
        If an option is out of range.
    """
    given = given_arguments(args, ("resume", *_CHECKPOINT_FIELDS))
    if given and args.checkpoint is None:
        flags = ", ".join("--" + name.replace("_", "-") for name in given)
        raise UsageError(f"{flags}: --checkpoint must name the folder for checkpoints")
    options = CheckpointOptions(**given)
    return None if args.checkpoint is None else CheckpointRequest(folder=args.checkpoint, options=options)


def add_dashed_switch(parser: argparse._ActionsContainer, name: str, help_text: str) -> None:
    """Add a flag without a value.

    Parameters
    ----------
    parser : ArgumentParser or group
        Where to add the flag.
    name : str
        Name of the flag, without the dash, and of the argument that it sets to True.
    help_text : str
        Its description.
    """
    parser.add_argument(f"-{name}", action="store_true", help=help_text)
