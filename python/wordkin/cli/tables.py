"""Results as tables: aligned columns on a terminal, values separated by tabs in pipes and files."""

from __future__ import annotations

import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Iterable, Sequence

__all__ = ["display_width", "print_table", "table_lines"]

_GAP = "  "
_MIN_WIDTH = 12  # columns are not made narrower than this to fit the terminal
_ESCAPES = str.maketrans({"\t": "\\t", "\n": "\\n", "\r": "\\r"})


def print_table(rows: Iterable[Sequence[str]], *, right: Sequence[int] = ()) -> None:
    """Print rows, and flush, because another program may be waiting for them.

    Parameters
    ----------
    rows : iterable of sequences of str
        The rows, all of the same length.
    right : sequence of int, default ()
        Indices of the columns that are aligned to the right on a terminal.
    """
    if sys.stdout is None:
        return
    if sys.stdout.isatty():
        lines = table_lines(list(rows), right=right, width=shutil.get_terminal_size().columns)
    else:
        lines = ["\t".join(cell.translate(_ESCAPES) for cell in row) for row in rows]
    print("".join(f"{line}\n" for line in lines), end="", flush=True)


def table_lines(rows: Sequence[Sequence[str]], *, right: Sequence[int] = (), width: int = 80) -> list[str]:
    """Return the lines of a table for a terminal; cells that are too wide are wrapped.

    Parameters
    ----------
    rows : sequence of sequences of str
        The rows, all of the same length.
    right : sequence of int, default ()
        Indices of the columns that are aligned to the right.
    width : int, default 80
        Number of columns of the terminal.

    Returns
    -------
    list of str
        The lines.

    Examples
    --------
    >>> table_lines([("word", "cosine"), ("Löwe", "0.9")], right=[1])
    ['word  cosine', 'Löwe     0.9']
    """
    if not rows:
        return []
    widths = _fitted([max(map(display_width, column)) for column in zip(*rows, strict=True)], width)
    lines = []
    for row in rows:
        cells = [_wrapped(cell.translate(_ESCAPES), limit) for cell, limit in zip(row, widths, strict=True)]
        for number in range(max(map(len, cells))):
            parts = (cell[number] if number < len(cell) else "" for cell in cells)
            padded = (
                _padded(part, limit, to_right=column in right)
                for column, (part, limit) in enumerate(zip(parts, widths, strict=True))
            )
            lines.append(_GAP.join(padded).rstrip())
    return lines


def display_width(text: str) -> int:
    """Return the number of columns that a text takes on a terminal.

    Parameters
    ----------
    text : str
        The text.

    Returns
    -------
    int
        The number: 2 for each ideograph, 0 for marks that are drawn over another character.

    Examples
    --------
    >>> display_width("word"), display_width("水滸傳")
    (4, 6)
    """
    if text.isascii():
        return len(text)
    return sum(map(_character_width, text))


def _character_width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def _fitted(widths: list[int], width: int) -> list[int]:
    """Return widths of columns, of which the widest are narrowed until the table fits."""
    widths = list(widths)
    excess = sum(widths) + len(_GAP) * (len(widths) - 1) - width
    while excess > 0:
        widest = max(range(len(widths)), key=widths.__getitem__)
        others = [other for index, other in enumerate(widths) if index != widest]
        limit = max(widths[widest] - excess, max(others, default=0) - 1, _MIN_WIDTH)
        if limit >= widths[widest]:
            break
        excess -= widths[widest] - limit
        widths[widest] = limit
    return widths


def _wrapped(cell: str, width: int) -> list[str]:
    if display_width(cell) <= width:
        return [cell]
    return textwrap.wrap(cell, width, break_long_words=False, break_on_hyphens=False) or [""]


def _padded(part: str, width: int, *, to_right: bool) -> str:
    padding = " " * (width - display_width(part))
    return padding + part if to_right else part + padding
