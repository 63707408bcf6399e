"""Flags with fastText's names, which have one dash: ``-wordNgrams 2``."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from ...runtime.options import Options, rule_of

__all__ = ["add_dashed_flags", "add_dashed_switch"]

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
