"""Reference definition of phrase detection, written for clarity with one dictionary of joined strings."""

from __future__ import annotations

from collections.abc import Callable, Iterable


def prune(vocab: dict[str, int], least: int) -> None:
    for word in [word for word, count in vocab.items() if count < least]:
        del vocab[word]


def count(
    sentences: Iterable[list[str]], delimiter: str, connectors: frozenset[str], most: float
) -> tuple[dict[str, int], int]:
    """Return the counts of words and joined phrases, and the next pruning threshold."""
    vocab: dict[str, int] = {}
    least = 1
    for sentence in sentences:
        phrase: list[str] = []  # the last word that is not a connector, and the connectors after it
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
    """Join greedily from the left; `score` returns None for words that do not form a phrase."""
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
        if not word:  # an empty word never begins a phrase and is kept
            out.append((word, None))
    return out + [(part, None) for part in candidate]
