"""Reference definition of reading text, in simple Python."""

from __future__ import annotations

import re
from collections.abc import Iterable


def lines_of(data: bytes) -> list[list[str]]:
    """Return the words of each non-empty line."""
    words = [line.split() for line in re.split(r"[\n\r]", data.decode("utf-8-sig"))]
    return [line for line in words if line]


def pieces_of(lines: Iterable[list[str]], max_length: int) -> list[list[str]]:
    """Split into sentences of at most `max_length` words."""
    return [line[start : start + max_length] for line in lines for start in range(0, len(line), max_length)]


def counts_of(sentences: Iterable[list[str]]) -> dict[str, int]:
    """Count words, in the order of first occurrence."""
    counts: dict[str, int] = {}
    for sentence in sentences:
        for word in sentence:
            counts[word] = counts.get(word, 0) + 1
    return counts


def bounded_counts_of(sentences: Iterable[list[str]], max_vocab_size: int) -> dict[str, int]:
    """Count words and prune rare ones whenever there are too many, with a threshold that grows each time."""
    counts: dict[str, int] = {}
    threshold = 1
    for sentence in sentences:
        for word in sentence:
            counts[word] = counts.get(word, 0) + 1
        if len(counts) > max_vocab_size:
            counts = {word: count for word, count in counts.items() if count >= threshold}
            threshold += 1
    return counts


def vocabulary_of(counts: dict[str, int], min_count: int) -> list[str]:
    """Return words sorted by descending count, then by their bytes."""
    return sorted((word for word in counts if counts[word] >= min_count), key=lambda w: (-counts[w], w.encode()))


def known_only(sentences: Iterable[list[str]], words: Iterable[str]) -> list[list[str]]:
    """Remove unknown words from sentences."""
    known = set(words)
    kept = [[word for word in sentence if word in known] for sentence in sentences]
    return [sentence for sentence in kept if sentence]
