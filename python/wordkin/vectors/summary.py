"""Tables of vectors for notebooks."""

from __future__ import annotations

from itertools import islice

from ..runtime.notebooks import html_table
from .table import VectorTable

__all__ = ["vectors_html"]

_SHOWN_KEYS = 5
_SHOWN_NUMBERS = 4


def vectors_html(name: str, table: VectorTable) -> str:
    """Return a table of the first keys, with their counts and the start of their vectors.

    Parameters
    ----------
    name : str
        Name of the class.
    table : VectorTable
        The vectors.

    Returns
    -------
    str
        HTML.
    """
    counts = table.expandos.get("count")
    rows = []
    for key in islice(table.keys_with_rows(), _SHOWN_KEYS):
        row = table.key_to_index[key]
        numbers = ", ".join(f"{number:.3f}" for number in table.vectors[row, :_SHOWN_NUMBERS].tolist())
        more = ", \N{HORIZONTAL ELLIPSIS}" if table.vector_size > _SHOWN_NUMBERS else ""
        rows.append([key, *([] if counts is None else [int(counts[row])]), numbers + more])
    total = len(table)
    return html_table(
        f"{name}: {total:,} {'key' if total == 1 else 'keys'}, {table.vector_size} dimensions, {table.vectors.dtype}",
        ["key", *([] if counts is None else ["count"]), "vector"] if rows else [],
        rows,
        note=f"and {total - len(rows):,} more" if total > len(rows) else None,
    )
