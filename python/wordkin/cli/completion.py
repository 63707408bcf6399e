"""Scripts that complete command lines in shells, made from the parsers by the package shtab."""

from __future__ import annotations

import argparse

from ..runtime.optional_modules import import_optional
from .parsers import subcommands_of

__all__ = ["completion_script"]

_FILES = ("FILE", "EMBEDDING")
_FILE_ARGUMENTS = ("corpus", "file", "files", "input", "model", "new", "old", "output", "source", "target", "train")


def completion_script(parser: argparse.ArgumentParser, shell: str) -> str:
    """Return a script for a shell.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the program with all commands.
    shell : {"bash", "zsh", "fish", "tcsh", "powershell"}
        The shell.

    Returns
    -------
    str
        The script.

    Raises
    ------
    ImportError
        If shtab is not installed.
    """
    shtab = import_optional("shtab", "completion in shells needs", extra="completion")
    _mark_files(parser, shtab)
    script: str = shtab.complete(parser, shell=shell)
    return script


def _mark_files(parser: argparse.ArgumentParser, shtab: object) -> None:
    for action in parser._actions:
        if action.metavar in _FILES or (not action.option_strings and action.dest in _FILE_ARGUMENTS):
            action.complete = shtab.FILE  # type: ignore[attr-defined]
        elif action.metavar == "FOLDER":
            action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
    for command in subcommands_of(parser).values():
        _mark_files(command, shtab)
