"""Files of word lists and of dictionaries for mapping between languages."""

from __future__ import annotations

from ..errors import FormatError
from ..storage.bounds import data_bound
from ..storage.decoding import OTHER_ENCODING, DecodingErrors, TextOptions
from ..storage.lines import load_lines, source_name
from ..storage.paths import AnyPath

__all__ = ["read_dictionary", "read_word_list"]


def read_dictionary(
    path: AnyPath, *, encoding: str = "utf-8", errors: DecodingErrors = "strict"
) -> list[tuple[str, str]]:
    r"""Read pairs of words, one pair per line.

    Parameters
    ----------
    path : path
        File to read, compressed or not. The two words are separated by a tab if the line has one (words may then
        contain spaces), else by whitespace. Empty lines are ignored.
    encoding : str, default "utf-8"
        Encoding of the file.
    errors : {"strict", "replace", "ignore"}, default "strict"
        Treatment of bytes that cannot be decoded: raise an error, replace them by U+FFFD, or drop them.

    Returns
    -------
    list of (str, str)
        The pairs in the order of the file.

    Raises
    ------
    FormatError
        If a line does not have two words, or the file has no pairs.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from wordkin.alignment import read_dictionary
    >>> path = Path(tempfile.mkdtemp()) / "pairs.txt"
    >>> _ = path.write_text("cat chat\nNew York\tNew York\n", encoding="utf-8")
    >>> read_dictionary(path)
    [('cat', 'chat'), ('New York', 'New York')]
    """
    pairs = []
    for number, line in load_lines(
        path, TextOptions(encoding=encoding, errors=errors), advice=OTHER_ENCODING, bound=data_bound(path)
    ):
        if not line.strip():
            continue
        words = [word.strip() for word in line.split("\t")] if "\t" in line else line.split()
        if len(words) != 2 or not all(words):
            raise FormatError(
                f"{source_name(path)}: line {number}: expected a word and its translation, found {line[:80]!r}"
            )
        pairs.append((words[0], words[1]))
    if not pairs:
        raise FormatError(f"{source_name(path)}: expected pairs of words, found none")
    return pairs


def read_word_list(path: AnyPath, *, encoding: str = "utf-8", errors: DecodingErrors = "strict") -> list[str]:
    r"""Read words, one per line.

    Parameters
    ----------
    path : path
        File to read, compressed or not. Whitespace around words and empty lines are ignored.
    encoding : str, default "utf-8"
        Encoding of the file.
    errors : {"strict", "replace", "ignore"}, default "strict"
        Treatment of bytes that cannot be decoded: raise an error, replace them by U+FFFD, or drop them.

    Returns
    -------
    list of str
        The words in the order of the file.

    Raises
    ------
    FormatError
        If the file has no words.
    """
    lines = load_lines(
        path, TextOptions(encoding=encoding, errors=errors), advice=OTHER_ENCODING, bound=data_bound(path)
    )
    words = [line.strip() for _, line in lines if line.strip()]
    if not words:
        raise FormatError(f"{source_name(path)}: expected words, found none")
    return words
