"""Positions of vectors on a map, and clusters that colour them."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..arrays import unit_rows
from ..cosine_search import CosineSearch

__all__ = ["LAYOUTS", "Layout", "cluster_numbers", "map_positions"]

Layout = Literal["pca", "umap", "tsne"]
LAYOUTS: tuple[Layout, ...] = ("pca", "umap", "tsne")

_GRID = 65535  # positions are stored as unsigned 16-bit integers
_ITERATIONS = 20


def map_positions(rows: NDArray[np.float32], layout: Layout, seed: int) -> NDArray[np.uint16]:
    """Return positions of vectors in two dimensions.

    Parameters
    ----------
    rows : ndarray of float32, shape (n, size)
        Vectors of unit norm.
    layout : {"pca", "umap", "tsne"}
        Principal components; UMAP (needs the package umap-learn); or t-SNE (needs openTSNE). Cosine distances are used
        by the last two.
    seed : int
        Random seed of UMAP and t-SNE.

    Returns
    -------
    ndarray of uint16, shape (n, 2)
        Positions; the longer side of the map spans the whole range. Identical vectors lie in the middle.

    Raises
    ------
    ValueError
        If there is no such layout.
    ImportError
        If the package that it needs is not installed.
    """
    if layout not in LAYOUTS:
        raise ValueError(f"layout must be one of {', '.join(map(repr, LAYOUTS))}, got {layout!r}")
    positions = principal_components(rows)
    if layout == "umap":
        positions = _umap(rows, seed)
    elif layout == "tsne":
        positions = _tsne(rows, seed)
    return _on_grid(positions)


def principal_components(rows: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the coordinates of vectors along the two directions of greatest variance.

    Parameters
    ----------
    rows : ndarray of float32, shape (n, size)
        The vectors.

    Returns
    -------
    ndarray of float64, shape (n, 2)
        The coordinates. The sign of each direction is such that its largest component is positive.
    """
    wide = rows.astype(np.float64)
    centred = wide - wide.mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)
    chosen = directions[:, ::-1][:, :2]
    chosen = chosen * np.sign(chosen[np.abs(chosen).argmax(axis=0), np.arange(chosen.shape[1])])
    positions: NDArray[np.float64] = centred @ chosen
    return np.hstack((positions, np.zeros((len(rows), 2 - positions.shape[1]))))


def cluster_numbers(rows: NDArray[np.float32], clusters: int, seed: int) -> NDArray[np.int64]:
    """Group vectors by direction with spherical k-means.

    Parameters
    ----------
    rows : ndarray of float32, shape (n, size)
        Vectors of unit norm.
    clusters : int
        Number of clusters (>= 1); at most n.
    seed : int
        Random seed of the first centres.

    Returns
    -------
    ndarray of int64, shape (n,)
        Number of the cluster of each vector, by descending size of the clusters.

    References
    ----------
    I. S. Dhillon, D. S. Modha: Concept decompositions for large sparse text data using clustering. Machine Learning 42,
    2001.
    """
    count = min(clusters, len(rows))
    centres = rows[np.random.default_rng(seed).choice(len(rows), size=count, replace=False)]
    numbers = np.zeros(len(rows), dtype=np.int64)
    for _ in range(_ITERATIONS):
        nearest, _ = CosineSearch(centres, np.ones(count, dtype=np.float32)).nearest(rows, 1)
        if (nearest[:, 0] == numbers).all():
            break
        numbers = nearest[:, 0].astype(np.int64)
        sums = np.zeros((count, rows.shape[1]))
        np.add.at(sums, numbers, rows)
        empty = ~sums.any(axis=1)
        sums[empty] = centres[empty]
        centres = np.ascontiguousarray(unit_rows(sums), dtype=np.float32)
    by_size = np.argsort(-np.bincount(numbers, minlength=count), kind="stable")
    rank = np.empty(count, dtype=np.int64)
    rank[by_size] = np.arange(count)
    return rank[numbers]


def _on_grid(positions: NDArray[Any]) -> NDArray[np.uint16]:
    low, high = positions.min(axis=0), positions.max(axis=0)
    span = float((high - low).max()) or 1.0
    middle = (low + high) / 2
    return np.asarray(np.rint(((positions - middle) / span + 0.5) * _GRID).clip(0, _GRID), dtype=np.uint16)


def _umap(rows: NDArray[np.float32], seed: int) -> NDArray[Any]:
    try:
        import umap
    except ImportError as error:
        raise ImportError("layout='umap' needs the package umap-learn: pip install umap-learn") from error
    neighbours = max(2, min(15, len(rows) - 1))
    return np.asarray(umap.UMAP(metric="cosine", n_neighbors=neighbours, random_state=seed).fit_transform(rows))


def _tsne(rows: NDArray[np.float32], seed: int) -> NDArray[Any]:
    try:
        import openTSNE
    except ImportError as error:
        raise ImportError("layout='tsne' needs the package openTSNE: pip install openTSNE") from error
    perplexity = max(1.0, min(30.0, (len(rows) - 1) / 3))
    return np.asarray(openTSNE.TSNE(metric="cosine", perplexity=perplexity, random_state=seed).fit(rows))
