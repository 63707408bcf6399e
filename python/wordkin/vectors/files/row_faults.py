"""What is wrong with a row, in words: where, what was found, what was expected, one hint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import FormatError, TruncatedFileError

if TYPE_CHECKING:
    from ..._core.vector_files import Fault

__all__ = ["fault_error", "nonfinite_error"]


_MESSAGES = {
    "blank line": "an empty line; expected a word and {dimension} numbers",
    "empty word": "a row without a word; expected a word and {dimension} numbers",
    "few numbers": "{numbers} numbers in {found!r}; expected {dimension}; is the dimension in the header right?",
    "many fields": "more than {dimension} numbers ({found!r} too is one); is the dimension in the header right?",
    "bad number": "{found!r}, expected a decimal number",
    "undecodable word": "a word that cannot be decoded ({reason}); "
    "unicode_errors='ignore' or 'replace' takes it, as the C tool may cut words within a character",
    "long word": "no word within 65,535 bytes ({found!r} ...); is it damaged, or text? try binary=False",
}


def fault_error(name: str, place: str, fault: Fault, dimension: int, *, cut_off: bool) -> FormatError:
    """The error for a faulty row; `cut_off` where the file ends in the middle of it."""
    message = _MESSAGES[fault["what"]].format(
        found=fault["found"],
        reason=fault["found"].decode("ascii", "replace"),
        numbers=fault["numbers"],
        dimension=dimension,
    )
    if cut_off and fault["what"] in ("few numbers", "bad number", "empty word"):
        return TruncatedFileError(f"{name}: {place}: the file ends there; found {message}")
    return FormatError(f"{name}: {place}: found {message}")


def nonfinite_error(name: str, place: str, rows: int) -> FormatError:
    """The error for NaN and infinite numbers."""
    return FormatError(
        f"{name}: {place}: found NaN or infinite numbers, in {rows} rows altogether; allow_nonfinite=True takes them"
    )
