"""Files that repeat a part of a model for people and other programs: changes of them have no effect, so are errors."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..errors import FormatError

__all__ = ["contradiction", "require_same_json"]

_MAX_EXTRA_BYTES = 1 << 20  # of a file that was formatted in another way


def require_same_json(path: Path, content: Mapping[str, Any], *, shown: Path, source: str) -> None:
    """Check that a JSON file contains what was saved; it may be missing.

    Parameters
    ----------
    path : Path
        The file.
    content : mapping of str to object
        What it must contain: objects, arrays and plain values of JSON.
    shown : Path
        Name of the file in error messages.
    source : str
        Name of the file that the model is read from.

    Raises
    ------
    FormatError
        If the file is not a JSON object, or has another value; the message names its key, such as ``lstm.dim``.
    OSError
        If the file cannot be read.
    """
    if not path.is_file():
        return
    with path.open("rb") as file:
        text = file.read(2 * len(json.dumps(content)) + _MAX_EXTRA_BYTES)
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError is a ValueError.
        raise FormatError(f"{shown}: not valid JSON: {error}") from None
    if not isinstance(values, dict):
        raise FormatError(f"{shown}: must be a JSON object, got {type(values).__name__}")
    found, expected = dict(_leaves(values)), dict(_leaves(content))
    for name in [*expected, *found]:
        if found.get(name) != expected.get(name) and repr(found.get(name)) != repr(expected.get(name)):  # as NaN is
            difference = f"{name} is {found.get(name)!r:.80}, but {source} was saved with {expected.get(name)!r:.80}"
            raise contradiction(shown, difference, source)


def _leaves(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the names and values of an object and of the objects in it."""
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def contradiction(shown: Path, difference: str, source: str) -> FormatError:
    """Return the error for a file that contradicts the one that a model is read from.

    Parameters
    ----------
    shown : Path
        Name of the file.
    difference : str
        What is different.
    source : str
        Name of the file that the model is read from.

    Returns
    -------
    FormatError
        The error.

    Examples
    --------
    >>> print(contradiction(Path("config.json"), "dim is 3, but model was saved with 4", "model"))
    config.json: dim is 3, but model was saved with 4. The model is read from model alone: undo the change, or delete \
config.json
    """
    return FormatError(
        f"{shown}: {difference}. The model is read from {source} alone: undo the change, or delete {shown.name}"
    )
