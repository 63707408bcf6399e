"""Word vectors from character n-grams in float64: hashes, composition, and training with composed vectors.

The n-grams of ``<word>`` are hashed to rows of a matrix, and a word's vector is the mean of these rows and that of the
word (Bojanowski et al. 2017). A gradient of the mean is added to each row, unscaled, as fastText does. A word is
composed when it comes within `window` positions of the centre; the windows update this copy; and its whole change is
added to the rows when it is no longer within reach.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.window_update import cbow_window, skipgram_window
from reference.word2vec import learning_rate

__all__ = ["buckets_of", "composed", "train"]

Floats = NDArray[np.float64]


def buckets_of(word: str, min_n: int, max_n: int, buckets: int) -> list[int]:
    """Return the buckets of the n-grams of a word; the word for ends of lines has none."""
    if word == "</s>":
        return []
    text = f"<{word}>"
    found = []
    for begin in range(len(text)):
        for end in range(begin + 1, len(text) + 1):
            is_boundary = end - begin == 1 and (begin == 0 or end == len(text))
            if min_n <= end - begin <= max_n and not is_boundary:
                found.append(_hash(text[begin:end].encode()) % buckets)
    return found


def _hash(data: bytes) -> int:
    result = 2166136261
    for byte in data:
        signed = byte - 256 if byte >= 128 else byte
        result = ((result ^ (signed % 2**32)) * 16777619) % 2**32
    return result


def composed(words: Sequence[str], rows: Floats, ngrams: Floats, min_n: int, max_n: int) -> Floats:
    """Return the mean of the row of each word and the rows of its n-grams."""
    parts = [buckets_of(word, min_n, max_n, len(ngrams)) for word in words]
    return np.array(
        [(row + ngrams[found].sum(axis=0)) / (1 + len(found)) for row, found in zip(rows, parts, strict=True)]
    )


def train(
    sentences: Sequence[Sequence[int]],
    parts_of: Sequence[Sequence[int]],
    rows: Floats | None,
    ngrams: Floats,
    outputs_of: Callable[[int], Sequence[Any]],
    *,
    window: int,
    skipgram: bool,
    start: float,
    end: float,
    scales: tuple[Floats | None, Floats] | None = None,
) -> None:
    """Train one epoch without randomness on sentences without repeated words; `parts_of` are the buckets of words.

    `rows` is None if words have buckets only (floret). `outputs_of` returns one output matrix with its rows, labels and
    repeats, as in `reference.word2vec`. `scales` are the factors of the updates of `rows` and `ngrams`.
    """
    planned = sum(map(len, sentences))
    done = 0
    for sentence in sentences:
        rate = learning_rate(start, end, done, planned)
        live: dict[int, tuple[Floats, Floats]] = {}  # the copy of a position, and its first value
        for position, centre in enumerate(sentence):
            reach = range(max(0, position - window), min(len(sentence), position + window + 1))
            for left in [at for at in live if at not in reach]:
                _write_back(sentence[left], live.pop(left), parts_of, rows, ngrams, scales)
            for at in reach:
                if at not in live:
                    own = parts_of[sentence[at]]
                    parts = ngrams[list(own)] if rows is None else np.vstack([rows[[sentence[at]]], ngrams[list(own)]])
                    mean = parts.sum(axis=0) / len(parts)
                    live[at] = mean.copy(), mean
            context = [at for at in reach if at != position]
            if context:
                _update(live, context, [(rows is not None) + len(parts_of[sentence[at]]) for at in context],
                        [_mean_scale(sentence[at], parts_of, scales) for at in context],
                        outputs_of(centre), rate, skipgram)  # fmt: skip
        for at in list(live):
            _write_back(sentence[at], live.pop(at), parts_of, rows, ngrams, scales)
        done += len(sentence)


def _mean_scale(word: int, parts_of: Sequence[Sequence[int]], scales: tuple[Floats | None, Floats] | None) -> float:
    if scales is None:
        return 1.0
    own = [] if scales[0] is None else [scales[0][word]]
    return float(np.mean([*own, *scales[1][list(parts_of[word])]]))


def _write_back(
    word: int,
    copy: tuple[Floats, Floats],
    parts_of: Sequence[Sequence[int]],
    rows: Floats | None,
    ngrams: Floats,
    scales: tuple[Floats | None, Floats] | None,
) -> None:
    mean_scale = _mean_scale(word, parts_of, scales)
    if mean_scale == 0:
        return
    change = (copy[0] - copy[1]) / mean_scale
    if rows is not None:
        rows[word] += change if scales is None or scales[0] is None else scales[0][word] * change
    for bucket in parts_of[word]:
        ngrams[bucket] += change if scales is None else scales[1][bucket] * change


def _update(
    live: dict[int, tuple[Floats, Floats]],
    context: list[int],
    sizes: list[int],
    factors: list[float],
    outputs: Sequence[Any],
    rate: float,
    skipgram: bool,
) -> None:
    matrix, rows, labels, repeats = outputs
    inputs = np.array([live[at][0] for at in context])
    arguments = (matrix, np.array(rows), np.array(labels, float), np.array(repeats, float), rate)
    if skipgram:
        skipgram_window(inputs, np.arange(len(context)), *arguments, np.array(factors))
    else:
        # The mean over the rows of all words is one input, whose change is added to every row.
        weights = np.array(sizes) / sum(sizes)
        hidden = (weights @ inputs)[np.newaxis]
        old = hidden.copy()
        cbow_window(hidden, np.arange(1), *arguments)
        inputs += np.outer(factors, (hidden - old)[0])
    for at, changed in zip(context, inputs, strict=True):
        live[at][0][:] = changed
