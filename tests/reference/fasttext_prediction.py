"""Predictions of fastText models, in plain Python and NumPy (Joulin et al. 2017; fastText 0.9.3)."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from wordkin.vectors.files.fasttext_format import CENTROIDS, FastTextFile, Matrix, QuantizedMatrix

SEPARATORS = re.compile("[ \t\n\x0b\x0c\r\x00]+")


def hash_of(text: bytes) -> int:
    """Return FNV-1a of 32 bits, with sign-extended bytes."""
    value = 2166136261
    for byte in text:
        value = ((value ^ (byte if byte < 128 else byte | 0xFFFFFF00)) * 16777619) & 0xFFFFFFFF
    return value


def row_of_bucket(file: FastTextFile, bucket: int) -> int | None:
    """Return the row of a bucket, if the model has it."""
    if file.pruned is not None:
        kept = {int(key): int(row) for key, row in file.pruned}
        return None if bucket not in kept else len(file.words) + kept[bucket]
    return len(file.words) + bucket


def word_rows(file: FastTextFile, word: str) -> list[int]:
    """Return the row of a word and those of its n-grams."""
    encoded = word.encode()
    rows = [file.words.index(encoded)] if encoded in file.words else []
    arguments = file.arguments
    if word == "</s>" or arguments.bucket == 0:
        return rows
    bounded = f"<{word}>"
    for begin in range(len(bounded)):
        for length in range(1, arguments.maxn + 1):
            end = begin + length
            if end > len(bounded) or length < arguments.minn or (length == 1 and begin in (0, len(bounded) - 1)):
                continue
            row = row_of_bucket(file, hash_of(bounded[begin:end].encode()) % arguments.bucket)
            rows += [] if row is None else [row]
    return rows


def line_rows(file: FastTextFile, text: str) -> list[int]:
    """Return the rows of a line: those of its words, and those of its n-grams of words."""
    tokens = [token for token in SEPARATORS.split(text) if token]
    tokens = tokens[: tokens.index("</s>") + 1] if "</s>" in tokens else [*tokens, "</s>"]
    tokens = [token for token in tokens if token.encode() not in file.labels]
    tokens = [token for token in tokens if token.encode() in file.words or not token.startswith("__label__")]
    rows = [row for token in tokens for row in word_rows(file, token)]
    signed = [(hash_of(token.encode()) + 2**31) % 2**32 - 2**31 for token in tokens]
    for begin in range(len(signed)):
        value = signed[begin] % 2**64
        for end in range(begin + 1, min(len(signed), begin + file.arguments.word_ngrams)):
            value = (value * 116049371 + signed[end]) % 2**64
            if file.arguments.bucket:
                row = row_of_bucket(file, value % file.arguments.bucket)
                rows += [] if row is None else [row]
    return rows


def dense(matrix: Matrix) -> NDArray[np.float64]:
    """Return a matrix, decompressed if it is quantised."""
    if not isinstance(matrix, QuantizedMatrix):
        return np.asarray(matrix, np.float64)
    quantizer, parts = matrix.quantizer, []
    for part in range(quantizer.parts):
        width = min(quantizer.part_columns, quantizer.columns - part * quantizer.part_columns)
        start = part * CENTROIDS * quantizer.part_columns
        centroids = quantizer.centroids[start : start + CENTROIDS * width].reshape(CENTROIDS, width)
        parts.append(centroids[matrix.codes[:, part]])
    rows = np.concatenate(parts, axis=1).astype(np.float64)
    if matrix.norm_codes is not None and matrix.norm_quantizer is not None:
        rows *= matrix.norm_quantizer.centroids[matrix.norm_codes][:, None]
    return rows


def huffman_paths(counts: list[int]) -> list[list[tuple[int, bool]]]:
    """Return the inner nodes above each label, from the root, and whether the path goes to the right there."""
    leaves, weights = len(counts), list(counts)
    leaf, inner = leaves - 1, leaves
    paths: dict[int, list[tuple[int, bool]]] = {}
    children = []
    for node in range(leaves, 2 * leaves - 1):
        pair = []
        for _ in range(2):
            if leaf >= 0 and (inner >= node or weights[leaf] < weights[inner]):
                pair.append(leaf)
                leaf -= 1
            else:
                pair.append(inner)
                inner += 1
        children.append(pair)
        weights.append(weights[pair[0]] + weights[pair[1]])
    paths[2 * leaves - 2] = []
    for node in range(2 * leaves - 2, leaves - 1, -1):
        for child, is_right in zip(children[node - leaves], (False, True), strict=True):
            paths[child] = [*paths[node], (node - leaves, is_right)]
    return [paths[label] for label in range(leaves)]


def scores(file: FastTextFile, text: str) -> NDArray[np.float64] | None:
    """Return log(p + 1e-5) of every label; None for a text without rows."""
    rows = line_rows(file, text)
    if not rows or file.output is None:
        return None
    products = dense(file.output) @ dense(file.input)[rows].mean(axis=0)
    if file.arguments.loss == "hs":
        result = np.zeros(len(file.labels))
        for label, path in enumerate(huffman_paths(file.label_counts.tolist())):
            for node, is_right in path:
                right = 1 / (1 + np.exp(-products[node]))
                result[label] += np.log((right if is_right else 1 - right) + 1e-5)
        return result
    if file.arguments.loss == "softmax":
        exponentials = np.exp(products - products.max())
        return np.asarray(np.log(exponentials / exponentials.sum() + 1e-5))
    steps = np.floor((np.clip(products, -8, 8) + 8) * 512 / 16)  # fastText's table
    sigmoid = 1 / (1 + np.exp(-(steps * 16 / 512 - 8)))
    return np.asarray(np.log(np.where(products < -8, 0, np.where(products > 8, 1, sigmoid)) + 1e-5))
