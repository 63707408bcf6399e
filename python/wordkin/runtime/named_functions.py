"""Names of functions of the user, which files store instead of the functions."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

__all__ = ["imported_function", "name_of_function"]

_PREFIX = "custom:"


def name_of_function(function: Callable[..., Any]) -> str:
    """Return what a file stores about a function.

    Parameters
    ----------
    function : callable
        The function.

    Returns
    -------
    str
        "custom:" with the names of its module and of the function.

    Examples
    --------
    >>> import json
    >>> name_of_function(json.dumps)
    'custom:json:dumps'
    """
    module = getattr(function, "__module__", None) or type(function).__module__
    return f"{_PREFIX}{module}:{getattr(function, '__qualname__', type(function).__qualname__)}"


def imported_function(name: str) -> Callable[..., Any]:
    """Import a function by the name that a file stores; importing a module executes it.

    Parameters
    ----------
    name : str
        From `name_of_function`, with or without its prefix.

    Returns
    -------
    callable
        The function.

    Raises
    ------
    ValueError
        If it cannot be imported, or is not a function.

    Examples
    --------
    >>> imported_function("custom:json:dumps")([1])
    '[1]'
    """
    name = name.removeprefix(_PREFIX)
    # Before the names were divided by a colon, the last part was that of the function.
    module, _, path = name.partition(":") if ":" in name else name.rpartition(".")
    try:
        found: object = importlib.import_module(module)
        for part in path.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError, ValueError) as error:
        raise ValueError(f"the function {name} cannot be imported ({error})") from error
    if isinstance(found, type) or not callable(found):
        raise ValueError(f"{name} is not a function")
    return found
