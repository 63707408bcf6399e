"""Standard input, output and error: results as text or JSON, and messages as single lines."""

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
    "discard_output",
    "report_message",
    "flush_output",
    "input_words",
    "library_messages",
    "print_json",
    "print_table",
    "robust_output",
    "size_text",
]


def report_message(kind: str, message: str) -> None:
    """Write ``wordkin: kind: message`` to standard error, as one line.

    Parameters
    ----------
    kind : {"error", "warning"}
        Kind of the message.
    message : str
        The message.
    """
    if sys.stderr is not None:
        with contextlib.suppress(OSError, ValueError):  # standard error is closed
            print(f"wordkin: {kind}: {' '.join(message.split())}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def library_messages() -> Iterator[None]:
    """Print warnings of the library as single lines within the ``with`` block."""
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
        report_message("warning", record.getMessage())


def _show_warning(message: Warning | str, *rest: Any, **more: Any) -> None:
    report_message("warning", str(message))


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
    print(json.dumps(_finite(value), ensure_ascii=False, allow_nan=False), flush=True)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(member) for member in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def print_table(rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> None:
    """Print rows with aligned columns.

    Parameters
    ----------
    rows : sequence of sequences of str
        The rows.
    right : sequence of int, default ()
        Indices of the columns that are aligned to the right.
    """
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = (
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join(cells).rstrip())


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


def input_words() -> Iterator[str]:
    """Read words from standard input, one per line, as they arrive.

    Yields
    ------
    str
        A word; empty lines are skipped.

    Raises
    ------
    FormatError
        If a line is not valid UTF-8.
    """
    from ..storage.pipes import interruptible  # imports NumPy, which `--help` does not need

    if sys.stdin is None:
        return
    for number, line in enumerate(interruptible(sys.stdin.buffer), start=1):
        try:
            word = line.decode("utf-8").strip()
        except UnicodeDecodeError:
            raise FormatError(f"standard input, line {number}: invalid UTF-8") from None
        if word:
            yield word
