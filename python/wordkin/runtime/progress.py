"""Progress of long work: a bar on the terminal, lines in the log, calls of a function, or nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from .notebooks import in_notebook
from .progress_log import ProgressLog

__all__ = ["counted_progress", "progress_bar"]


def progress_bar(progress: object, total: int | None, unit: str, *, unit_scale: bool = False) -> Any:
    """Open a tqdm bar on stderr, or in a notebook, if progress is to be shown there.

    Parameters
    ----------
    progress : bool, callable, None or ProgressLog
        True for a bar, None for a bar in a notebook or if stderr is a terminal, a `ProgressLog` for lines in the log;
        otherwise there is none.
    total : int or None
        Amount of work; None if it is unknown.
    unit : str
        Unit of the work, with a leading space.
    unit_scale : bool, default False
        Whether large numbers are abbreviated (k, M).

    Returns
    -------
    tqdm, LoggedBar or None
        The bar.

    Examples
    --------
    >>> progress_bar(False, 10, " words") is None
    True
    """
    if isinstance(progress, ProgressLog):
        return progress.open_bar(total, unit)
    shows_widgets = in_notebook()
    has_terminal = sys.stderr is not None and sys.stderr.isatty()
    if progress is not True and (progress is not None or not (shows_widgets or has_terminal)):
        return None
    if shows_widgets:
        from tqdm.auto import tqdm
    else:
        from tqdm import tqdm

    return tqdm(total=total, unit=unit, unit_scale=unit_scale, dynamic_ncols=True, leave=True)


@contextmanager
def counted_progress(
    progress: Any, total: int | None, unit: str, *, title: str | None = None
) -> Iterator[Callable[[int], object] | None]:
    """Report work that is counted, to a bar or to a function of the caller.

    Parameters
    ----------
    progress : bool, callable, None or ProgressLog
        A callable is called with the amount of work done so far; other values as in `progress_bar`.
    total : int or None
        Amount of work; None if it is unknown.
    unit : str
        Unit of the work, with a leading space.
    title : str or None, default None
        Description of the work, shown before the bar.

    Yields
    ------
    callable or None
        To be called with the amount of work done so far; None if progress is not shown.

    Examples
    --------
    >>> amounts = []
    >>> with counted_progress(amounts.append, 10, " words") as report:
    ...     report(5)
    >>> amounts
    [5]
    """
    if callable(progress):
        yield progress
        return
    bar = progress_bar(progress, total, unit, unit_scale=True)
    if bar is None:
        yield None
        return
    bar.set_description(title)
    with bar:
        yield lambda done: bar.update(done - bar.n)
