"""Standard input and output: words, results as JSON, and output that cannot be written."""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import math
import os
import sys
from collections.abc import Iterable, Iterator
from typing import Any

__all__ = [
    "discard_output",
    "finite_numbers",
    "flush_output",
    "given_words",
    "input_words",
    "print_json",
    "robust_output",
    "size_text",
]


def robust_output() -> None:
    """Print characters that the encoding of the terminal lacks as escapes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")


def flush_output() -> None:
    """Flush standard output, so that a full disk or a closed pipe is reported before Python exits."""
    if sys.stdout is not None:
        sys.stdout.flush()


def discard_output() -> None:
    """Redirect standard output to the null device: it is broken, and Python must not report that again at exit."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        null_device = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null_device, sys.stdout.fileno())
        os.close(null_device)


def print_json(value: Any) -> None:
    """Print a JSON value on one line; numbers that are not finite become null.

    Parameters
    ----------
    value : JSON value
        The value.
    """
    print(json.dumps(finite_numbers(value), ensure_ascii=False, allow_nan=False), flush=True)


def finite_numbers(value: Any) -> Any:
    """Return a JSON value in which numbers that are not finite, which JSON lacks, are None.

    Parameters
    ----------
    value : JSON value
        The value.

    Returns
    -------
    JSON value
        The value.

    Examples
    --------
    >>> finite_numbers({"loss": [0.5, float("nan")]})
    {'loss': [0.5, None]}
    """
    if isinstance(value, dict):
        return {name: finite_numbers(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [finite_numbers(member) for member in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def size_text(count: float) -> str:
    """Return a size in bytes as text.

    Parameters
    ----------
    count : float
        Number of bytes.

    Returns
    -------
    str
        The text.

    Examples
    --------
    >>> size_text(61_200_000)
    '61.2 MB'
    """
    if count < 1000:
        return f"{count:.0f} bytes"
    unit = "kB"
    for larger in ("MB", "GB", "TB"):
        if count < 1e6:
            break
        count, unit = count / 1000, larger
    return f"{count / 1000:.1f} {unit}"


def given_words(args: argparse.Namespace, words: Iterable[str]) -> Iterator[str]:
    """Return the words of a command line, and those of standard input.

    Parameters
    ----------
    args : Namespace
        Parsed arguments, for ``--encoding`` and ``--errors``.
    words : iterable of str
        Words of the command line. ``-`` stands for the lines of standard input, and so does no word at all.

    Yields
    ------
    str
        A word.

    Raises
    ------
    FormatError
        If a line of standard input cannot be decoded.
    """
    for word in words or ["-"]:
        if word == "-":
            yield from input_words(args)
        else:
            yield word


def input_words(args: argparse.Namespace) -> Iterator[str]:
    """Read words from standard input, one per line, as they arrive.

    Parameters
    ----------
    args : Namespace
        Parsed arguments, for ``--encoding`` and ``--errors``.

    Yields
    ------
    str
        A word; empty lines are skipped.

    Raises
    ------
    FormatError
        If a line cannot be decoded.
    """
    # These import NumPy, which `--help` does not need.
    from ..storage.decoding import TextOptions
    from ..storage.lines import arriving_lines
    from ..storage.pipes import interruptible
    from .corpus_flags import text_arguments

    options = TextOptions(**text_arguments(args))
    if sys.stdin is None:
        return
    for line in arriving_lines(interruptible(sys.stdin.buffer), options, "standard input"):
        if word := line.strip():
            yield word
