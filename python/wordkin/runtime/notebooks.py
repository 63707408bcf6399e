"""Tables in HTML for notebooks, and the names that completion offers."""

from __future__ import annotations

import html
import inspect
import sys
from collections.abc import Iterable, Sequence

__all__ = ["completed_names", "html_table", "in_notebook", "offered_keys"]

_CAPTION = "caption-side: top; text-align: start; font-weight: bold; white-space: nowrap"
_MAX_CELL = 120  # characters of a cell that are shown
_MAX_KEYS = 10_000  # keys that completion offers: shells ask for all of them at every press of the key


def in_notebook() -> bool:
    """Return whether this process is the kernel of a notebook; nothing is imported to find out.

    Returns
    -------
    bool
        Whether there is a kernel.

    Examples
    --------
    >>> in_notebook()
    False
    """
    ipython = sys.modules.get("IPython")
    get_shell = getattr(ipython, "get_ipython", None)  # missing while IPython is being imported
    if get_shell is None:
        return False
    # Colab has a class that is derived from the one of Jupyter.
    return any(base.__name__ == "ZMQInteractiveShell" for base in type(get_shell()).__mro__)


def html_table(
    caption: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, note: str | None = None
) -> str:
    """Return a table for `_repr_html_`, whose first cell of each row is a heading.

    The table sets no colours, so that it can be read in light and in dark notebooks. Dollar signs do not
    start formulas in it.

    Parameters
    ----------
    caption : str
        Title of the table.
    columns : sequence of str
        Headings of the columns; empty for a table without headings of columns.
    rows : iterable of sequences
        The cells. Floats are shown with four significant digits, integers with separators of thousands, everything
        else as text, shortened if it is long.
    note : str, optional
        A line below the table.

    Returns
    -------
    str
        HTML in which all texts are escaped.

    Examples
    --------
    >>> "<td>1,234</td>" in html_table("Words", ["word", "count"], [["<b>", 1234]])
    True
    """
    start = _alignment("")
    heads = "".join(
        f'<th scope="col"{"" if number else start}>{_cell(name)}</th>' for number, name in enumerate(columns)
    )
    body = "".join(
        f'<tr><th scope="row"{start}>{_cell(first)}</th>'
        + "".join(f"<td{_alignment(value)}>{_cell(value)}</td>" for value in others)
        + "</tr>"
        for first, *others in rows
    )
    return (
        '<table class="tex2jax_ignore mathjax_ignore">'
        f'<caption style="{_CAPTION}">{_cell(caption)}</caption>'
        + (f"<thead><tr>{heads}</tr></thead>" if heads else "")
        + f"<tbody>{body}</tbody></table>"
        + (f"<p>{html.escape(note)}</p>" if note else "")
    )


def _alignment(value: object) -> str:
    return ' style="text-align: start"' if isinstance(value, str) else ""


def _cell(value: object) -> str:
    if isinstance(value, bool):
        text = "yes" if value else "no"
    elif isinstance(value, int):
        text = f"{value:,}"
    elif isinstance(value, float):
        text = f"{value:.4g}" if abs(value) < 1e4 else f"{value:,.0f}"
    else:
        text = "" if value is None else str(value)
    shown = text if len(text) <= _MAX_CELL else text[: _MAX_CELL - 1] + "\N{HORIZONTAL ELLIPSIS}"
    # A lone surrogate could not be sent to the notebook.
    return html.escape(shown.encode("utf-8", "replace").decode("utf-8"))


def completed_names(instance: object, hidden: type | tuple[type, ...] = ()) -> list[str]:
    """Return the names of an object for `__dir__`: without those that begin with one underscore.

    Parameters
    ----------
    instance : object
        The object.
    hidden : type or tuple of types, default ()
        Types of class attributes that are left out as well.

    Returns
    -------
    list of str
        The names.

    Examples
    --------
    >>> class Example:
    ...     visible = _inner = 1
    ...     removed = "gone"
    >>> [name for name in completed_names(Example(), str) if not name.startswith("__")]
    ['visible']
    """
    return [
        name
        for name in object.__dir__(instance)
        if (not name.startswith("_") or name.startswith("__"))
        and not isinstance(inspect.getattr_static(type(instance), name, None), hidden)
    ]


def offered_keys(keys: Sequence[object]) -> list[str]:
    """Return the keys that completion in IPython offers after an opening bracket and quote.

    Parameters
    ----------
    keys : sequence
        Keys in the order of importance.

    Returns
    -------
    list of str
        Those of the first 10,000 keys that are texts.

    Examples
    --------
    >>> offered_keys(["apple", 7, "pear"])
    ['apple', 'pear']
    """
    return [key for key in keys[:_MAX_KEYS] if isinstance(key, str)]
