"""Optional dependencies, imported when a function that needs them is called."""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["import_optional"]


def import_optional(module: str, purpose: str, *, extra: str | None, package: str | None = None) -> Any:
    """Import a module of a package that need not be installed.

    Parameters
    ----------
    module : str
        Name of the module.
    purpose : str
        What needs it, with the verb: the start of the error message.
    extra : str or None
        Extra of wordkin that installs the package; None if there is none.
    package : str, optional
        Name of the package in the message; by default the name of the module.

    Returns
    -------
    module
        The module.

    Raises
    ------
    ImportError
        If the package is not installed; the message says how to install it. Also if it is installed but cannot be
        loaded, for example for lack of memory; the message then says why.

    Examples
    --------
    >>> import_optional("json", "this example needs", extra="none").loads("1")
    1
    """
    name = package or module
    top = module.partition(".")[0]
    try:
        importlib.import_module(top)
        return importlib.import_module(module)
    except ImportError as error:
        if isinstance(error, ModuleNotFoundError) and error.name in (top, module):
            installed = name if extra is None else f"'wordkin[{extra}]'"
            message = f"{purpose} {name}: pip install {installed}"
        else:
            message = f"{purpose} {name}, which is installed but cannot be imported: {error}"
        raise ImportError(message, name=module) from error
