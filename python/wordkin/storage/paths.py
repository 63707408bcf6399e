"""Paths as users write them: str, bytes or path objects, relative, with ``~``, in any script."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["AnyPath", "local_path"]

AnyPath = str | bytes | os.PathLike[str] | os.PathLike[bytes]


def local_path(path: AnyPath) -> Path:
    """Return `path` as a ``Path`` with a leading ``~`` replaced by the home folder.

    Raises
    ------
    TypeError
        If `path` is no path at all.

    Examples
    --------
    >>> local_path(b"model.safetensors").name
    'model.safetensors'
    """
    return Path(os.fsdecode(os.path.expanduser(os.fspath(path))))  # noqa: PTH111 - Path() takes no bytes
