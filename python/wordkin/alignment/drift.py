"""Drift of words between two sets of vectors: cosines, neighbours gained and lost, and confidence intervals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import VocabularyError
from ..runtime.containers import data_frame
from ..runtime.notebooks import html_table
from ..runtime.options import flag_option, integer_option, real_option
from ..vectors import KeyedVectors
from ..vectors.arrays import unit_rows
from .common_words import common_words, require_same_size, rows_of
from .neighbours import own_neighbours, unit_floats
from .procrustes import orthogonal_map

if TYPE_CHECKING:
    import pandas

__all__ = ["DriftTable", "drift_table"]

_SHOWN_WORDS = 10  # in notebooks
_WORDS_PER_BLOCK = 4096  # bounds the memory of resampling


@dataclass(frozen=True, kw_only=True, repr=False)
class DriftTable:
    """How far each common word of two sets of vectors has moved.

    Parameters
    ----------
    words : list of str
        The words, by ascending cosine: those that moved most come first.
    cosines : ndarray of float64, shape (n,)
        Cosine of the old and the new vector of each word after alignment; the mean over all pairs of trainings.
    low, high : ndarray of float64 or None, shape (n,)
        Bounds of the confidence interval of the cosine; None without retrainings.
    noise : ndarray of float64 or None, shape (n,)
        Mean cosine of a word between trainings of the same text. A word has moved only if its cosine is clearly below;
        None without retrainings.
    old_counts, new_counts : ndarray of int64 or None, shape (n,)
        Frequencies; None if the vectors have no counts.
    gained, lost : list of list of str
        Neighbours of each word that are new, and those that it no longer has, nearest first.
    confidence : float
        Confidence level of the intervals.
    """

    words: list[str]
    cosines: NDArray[np.float64]
    low: NDArray[np.float64] | None
    high: NDArray[np.float64] | None
    noise: NDArray[np.float64] | None
    old_counts: NDArray[np.int64] | None
    new_counts: NDArray[np.int64] | None
    gained: list[list[str]]
    lost: list[list[str]]
    confidence: float

    def __len__(self) -> int:
        return len(self.words)

    def row(self, index: int) -> dict[str, Any]:
        """Return the values of one word.

        Parameters
        ----------
        index : int
            Position in `words`.

        Returns
        -------
        dict
            The fields that are present: word, cosine, low, high, noise, old_count, new_count, gained, lost.
        """
        numbers = {
            "cosine": self.cosines,
            "low": self.low,
            "high": self.high,
            "noise": self.noise,
            "old_count": self.old_counts,
            "new_count": self.new_counts,
        }
        present = {name: column[index].item() for name, column in numbers.items() if column is not None}
        return {"word": self.words[index], **present, "gained": self.gained[index], "lost": self.lost[index]}

    def to_frame(self) -> pandas.DataFrame:
        """Return the table as a pandas data frame, one row per word.

        Returns
        -------
        DataFrame
            The columns of `row`.

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        rows = [self.row(index) for index in range(len(self))]
        return data_frame({name: [row[name] for row in rows] for name in (rows[0] if rows else ())})

    def __repr__(self) -> str:
        return f"<DriftTable of {len(self):,} words, cosines {self.cosines[0]:.3f} to {self.cosines[-1]:.3f}>"

    def _repr_html_(self) -> str:
        rows = [self.row(index) for index in range(min(len(self), _SHOWN_WORDS))]
        cells = [[", ".join(cell[:4]) if isinstance(cell, list) else cell for cell in row.values()] for row in rows]
        return html_table(
            f"Drift of {len(self):,} words, those that moved most first",
            list(rows[0]),
            cells,
            note=f"and {len(self) - len(rows):,} more" if len(self) > len(rows) else None,
        )


def drift_table(
    old: KeyedVectors | Sequence[KeyedVectors],
    new: KeyedVectors | Sequence[KeyedVectors],
    *,
    words: Iterable[str] | None = None,
    topn: int = 10,
    min_count: int = 1,
    resamples: int = 1000,
    confidence: float = 0.95,
    seed: int = 1,
    rotate: bool = True,
) -> DriftTable:
    """Measure how far words have moved between two sets of vectors, such as those of two periods.

    The new vectors are rotated onto the old ones first; see `align`. Vectors that `Word2Vec.train_slice` trained are in
    one space and need no rotation (``rotate=False``). If several trainings of the same text are given (with other
    seeds), the cosines of all pairs are averaged, and their bootstrap interval over the trainings shows which
    differences are larger than the noise of training.

    Parameters
    ----------
    old, new : KeyedVectors or sequence of KeyedVectors
        Vectors of the two texts, or several trainings of each.
    words : iterable of str or None, default None
        Words of the table; by default all common words. All common words are used for the alignment and as neighbours.
    topn : int, default 10
        Number of neighbours that are compared (>= 1). With several trainings, a neighbour is one that at least half
        of them have.
    min_count : int, default 1
        Leave out words that are rarer in either text (>= 1), whose vectors are mostly noise. Needs vectors with
        counts.
    resamples : int, default 1000
        Number of bootstrap samples of the trainings (>= 1).
    confidence : float, default 0.95
        Confidence level of the intervals, between 0 and 1 (exclusive).
    seed : int, default 1
        Seed of the resampling.
    rotate : bool, default True
        Whether to rotate the vectors of each pair onto each other first; False for vectors that are in one space.

    Returns
    -------
    DriftTable
        The words by ascending cosine.

    Raises
    ------
    VocabularyError
        If there is no common word.
    ValueError
        If the sizes differ, or a number is out of range.

    References
    ----------
    W. L. Hamilton, J. Leskovec, D. Jurafsky: Diachronic word embeddings reveal statistical laws of semantic change.
    ACL 2016.
    H. Gonen, G. Jawahar, D. Seddah, Y. Goldberg: Simple, interpretable and stable method for detecting words with
    usage change across corpora. ACL 2020.

    Examples
    --------
    >>> import wordkin
    >>> from wordkin.alignment import drift_table
    >>> old, new = wordkin.KeyedVectors(2), wordkin.KeyedVectors(2)
    >>> old.add_vectors(["sea", "ship", "web", "net"], [[1, 0], [0.9, 0.1], [0, 1], [0.1, 0.9]])
    >>> new.add_vectors(["sea", "ship", "web", "net"], [[1, 0], [0.9, 0.1], [0, 1], [0.8, 0.3]])
    >>> table = drift_table(old, new, topn=1)
    >>> table.words[0], table.gained[0], table.lost[0]
    ('net', ['ship'], ['web'])
    """
    topn = integer_option("topn", topn, 1, 2**31 - 1)
    min_count = integer_option("min_count", min_count, 1, 2**62)
    resamples = integer_option("resamples", resamples, 1, 10**6)
    confidence = real_option("confidence", confidence, 0.0, 1.0, low_exclusive=True)
    if confidence == 1.0:
        raise ValueError(f"confidence must be below 1, got {confidence}")
    rotate = flag_option("rotate", rotate)
    old_models, new_models = _as_models("old", old), _as_models("new", new)
    for name, models in (("old", old_models), ("new", new_models)):
        for model in models:
            require_same_size(name, model, old_models[0])
    shared = _shared_words(old_models + new_models, min_count)
    old_rows = [unit_rows(rows_of(model, shared)) for model in old_models]
    new_rows = [unit_rows(rows_of(model, shared)) for model in new_models]
    chosen = _chosen_positions(shared, words)
    cosines = _pair_cosines(old_rows, new_rows, chosen, rotate=rotate)
    low, high = _intervals(cosines, resamples, confidence, seed)
    means = cosines.mean(axis=(0, 1))
    order = np.argsort(means, kind="stable")
    before, after = _neighbours(old_rows, topn, chosen), _neighbours(new_rows, topn, chosen)
    noise = _noise(old_rows, new_rows, chosen, rotate=rotate)
    return DriftTable(
        words=[shared[chosen[index]] for index in order],
        cosines=means[order],
        low=None if low is None else low[order],
        high=None if high is None else high[order],
        noise=None if noise is None else noise[order],
        old_counts=_counts(old_models[0], shared, chosen[order]),
        new_counts=_counts(new_models[0], shared, chosen[order]),
        gained=[_without(after[index], before[index], shared) for index in order],
        lost=[_without(before[index], after[index], shared) for index in order],
        confidence=confidence,
    )


def _as_models(name: str, given: KeyedVectors | Sequence[KeyedVectors]) -> list[KeyedVectors]:
    models = [given] if isinstance(given, KeyedVectors) else list(given)
    if not models:
        raise ValueError(f"{name} must contain at least one set of vectors, got none")
    for model in models:
        if not isinstance(model, KeyedVectors):
            raise TypeError(f"{name} must be KeyedVectors or a sequence of them, got {type(model).__name__}")
    return models


def _shared_words(models: list[KeyedVectors], min_count: int) -> list[Any]:
    shared = [word for word in models[0].index_to_key if word is not None]
    for model in models[1:]:
        shared = common_words(model, models[0], shared)
    if min_count > 1:
        for model in models:
            if "count" not in model.expandos:
                raise ValueError("min_count must be 1 for vectors without counts")
            counts = model.expandos["count"]
            shared = [word for word in shared if counts[model.key_to_index[word]] >= min_count]
    if not shared:
        raise VocabularyError(f"the sets of vectors must have words in common, got none with min_count={min_count}")
    return shared


def _chosen_positions(shared: list[Any], words: Iterable[str] | None) -> NDArray[np.int64]:
    if words is None:
        return np.arange(len(shared))
    if isinstance(words, str):
        raise TypeError(f"words must be a list of words, got the single string {words!r}")
    positions = {word: position for position, word in enumerate(shared)}
    found = [positions[word] for word in dict.fromkeys(words) if word in positions]
    if not found:
        raise VocabularyError("words must contain a word that all sets of vectors have, got none")
    return np.array(found)


def _pair_cosines(
    old_rows: list[NDArray[Any]], new_rows: list[NDArray[Any]], chosen: NDArray[np.int64], *, rotate: bool
) -> NDArray[np.float64]:
    """Return the cosines after alignment, shape (old models, new models, words)."""
    cosines = np.empty((len(old_rows), len(new_rows), len(chosen)))
    for i, old in enumerate(old_rows):
        for j, new in enumerate(new_rows):
            turned = new[chosen] @ orthogonal_map(new, old) if rotate else new[chosen]
            cosines[i, j] = np.einsum("ns,ns->n", old[chosen], turned)
    return cosines


def _noise(
    old_rows: list[NDArray[Any]], new_rows: list[NDArray[Any]], chosen: NDArray[np.int64], *, rotate: bool
) -> NDArray[np.float64] | None:
    """Return the mean cosine of each word between trainings of the same text, or None if there are none."""
    pairs = [
        _pair_cosines([first], [second], chosen, rotate=rotate)[0, 0]
        for rows in (old_rows, new_rows)
        for position, first in enumerate(rows)
        for second in rows[position + 1 :]
    ]
    return np.mean(pairs, axis=0) if pairs else None


def _intervals(
    cosines: NDArray[np.float64], resamples: int, confidence: float, seed: int
) -> tuple[NDArray[np.float64] | None, NDArray[np.float64] | None]:
    """Return bootstrap percentile bounds over the trainings, or (None, None) for one training of each text."""
    olds, news, count = cosines.shape
    if olds * news == 1:
        return None, None
    generator = np.random.default_rng(seed)
    old_weights = generator.multinomial(olds, np.full(olds, 1 / olds), size=resamples) / olds
    new_weights = generator.multinomial(news, np.full(news, 1 / news), size=resamples) / news
    bounds = np.empty((2, count))
    for first in range(0, count, _WORDS_PER_BLOCK):
        block = cosines[:, :, first : first + _WORDS_PER_BLOCK]
        draws = np.einsum("ro,rn,onw->rw", old_weights, new_weights, block, optimize=True)
        levels = [(1.0 - confidence) / 2.0, (1.0 + confidence) / 2.0]
        bounds[:, first : first + _WORDS_PER_BLOCK] = np.quantile(draws, levels, axis=0)
    return bounds[0], bounds[1]


def _neighbours(models: list[NDArray[Any]], topn: int, chosen: NDArray[np.int64]) -> list[list[int]]:
    """Return the neighbours of each chosen word that at least half of the models have, most frequent first."""
    found = [own_neighbours(unit_floats(rows), chosen, topn) for rows in models]
    result = []
    for lists in zip(*found, strict=True):
        seen: Counter[int] = Counter()
        for rows in lists:
            seen.update(rows.tolist())
        result.append([row for row, times in seen.most_common() if 2 * times >= len(models)])
    return result


def _without(rows: list[int], others: list[int], words: list[Any]) -> list[str]:
    excluded = set(others)
    return [words[row] for row in rows if row not in excluded]


def _counts(model: KeyedVectors, words: list[Any], positions: NDArray[np.int64]) -> NDArray[np.int64] | None:
    if "count" not in model.expandos:
        return None
    rows = [model.key_to_index[words[position]] for position in positions.tolist()]
    return np.asarray(model.expandos["count"][rows], dtype=np.int64)
