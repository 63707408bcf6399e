"""Error messages for invalid rows of vector files: location, what was found, what was expected, and a hint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import FormatError, TruncatedFileError, UndecodableWordError

if TYPE_CHECKING:
    from ..._core.vector_files import Fault

__all__ = ["fault_error", "nonfinite_error"]


# Keys are the kinds of faults that the parsers of the C++ core report.
_MESSAGES = {
    "blank line": "an empty line; expected a word and {vector_size} numbers",
    "empty word": "a row without a word; expected a word and {vector_size} numbers",
    "few numbers": "{numbers} numbers in {found!r}; expected {vector_size}; is the vector size in the header right?",
    "many fields": "more than {vector_size} numbers (one more is {found!r}); is the vector size in the header right?",
    "bad number": "{found!r}, expected a decimal number",
    "undecodable word": "a word that cannot be decoded ({reason}); "
    "unicode_errors='ignore' or 'replace' accepts it (the C tool may truncate words within a character)",
    "long word": "no word within 65,535 bytes ({found!r} ...); is the file damaged, or is it text? try binary=False",
}


def fault_error(name: str, location: str, fault: Fault, vector_size: int, *, cut_off: bool) -> FormatError:
    """Return the error for an invalid row.

    Parameters
    ----------
    name : str
        Name of the file.
    location : str
        Line or byte of the row.
    fault : dict
        What the parser found.
    vector_size : int
        Dimensionality of the vectors.
    cut_off : bool
        Whether the file ends within the row.

    Returns
    -------
    FormatError
        The error; a `TruncatedFileError` if the end of the file explains the fault.
    """
    message = _MESSAGES[fault["what"]].format(
        found=fault["found"],
        reason=fault["found"].decode("ascii", "replace"),
        numbers=fault["numbers"],
        vector_size=vector_size,
    )
    if cut_off and fault["what"] in ("few numbers", "bad number", "empty word"):
        return TruncatedFileError(f"{name}: {location}: unexpected end of file; found {message}")
    if fault["what"] == "undecodable word":  # the bytes of the word are not known here
        return UndecodableWordError(f"{name}: {location}: found {message}", "utf-8", b"", 0, 0, fault["found"].decode())
    return FormatError(f"{name}: {location}: found {message}")


def nonfinite_error(name: str, location: str, rows: int) -> FormatError:
    """Return the error for NaN and infinite values.

    Parameters
    ----------
    name : str
        Name of the file.
    location : str
        Line or number of the first vector concerned.
    rows : int
        Number of vectors concerned.

    Returns
    -------
    FormatError
        The error.
    """
    return FormatError(
        f"{name}: {location}: found NaN or infinite values, in {rows} rows in total; allow_nonfinite=True accepts them"
    )
