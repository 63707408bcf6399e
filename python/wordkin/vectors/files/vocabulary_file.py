"""Vocabulary files as word2vec writes them with -save-vocab: a word and its count on each line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import FormatError
from ...storage.paths import AnyPath
from .blocks import open_blocks
from .output import open_output, refuse_unwritable_words

__all__ = ["read_vocabulary", "write_vocabulary"]

_MOST_COUNT = (1 << 63) - 1
_LINES_PER_WRITE = 1 << 16


def read_vocabulary(path: AnyPath, *, encoding: str = "utf8", unicode_errors: str = "strict") -> dict[str, int]:
    """Read the counts of words; of a repeated word the last count is kept, as gensim does.

    Parameters
    ----------
    path
        The file; compressed ones are recognised.
    encoding, unicode_errors
        How words are decoded.

    Raises
    ------
    FormatError
        At the first line that is not a word and a whole number.

    Examples
    --------
    >>> import tempfile, os
    >>> path = os.path.join(tempfile.mkdtemp(), "vocab.txt")
    >>> write_vocabulary(path, ["the", "cat"], [9, 2])
    >>> read_vocabulary(path)
    {'the': 9, 'cat': 2}
    """
    counts: dict[str, int] = {}
    line_number = 0
    with open_blocks(path) as source:
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
    """Write words with their counts, one a line.

    Raises
    ------
    FormatError
        If a word is empty or has a space or a newline, which the format cannot say.
    """
    if len(words) != len(counts):
        raise ValueError(f"`counts` must have one number for each of {len(words)} words, got {len(counts)}")
    refuse_unwritable_words(words, prefix)
    numbers = np.asarray(counts).tolist()
    with open_output(path, append=append) as file:
        for first in range(0, len(words), _LINES_PER_WRITE):
            lines = zip(words[first : first + _LINES_PER_WRITE], numbers[first : first + _LINES_PER_WRITE], strict=True)
            file.write("".join(f"{prefix}{word} {count}\n" for word, count in lines).encode())


def _parse_line(name: str, line_number: int, line: bytes, encoding: str, errors: str) -> tuple[str, int]:
    word, _, count = line.rstrip().rpartition(b" ")
    if not word:
        word, _, count = line.rstrip().rpartition(b"\t")
    if not word or not count.isdigit() or len(count) > 19 or int(count) > _MOST_COUNT:
        raise FormatError(f"{name}: line {line_number}: found {line[:60]!r}, expected a word and its count")
    try:
        return word.decode(encoding, errors), int(count)
    except UnicodeDecodeError as error:
        raise FormatError(
            f"{name}: line {line_number}: found a word that cannot be decoded ({error.reason}); "
            "unicode_errors='ignore' or 'replace' takes it"
        ) from None
