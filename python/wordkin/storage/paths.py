"""Paths as users write them: str, bytes or path objects, possibly relative or beginning with ``~``."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["AnyPath", "local_path"]

AnyPath = str | bytes | os.PathLike[str] | os.PathLike[bytes]


def local_path(path: AnyPath) -> Path:
    """Return a path as a ``Path``, with a leading ``~`` replaced by the home folder.

    Parameters
    ----------
    path : str, bytes or path object
        The path.

    Returns
    -------
    Path
        The same path.

    Raises
    ------
    TypeError
        If `path` is of another type.

    Examples
    --------
    >>> local_path(b"model.safetensors").name
    'model.safetensors'
    """
    return Path(os.fsdecode(os.path.expanduser(os.fspath(path))))  # noqa: PTH111 - Path() does not accept bytes
