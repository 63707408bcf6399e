"""Vocabulary files of word2vec's option -save-vocab: a word and its count per line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import FormatError, UndecodableWordError
from ...storage.lines import length_of_bom
from ...storage.paths import AnyPath
from .blocks import BLOCK_BYTES, open_blocks
from .output import Output, open_output, refuse_unwritable_words

__all__ = ["check_vocabulary", "read_vocabulary", "write_counts", "write_vocabulary"]

_MAX_COUNT = (1 << 63) - 1
_LINES_PER_WRITE = 1 << 16


def read_vocabulary(path: AnyPath, *, encoding: str = "utf8", unicode_errors: str = "strict") -> dict[str, int]:
    """Read the counts of words.

    Parameters
    ----------
    path : path
        File to read, compressed or not.
    encoding : str, default "utf8"
        Encoding of the words.
    unicode_errors : {"strict", "ignore", "replace"}, default "strict"
        How to handle words that cannot be decoded.

    Returns
    -------
    dict of str to int
        Counts in the order of the file. A repeated word has its last count, as in gensim.

    Raises
    ------
    FormatError
        If a line does not consist of a word and an integer.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from wordkin.vectors.files import read_vocabulary, write_vocabulary
    >>> path = Path(tempfile.mkdtemp()) / "vocab.txt"
    >>> write_vocabulary(path, ["the", "cat"], [9, 2])
    >>> read_vocabulary(path)
    {'the': 9, 'cat': 2}
    """
    counts: dict[str, int] = {}
    line_number = 0
    with open_blocks(path) as source:
        source.consume(length_of_bom(bytes(source.fill(BLOCK_BYTES)[:4]), source.name))
        while True:
            block = source.whole_lines(line_number + 1, 1)
            if not block:
                return counts
            for line in bytes(block).removesuffix(b"\n").split(b"\n"):
                line_number += 1
                if line.strip() or not source.at_end:
                    word, count = _parse_line(source.name, line_number, line, encoding, unicode_errors)
                    counts[word] = count
            source.consume(len(block))


def write_vocabulary(
    path: AnyPath,
    words: Sequence[str],
    counts: Sequence[int] | NDArray[Any],
    *,
    prefix: str = "",
    append: bool = False,
) -> None:
    """Write words and their counts, one word per line.

    Parameters
    ----------
    path : path
        File to write.
    words : sequence of str
        The words.
    counts : sequence of int
        Count of each word.
    prefix : str, default ""
        Text to put before each word.
    append : bool, default False
        Append to an existing file.

    Raises
    ------
    FormatError
        If a word is empty or contains a space or a newline, which the format does not allow.
    ValueError
        If the numbers of words and counts differ.
    """
    check_vocabulary(words, counts, prefix=prefix, append=append)
    with open_output(path, append=append) as file:
        write_counts(file, words, counts, prefix=prefix)


def check_vocabulary(
    words: Sequence[str], counts: Sequence[int] | NDArray[Any], *, prefix: str = "", append: bool = False
) -> None:
    """Raise an error if words and counts cannot be written to a vocabulary file.

    Parameters
    ----------
    words : sequence of str
        The words.
    counts : sequence of int
        Count of each word.
    prefix : str, default ""
        Text to put before each word.
    append : bool, default False
        Whether the file is appended to.

    Raises
    ------
    FormatError, ValueError
        As for `write_vocabulary`.
    """
    if len(words) != len(counts):
        raise ValueError(f"counts must have one entry per word ({len(words)}), got {len(counts)}")
    refuse_unwritable_words(words, prefix, tabs_separate=False)
    if not append and (prefix or "".join(words[:1])).startswith("\ufeff"):
        raise FormatError("the first word must not begin with a byte-order mark, which readers drop")


def write_counts(file: Output, words: Sequence[str], counts: Sequence[int] | NDArray[Any], *, prefix: str = "") -> None:
    """Write words and counts that `check_vocabulary` has accepted.

    Parameters
    ----------
    file : Output
        The open file.
    words : sequence of str
        The words.
    counts : sequence of int
        Count of each word.
    prefix : str, default ""
        Text to put before each word.
    """
    numbers = np.asarray(counts).tolist()
    for first in range(0, len(words), _LINES_PER_WRITE):
        lines = zip(words[first : first + _LINES_PER_WRITE], numbers[first : first + _LINES_PER_WRITE], strict=True)
        file.write("".join(f"{prefix}{word} {count}\n" for word, count in lines).encode())


def _parse_line(name: str, line_number: int, line: bytes, encoding: str, errors: str) -> tuple[str, int]:
    word, _, count = line.rstrip().rpartition(b" ")
    if not word:
        word, _, count = line.rstrip().rpartition(b"\t")
    if not word or not count.isdigit() or len(count) > 19 or int(count) > _MAX_COUNT:
        raise FormatError(f"{name}: line {line_number}: expected a word and its count, found {line[:60]!r}")
    try:
        return word.decode(encoding, errors), int(count)
    except UnicodeDecodeError as error:
        raise UndecodableWordError(
            f"{name}: line {line_number}: found a word that cannot be decoded ({error.reason}); "
            "unicode_errors='ignore' or 'replace' accepts it",
            *error.args,
        ) from None
