"""What finding and joining phrases means, written for clarity: one dict of joined strings."""

from __future__ import annotations

from collections.abc import Callable, Iterable


def prune(vocab: dict[str, int], least: int) -> None:
    for word in [word for word, count in vocab.items() if count < least]:
        del vocab[word]


def count(
    sentences: Iterable[list[str]], delimiter: str, connectors: frozenset[str], most: float
) -> tuple[dict[str, int], int]:
    """Counts of words and joined phrases, and the next pruning threshold."""
    vocab: dict[str, int] = {}
    least = 1
    for sentence in sentences:
        phrase: list[str] = []  # the last word that is no connector, and the connectors since
        for word in sentence:
            if word in connectors:
                if phrase:
                    phrase.append(word)
                continue
            vocab[word] = vocab.get(word, 0) + 1
            if phrase:
                joined = delimiter.join([*phrase, word])
                vocab[joined] = vocab.get(joined, 0) + 1
            phrase = [word]
        if len(vocab) > most:
            prune(vocab, least)
            least += 1
    return vocab, least


def join(
    sentence: list[str], connectors: frozenset[str], score: Callable[[list[str]], float | None], delimiter: str
) -> list[tuple[str, float | None]]:
    """Greedy from the left; `score` is None where words are no phrase."""
    out: list[tuple[str, float | None]] = []
    candidate: list[str] = []
    for word in sentence:
        if word in connectors:
            if candidate:
                candidate.append(word)
            else:
                out.append((word, None))
            continue
        found = score([*candidate, word]) if candidate else None
        if found is not None:
            out.append((delimiter.join([*candidate, word]), found))
            candidate = []
            continue
        out += [(part, None) for part in candidate]
        candidate = [word] if word else []
        if not word:  # no phrase begins with an empty word, and none is lost
            out.append((word, None))
    return out + [(part, None) for part in candidate]
