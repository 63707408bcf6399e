"""Command-line flags made from option classes, so that no help text repeats a default, and flags shared by commands."""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..runtime.options import Options, Rule, rule_of

__all__ = [
    "add_json_flag",
    "add_option_flags",
    "add_progress_flag",
    "add_switch",
    "add_workers_flag",
    "argument_names",
    "given_arguments",
    "parse_filters",
]


def parse_filters(text: str) -> list[list[int]]:
    """Return the filters of a character convolution.

    Parameters
    ----------
    text : str
        Pairs of width and number such as "1x32,2x64", or JSON as in an options.json.

    Returns
    -------
    list of list of int
        Pairs of width and number.

    Raises
    ------
    ValueError
        If the text has another form.

    Examples
    --------
    >>> parse_filters("1x32,2x64")
    [[1, 32], [2, 64]]
    """
    filters: Any = (
        json.loads(text)
        if text.lstrip().startswith("[")
        else [[int(number) for number in pair.split("x")] for pair in text.split(",")]
    )
    if not all(isinstance(pair, list) and len(pair) == 2 and all(type(n) is int for n in pair) for pair in filters):
        raise ValueError(f"filters must be pairs of width and number such as 1x32,2x64, got {text!r}")
    pairs: list[list[int]] = filters
    return pairs


_TYPES: dict[str, tuple[Callable[[str], Any], str]] = {"integer": (int, "INT"), "real": (float, "FLOAT")}
_CUSTOM: dict[str, tuple[Callable[[str], Any], str]] = {"filters": (parse_filters, "LIST"), "comment": (str, "TEXT")}


def argument_names(options: type[Options], names: Iterable[str] | None = None) -> list[str]:
    """Return the names of the arguments that an option class describes.

    Parameters
    ----------
    options : type
        The option class.
    names : iterable of str or None, default None
        Fields to include; None for all.

    Returns
    -------
    list of str
        Names of the arguments, which are those of the fields unless the rule of a field names another.
    """
    return [rule.name or item.name for item, rule in _ruled_fields(options, names)]


def add_option_flags(
    parser: argparse._ActionsContainer,
    options: type[Options],
    names: Iterable[str],
    *,
    defaults: Mapping[str, str] | None = None,
    types: Mapping[str, tuple[Callable[[str], Any], str]] | None = None,
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
    defaults : mapping of str to str, optional
        Descriptions of defaults that differ from those of the option class, by field.
    types : mapping of str to (callable, str), optional
        Converter and placeholder of values with a custom check, by field.
    """
    converters = {**_CUSTOM, **(types or {})}
    for item, rule in _ruled_fields(options, names):
        default = (defaults or {}).get(item.name) or _default_text(item.default) or ("none" if rule.choices else "")
        help_text = rule.help.removesuffix(".")
        help_text = help_text[0].lower() + help_text[1:] + (f" (default: {default})" if default else "")
        flag = "--" + (rule.name or item.name).replace("_", "-")
        settings: dict[str, Any] = {"dest": rule.name or item.name, "default": argparse.SUPPRESS}
        if rule.choices:
            settings["choices"] = rule.choices
        else:
            settings["type"], settings["metavar"] = (
                converters[item.name] if rule.kind == "custom" else _TYPES[rule.kind]
            )
        parser.add_argument(flag, help=help_text.replace("%", "%%"), **settings)


def _ruled_fields(options: type[Options], names: Iterable[str] | None) -> list[tuple[dataclasses.Field[Any], Rule]]:
    by_name = {item.name: item for item in dataclasses.fields(options)}
    chosen = by_name if names is None else list(names)
    pairs = [(by_name[name], rule_of(by_name[name])) for name in chosen]
    return [(item, rule) for item, rule in pairs if rule is not None]


def _default_text(default: Any) -> str:
    if default is None or default is dataclasses.MISSING:
        return ""
    if isinstance(default, tuple):
        return ",".join(f"{width}x{number}" for width, number in default)
    return f"{default:g}" if isinstance(default, float) else str(default)


def add_switch(parser: argparse._ActionsContainer, flag: str, name: str, value: object, help_text: str) -> None:
    """Add a flag without an argument that sets an option to a value; missing from the arguments if not given.

    Parameters
    ----------
    parser : ArgumentParser or group
        Where to add the flag.
    flag : str
        The flag.
    name : str
        Name of the argument that it sets.
    value : object
        Value that it sets.
    help_text : str
        Its description.
    """
    parser.add_argument(flag, dest=name, action="store_const", const=value, default=argparse.SUPPRESS, help=help_text)


def given_arguments(args: argparse.Namespace, names: Iterable[str]) -> dict[str, Any]:
    """Return the arguments that were given.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.
    names : iterable of str
        Names of arguments.

    Returns
    -------
    dict
        Their values; without those that were not given.
    """
    return {name: getattr(args, name) for name in names if getattr(args, name, None) is not None}


def add_workers_flag(parser: argparse._ActionsContainer, *, max_isa: bool = False) -> None:
    """Add ``--workers`` and, if requested, ``--max-isa``.

    Parameters
    ----------
    parser : ArgumentParser or group
        Where to add the flags.
    max_isa : bool, default False
        Whether to add ``--max-isa``.
    """
    parser.add_argument("--workers", type=int, metavar="INT", help="number of threads (default: all available CPUs)")
    if max_isa:
        parser.add_argument(
            "--max-isa", metavar="ISA", help="highest instruction set to use (default: WORDKIN_MAX_ISA, or no limit)"
        )


def add_progress_flag(parser: argparse._ActionsContainer) -> None:
    """Add ``--progress`` and ``--no-progress``.

    Parameters
    ----------
    parser : ArgumentParser or group
        Where to add the flags.
    """
    parser.add_argument(
        "--progress",
        action=argparse.BooleanOptionalAction,
        help="show a progress bar on standard error (default: on a terminal; elsewhere, a line is written every 10 "
        "seconds and after each epoch)",
    )


def add_json_flag(parser: argparse._ActionsContainer, help_text: str = "print the report as JSON") -> None:
    """Add ``--json``.

    Parameters
    ----------
    parser : ArgumentParser or group
        Where to add the flag.
    help_text : str, default "print the report as JSON"
        Its description.
    """
    parser.add_argument("--json", action="store_true", help=help_text)
