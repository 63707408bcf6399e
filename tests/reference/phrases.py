"""Reference definition of phrase detection, written for clarity with one dictionary of tuples of words."""

from __future__ import annotations

from collections.abc import Callable, Iterable

Vocabulary = dict[tuple[str, ...], int]


def prune(vocab: Vocabulary, least: int) -> None:
    for words in [words for words, count in vocab.items() if count < least]:
        del vocab[words]


def counts_of_texts(vocab: Vocabulary, delimiter: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for words, number in vocab.items():
        text = delimiter.join(words)
        counts[text] = counts.get(text, 0) + number
    return counts


def count(sentences: Iterable[list[str]], connectors: frozenset[str], most: float) -> tuple[Vocabulary, int]:
    """Return the counts of words and phrases, and the next pruning threshold."""
    vocab: Vocabulary = {}
    least = 1
    for sentence in sentences:
        phrase: list[str] = []  # the last word that is not a connector, and the connectors after it
        for word in sentence:
            if word in connectors:
                if phrase:
                    phrase.append(word)
                continue
            vocab[(word,)] = vocab.get((word,), 0) + 1
            if phrase:
                words = (*phrase, word)
                vocab[words] = vocab.get(words, 0) + 1
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
