"""The bar on a terminal that shows how far long work is."""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["opened_bar"]


def opened_bar(progress: Any, total: int, unit: str, *, unit_scale: bool = False) -> Any:
    """Return a bar of tqdm on stderr, or None.

    Parameters
    ----------
    progress
        True: a bar. None: one if stderr is a terminal. Anything else: none.
    total, unit
        How much there is to do, and of what.
    unit_scale
        Whether large numbers are told in thousands and millions.

    Examples
    --------
    >>> opened_bar(False, 10, " words") is None
    True
    """
    if progress is not True and (progress is not None or sys.stderr is None or not sys.stderr.isatty()):
        return None
    from tqdm import tqdm

    return tqdm(total=total, unit=unit, unit_scale=unit_scale, dynamic_ncols=True, leave=True)
