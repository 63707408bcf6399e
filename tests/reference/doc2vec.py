"""Doc2Vec training in float64, written from Le and Mikolov 2014: which vectors predict which words in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from reference.window_update import cbow_window, concatenation_window, pair_losses, sigmoid, skipgram_window
from reference.word2vec import contexts, learning_rate

__all__ = ["infer", "train"]

Floats = NDArray[np.float64]
Outputs = tuple[Floats, list[int], list[float], list[float]]  # matrix, rows, labels, repeats

# Consecutive words that share their noise words, where the input of a window is one tag.
TARGETS_TOGETHER = {"dbow": 3}
TARGETS_TOGETHER_INFERRED = {"dbow": 3, "mean": 4, "sum": 4}
# Documents of which one window each shares its noise words, where inputs are concatenated.
DOCUMENTS_TOGETHER = 4


def train(
    epochs: int,
    documents: Sequence[Sequence[int]],
    tags: Sequence[Sequence[int]],
    words: Floats,
    tag_vectors: Floats,
    outputs_of: Callable[[Sequence[int]], Sequence[Outputs]],
    *,
    mode: str,
    window: int,
    start: float,
    end: float,
    word_scale: Floats,
    tag_scale: Floats,
    null_word: int = 0,
    is_together: bool = True,
    job: int = 1,
) -> list[float]:
    """Train without randomness: full windows, no subsampling, the same outputs for a word every time.

    `mode` is "dbow", "dbow words", "mean", "sum" or "concat". Words and tags are rows of one matrix here, words first,
    so that the updates of windows apply to both; the scales are the factors of their updates. The learning rate changes
    after each `job` documents. Returns the mean loss per pair of each epoch.
    """
    inputs = np.concatenate([words, tag_vectors])
    scale = np.concatenate([word_scale, tag_scale])
    planned, done, losses = epochs * sum(map(len, documents)), 0, []
    for _ in range(epochs):
        loss = pairs = 0.0
        for first in range(0, len(documents), job):
            rate = learning_rate(start, end, done, planned)
            part = [
                (document, [len(words) + tag for tag in document_tags])
                for document, document_tags in zip(
                    documents[first : first + job], tags[first : first + job], strict=True
                )
            ]
            if mode == "concat":
                for step in _steps([document for document, _ in part], DOCUMENTS_TOGETHER if is_together else 1):
                    targets = [part[number][0][position] for number, position in step]
                    slots = [
                        [*part[number][1], *_neighbours(part[number][0], position, window, null_word)]
                        for number, position in step
                    ]
                    loss += _concatenated(inputs, scale, slots, outputs_of(targets), rate)
                    pairs += len(targets)
            for document, rows in part if mode != "concat" else []:
                size = TARGETS_TOGETHER[mode] if is_together and mode == "dbow" and len(rows) == 1 else 1
                for begin in range(0, len(document), size):
                    targets = list(document[begin : begin + size])
                    _, context = list(contexts(document, window))[begin]
                    used = rows if mode == "dbow" else [*context, *rows]
                    loss += _window(inputs, scale, used, outputs_of(targets), rate, mode)
                    pairs += (len(used) if mode.startswith("dbow") else 1) * len(targets)
            done += sum(len(document) for document, _ in part)
        losses.append(loss / max(pairs, 1))
    words[:], tag_vectors[:] = inputs[: len(words)], inputs[len(words) :]
    return losses


def infer(
    document: Sequence[int],
    tag: Floats,
    words: Floats,
    outputs_of: Callable[[Sequence[int]], Sequence[Outputs]],
    *,
    mode: str,
    window: int,
    rates: Sequence[float],
    null_word: int = 0,
    is_together: bool = True,
) -> Floats:
    """Return the vector of a new document that begins with `tag`, without randomness: nothing else is changed."""
    inputs, row = np.concatenate([words, tag[np.newaxis]]), len(words)
    scale = np.append(np.zeros(row), 1.0)
    size = TARGETS_TOGETHER_INFERRED.get(mode, 1) if is_together else 1

    def frozen(targets: Sequence[int]) -> list[Outputs]:
        return [(matrix.copy(), *rest) for matrix, *rest in outputs_of(targets)]

    for rate in rates:
        for first in range(0, len(document), size):
            positions = range(first, min(first + size, len(document)))
            if mode == "concat":
                slots = [[row, *_neighbours(document, position, window, null_word)] for position in positions]
                _concatenated(inputs, scale, slots, frozen([document[position] for position in positions]), rate)
                continue
            old = inputs.copy()
            for position in positions:
                _, context = list(contexts(document, window))[position]
                moved = old.copy()
                used = [row] if mode == "dbow" else [*context, row]
                _window(moved, scale, used, frozen([document[position]]), rate, mode)
                inputs[row] += moved[row] - old[row]
    return inputs[row]


def _steps(documents: Sequence[Sequence[int]], together: int) -> Iterator[list[tuple[int, int]]]:
    """Yield the windows of each step, as numbers of documents and positions: one of each document that has begun."""
    waiting = [number for number, document in enumerate(documents) if document]
    active: list[tuple[int, int]] = []
    while waiting or active:
        while waiting and len(active) < together:
            active.append((waiting.pop(0), 0))
        yield active
        active = [(number, position + 1) for number, position in active if position + 1 < len(documents[number])]


def _neighbours(document: Sequence[int], position: int, window: int, null_word: int) -> list[int]:
    around = [*range(position - window, position), *range(position + 1, position + window + 1)]
    return [document[index] if 0 <= index < len(document) else null_word for index in around]


def _window(
    inputs: Floats, scale: Floats, rows: list[int], outputs: Sequence[Outputs], rate: float, mode: str
) -> float:
    """Take one step from the old vectors for all output matrices together."""
    old, loss = inputs.copy(), 0.0
    for matrix, output_rows, labels, repeats in outputs:
        changed = old.copy()
        if len(rows) == 1 and mode == "dbow":
            loss += _one_input(changed[rows[0]], scale[rows[0]], matrix, output_rows, labels, repeats, rate)
            inputs += changed - old
            continue
        arguments = (changed, np.array(rows), matrix, np.array(output_rows, np.int64))
        numbers = (np.array(labels), np.array(repeats), rate, scale[rows])
        if mode.startswith("dbow"):
            loss += skipgram_window(*arguments, *numbers)
        else:
            loss += cbow_window(*arguments, *numbers, mean=mode == "mean")
        inputs += changed - old
    return loss


def _one_input(
    x: Floats, scale: float, matrix: Floats, rows: list[int], labels: list[float], repeats: list[float], rate: float
) -> float:
    """Update one input and its outputs in sequence: a row that occurs twice gives its second gradient as changed."""
    scores = matrix[rows] @ x
    errors = rate * np.array(repeats) * (np.array(labels) - sigmoid(scores))
    before, change = x.copy(), np.zeros_like(x)
    for row, error in zip(rows, errors, strict=True):
        change += error * matrix[row]
        matrix[row] += error * before
    x += scale * change
    return pair_losses(scores, np.array(labels), np.array(repeats))


def _concatenated(
    inputs: Floats, scale: Floats, slots: list[list[int]], outputs: Sequence[Outputs], rate: float
) -> float:
    """Take one step for several positions: the first output rows are their targets, the others are for all of them."""
    old, loss = inputs.copy(), 0.0
    changes = np.zeros_like(inputs)
    for matrix, output_rows, labels, repeats in outputs:
        shared = len(slots) if len(slots) > 1 else 0
        before, moves = matrix.copy(), np.zeros_like(matrix)
        for position, rows in enumerate(slots):
            chosen = [position, *range(shared, len(output_rows))] if shared else list(range(len(output_rows)))
            start = before.copy()
            if shared:  # a word that is the target of two documents is updated in sequence
                start[output_rows[position]] += moves[output_rows[position]]
            moved = start.copy()
            parts, part_loss = concatenation_window(
                [old[row] for row in rows], moved, np.array(output_rows)[chosen], np.array(labels)[chosen],
                np.array(repeats)[chosen], rate,
            )  # fmt: skip
            loss += part_loss
            moves += moved - start
            for row, part in zip(rows, parts, strict=True):
                changes[row] += scale[row] * part
        matrix += moves
    inputs += changes
    return loss
