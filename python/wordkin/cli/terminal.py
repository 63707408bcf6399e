"""Standard input, output and error: results as text or JSON, messages as single lines."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import math
import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

from ..errors import FormatError

__all__ = [
    "abandon_output",
    "complain",
    "flush_output",
    "input_words",
    "library_messages",
    "print_json",
    "print_table",
    "robust_output",
    "size_text",
]


def complain(kind: str, message: str) -> None:
    """Write ``wordkin: kind: message`` to standard error, as one line."""
    if sys.stderr is not None:
        with contextlib.suppress(OSError, ValueError):  # a closed one: nobody is left to be told
            print(f"wordkin: {kind}: {' '.join(message.split())}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def library_messages() -> Iterator[None]:
    """Show what the library warns of as single lines meanwhile."""
    logger = logging.getLogger("wordkin")
    handler = _Messages(logging.WARNING)
    logger.addHandler(handler)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("default", UserWarning)
            warnings.showwarning = _show_warning
            yield
    finally:
        logger.removeHandler(handler)


class _Messages(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        complain("warning", record.getMessage())


def _show_warning(message: Warning | str, *rest: Any, **more: Any) -> None:
    complain("warning", str(message))


def robust_output() -> None:
    """Let words be printed that the terminal's encoding lacks: as escapes, rather than not at all."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")


def flush_output() -> None:
    """Write out what is printed, so that a full disk or a closed pipe shows now and not when Python ends."""
    if sys.stdout is not None:
        sys.stdout.flush()


def abandon_output() -> None:
    """Let what is still to be flushed go nowhere: standard output is broken, and Python's end must not complain."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def print_json(value: Any) -> None:
    """Print one JSON value on one line; numbers that are not finite are null."""
    print(json.dumps(_finite(value), ensure_ascii=False, allow_nan=False), flush=True)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(member) for member in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def print_table(rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> None:
    """Print rows with their columns below each other; columns numbered in `right` are aligned to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = (
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join(cells).rstrip())


def size_text(count: float) -> str:
    """A number of bytes as people read it.

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


def input_words() -> Iterator[str]:
    """Words on standard input, one a line, as they come; empty lines are left out."""
    if sys.stdin is None:
        return
    for number, line in enumerate(sys.stdin.buffer, start=1):
        try:
            word = line.decode("utf-8").strip()
        except UnicodeDecodeError:
            raise FormatError(f"standard input, line {number}: invalid UTF-8") from None
        if word:
            yield word
