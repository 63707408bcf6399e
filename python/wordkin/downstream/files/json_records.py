"""Objects of JSON lines and of JSON arrays, and their members."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from ...errors import FormatError

__all__ = ["Record", "json_records", "member", "strings"]

Record = tuple[str, dict[str, Any]]  # file and line, for messages; the object


def json_records(lines: Iterable[tuple[int, str]], is_array: bool, name: str) -> Iterator[Record]:
    """Parse the objects of a file.

    Parameters
    ----------
    lines : iterable of (int, str)
        Numbered lines.
    is_array : bool
        Whether the file is an array of objects; otherwise each line is an object.
    name : str
        Name of the file in error messages.

    Yields
    ------
    location : str
        Where the object is, for error messages.
    found : dict
        The object.

    Raises
    ------
    FormatError
        If the file is not valid JSON or an element is not an object.

    Examples
    --------
    >>> list(json_records([(1, '[{"a": 1},'), (2, '{"a": 2}]')], True, "a file"))
    [('a file: element 1', {'a': 1}), ('a file: element 2', {'a': 2})]
    """
    if is_array:
        elements = _parsed("\n".join(line for _, line in lines), name)
        if not isinstance(elements, list):
            raise FormatError(f"{name}: must be an array of objects, got {_kind(elements)}")
        for index, found in enumerate(elements, start=1):
            yield _checked(found, f"{name}: element {index}")
    else:
        for number, line in lines:
            if line.strip():
                location = f"{name}: line {number}"
                yield _checked(_parsed(line, location), location)


def _parsed(text: str, location: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{location}: invalid JSON: {error}") from None


def _kind(value: object) -> str:
    return {"dict": "an object", "list": "an array"}.get(type(value).__name__, type(value).__name__)


def _checked(found: Any, location: str) -> Record:
    if not isinstance(found, dict):
        cure = "; the format of a file with one array is json" if isinstance(found, list) else ""
        raise FormatError(f"{location}: must be an object, got {_kind(found)}{cure}")
    return location, found


def member(found: dict[str, Any], name: int | str | None, defaults: tuple[str, ...], location: str) -> Any:
    """Return a member of an object.

    Parameters
    ----------
    found : dict
        The object.
    name : int, str or None
        Name of the member; None for the first of the defaults that exists.
    defaults : tuple of str
        The usual names.
    location : str
        Where the object is, for error messages.

    Returns
    -------
    object
        The member.

    Raises
    ------
    FormatError
        If there is no such member.

    Examples
    --------
    >>> member({"labels": [1]}, None, ("label", "labels"), "a file")
    [1]
    """
    names = defaults if name is None else (str(name),)
    for known in names:
        if known in found:
            return found[known]
    expected = " or ".join(map(repr, names))
    raise FormatError(f"{location}: must have a member {expected}, got {', '.join(map(repr, found))[:200] or 'none'}")


def strings(value: Any, name: str, location: str) -> list[str]:
    """Check a list of strings.

    Parameters
    ----------
    value : object
        The list.
    name : str
        What it holds, for error messages.
    location : str
        Where it is, for error messages.

    Returns
    -------
    list of str
        The list.

    Raises
    ------
    FormatError
        If it is anything else.

    Examples
    --------
    >>> strings(["a"], "tokens", "a file")
    ['a']
    """
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return value
    cure = ""
    if isinstance(value, list) and name == "tags" and all(isinstance(item, int) for item in value):
        cure = "; replace the numbers of tags by their names"
    raise FormatError(f"{location}: {name} must be a list of strings, got {value!r:.60}{cure}")
