"""Lines of text for commands, from a file or from standard input."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from itertools import islice

from ...storage.decoding import TextOptions
from ...storage.lines import arriving_lines, read_lines
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
    options = TextOptions(**text_arguments(args))
    if name == "-":
        if sys.stdin is not None:
            for line in arriving_lines(interruptible(sys.stdin.buffer), options, "standard input"):
                yield (line,)
        return
    lines = (line for _, line in read_lines(name, options, advice="pass --encoding or --errors"))
    while batch := tuple(islice(lines, _LINES_AT_ONCE)):
        yield batch
