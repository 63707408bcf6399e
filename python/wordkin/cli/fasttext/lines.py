"""Lines of text for commands, from a file or from standard input."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from itertools import islice
from typing import Any

from ...storage.decoding import TextOptions
from ...storage.lines import read_lines
from ...storage.pipes import interruptible
from ..corpus_flags import text_arguments

__all__ = ["batches_of_lines"]

_LINES_AT_ONCE = 10_000


def batches_of_lines(name: str, args: argparse.Namespace) -> Iterator[tuple[str, ...]]:
    """Read the lines of a text.

    Parameters
    ----------
    name : str
        A file; "-" for standard input.
    args : Namespace
        Parsed arguments, of which `encoding` and `errors` are used.

    Yields
    ------
    tuple of str
        Some lines: one line of standard input, so that each is answered as it arrives.
    """
    is_stream = name == "-"
    source: Any = interruptible(sys.stdin.buffer) if is_stream and sys.stdin is not None else name
    advice = "pass --encoding or --errors"
    lines = (line for _, line in read_lines(source, TextOptions(**text_arguments(args)), advice=advice))
    while batch := tuple(islice(lines, 1 if is_stream else _LINES_AT_ONCE)):
        yield batch
