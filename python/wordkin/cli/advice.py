"""Advice of errors in terms of the command line: ``errors='replace'`` becomes ``--errors replace``."""

from __future__ import annotations

import argparse
import re

__all__ = ["with_flags"]

_ARGUMENT = re.compile(r"(?<![\w.-])([a-z]\w*)(=|<=|>=)('[^']*'|[\w.]+)")


def with_flags(message: str, parser: argparse.ArgumentParser) -> str:
    """Return a message of the library with the flags of a command instead of arguments of functions.

    Parameters
    ----------
    message : str
        The message, with arguments such as ``min_count=5`` or ``on_error='skip'``.
    parser : ArgumentParser
        Parser of the command; arguments for which it has no flag are left as they are.

    Returns
    -------
    str
        The message.

    Examples
    --------
    >>> parser = argparse.ArgumentParser()
    >>> _ = parser.add_argument("--errors")
    >>> with_flags("invalid UTF-8; pass errors='replace'", parser)
    'invalid UTF-8; pass --errors replace'
    """
    return _ARGUMENT.sub(lambda match: _flag(parser, *match.groups()) or match.group(), message)


def _flag(parser: argparse.ArgumentParser, name: str, comparison: str, value: str) -> str | None:
    value = value.strip("'")
    for action in parser._actions:
        if action.dest != name or not action.option_strings:
            continue
        flag = action.option_strings[-1]
        if isinstance(action, argparse.BooleanOptionalAction):
            return next(
                (text for text in action.option_strings if text.startswith("--no-") == (value == "False")), None
            )
        if action.nargs == 0:
            if str(action.const) == value:
                return flag
            continue
        return f"{flag} {value}" if comparison == "=" else f"{flag} {comparison} {value}"
    return None
