"""Nearest keys: by sums and differences of vectors, by products of cosines, and for many queries at once."""

from __future__ import annotations

from numbers import Integral
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..arrays import as_rows, as_vector, unit_rows, working_dtype
from ..keys import KEY_TYPES
from ..missing_keys import MissingKeyError
from ..table import as_list
from .cosine_search import greatest
from .similarity import Similarities

__all__ = ["Neighbours"]


class _Query(NamedTuple):
    vector: NDArray[Any]  # (dim,) of length one
    excluded: list[int]  # rows of the keys that it was made from


class Neighbours(Similarities):
    """What can be asked about all keys at once; the part of `KeyedVectors` that searches."""

    def most_similar(
        self,
        positive: Any = None,
        negative: Any = None,
        topn: int | None = 10,
        clip_start: int = 0,
        clip_end: int | None = None,
        restrict_vocab: int | None = None,
        indexer: Any = None,
    ) -> Any:
        """Return the keys nearest to the mean of `positive` less `negative`, by cosine.

        Parameters
        ----------
        positive, negative : key, vector, (key, weight), (vector, weight), or a list of those
            Keys stand for their vectors scaled to length one; vectors are taken as they are. A weight given with an
            item replaces its 1 or, among `negative`, its -1.
        topn : int or None
            How many neighbours. None: the cosines of all rows.
        clip_start, clip_end : int, optional
            Look only at these rows.
        restrict_vocab : int, optional
            Look only at the first `restrict_vocab` rows, whatever `clip_start` and `clip_end` say.
        indexer : object with ``most_similar(vector, topn)``, optional
            An approximate index to ask instead, such as `wordkin.vectors.UsearchIndexer`.

        Returns
        -------
        list of (key, float)
            Nearest first, the lower index first among equals, without the keys given. For ``topn=None`` an array of
            cosines; for `topn` below 1 an empty list. A vector of zeros has cosine 0 with everything.

        Raises
        ------
        KeyError
            If a key is missing.
        ValueError
            If there is neither a positive nor a negative item.

        Examples
        --------
        >>> [key for key, cosine in kv.most_similar("apple", topn=2)]
        ['pear', 'plum']
        """
        if _is_below_one(topn):
            return []
        query = self._query(positive, negative)
        if indexer is not None and topn is not None:
            return indexer.most_similar(query.vector, topn)
        rows = self._searched_rows(clip_start, clip_end, restrict_vocab)
        searched = self.searched_rows(rows)
        if topn is None:
            return searched.cosines(query.vector[np.newaxis])[0]
        indices, cosines = searched.nearest(query.vector[np.newaxis], topn + len(query.excluded))
        return self._named(indices[0] + rows.start, cosines[0], query.excluded, topn)

    def _named(
        self, indices: NDArray[Any], scores: NDArray[Any], excluded: list[int], topn: int
    ) -> list[tuple[Any, float]]:
        found = zip(indices.tolist(), scores.tolist(), strict=True)
        return [(self.index_to_key[index], score) for index, score in found if index not in excluded][:topn]

    def _searched_rows(self, clip_start: int, clip_end: int | None, restrict_vocab: int | None) -> slice:
        limits = slice(0, restrict_vocab) if restrict_vocab else slice(clip_start, clip_end or None)
        start, stop, _ = limits.indices(len(self._vectors))
        return slice(start, max(start, stop))

    def _query(self, positive: Any, negative: Any) -> _Query:
        items: list[Any] = []
        weights: list[float] = []
        for sign, argument in ((1.0, positive), (-1.0, negative)):
            for entry in _as_items(argument):
                item, weight = entry if isinstance(entry, (tuple, list)) and len(entry) == 2 else (entry, sign)
                if not isinstance(item, (*KEY_TYPES, np.ndarray)):
                    rule = "`positive` and `negative` must hold keys, arrays or pairs with a weight"
                    raise TypeError(f"{rule}, got {entry!r}")
                items.append(item)
                weights.append(weight)
        vector = self.get_mean_vector(items, weights, pre_normalize=True, post_normalize=True, ignore_missing=False)
        indices = (self._index_or_none(item) for item in items if isinstance(item, KEY_TYPES))
        return _Query(vector, [index for index in indices if index is not None])

    def similar_by_key(self, key: Any, topn: int | None = 10, restrict_vocab: int | None = None) -> Any:
        """Return the nearest neighbours of a key: `most_similar` with it alone."""
        return self.most_similar(positive=[key], topn=topn, restrict_vocab=restrict_vocab)

    def similar_by_word(self, word: Any, topn: int | None = 10, restrict_vocab: int | None = None) -> Any:
        """Return the nearest neighbours of a word: `similar_by_key` under its older name."""
        return self.similar_by_key(word, topn, restrict_vocab)

    def similar_by_vector(self, vector: Any, topn: int | None = 10, restrict_vocab: int | None = None) -> Any:
        """Return the nearest neighbours of a vector (dim,)."""
        row = as_vector("vector", vector, self.vector_size, working_dtype(self._vectors.dtype))
        return self.most_similar(positive=[row], topn=topn, restrict_vocab=restrict_vocab)

    def most_similar_cosmul(
        self, positive: Any = None, negative: Any = None, topn: int | None = 10, restrict_vocab: int | None = None
    ) -> Any:
        """Return the keys with the greatest product of similarities, 3CosMul of Levy and Goldberg (2014).

        The score of a key is the product of (1 + cos) / 2 with every positive item, divided by the product of the same
        with every negative one plus 1e-6.

        Parameters
        ----------
        positive, negative : key, vector, or a list of those
        topn : int or None
            How many. None: the scores of all rows.
        restrict_vocab : int, optional
            Look only at the first `restrict_vocab` rows.

        Returns
        -------
        list of (key, float)
            As `most_similar`.

        Raises
        ------
        KeyError, ValueError
            If a key is missing; if there is no positive item.

        Examples
        --------
        >>> [key for key, score in kv.most_similar_cosmul(["apple", "car"], "pear", topn=1)]
        ['bus']
        """
        if _is_below_one(topn):
            return []
        raising, lowering = _as_items(positive), _as_items(negative)
        if not raising:
            raise ValueError("`positive` must hold at least one key or vector: cannot compute similarity with no input")
        queries, own = self._unit_queries(raising + lowering)
        rows = self._searched_rows(0, None, restrict_vocab)
        closeness = self.searched_rows(rows).cosines(queries)
        closeness += 1
        closeness /= 2
        scores = np.prod(closeness[: len(raising)], axis=0)
        scores /= np.prod(closeness[len(raising) :], axis=0) + scores.dtype.type(1e-6)
        if topn is None:
            return scores
        excluded = [index for index in own.tolist() if index >= 0]
        best = greatest(scores, topn + len(excluded))
        return self._named(best, scores[best], excluded, topn)

    def relative_cosine_similarity(self, wa: Any, wb: Any, topn: int = 10) -> float:
        """Return the similarity of two keys over the sum of those of the `topn` neighbours of the first.

        Above 0.10, for ``topn=10``, the two are nearer than any two arbitrary words (Leeuwenberg et al., 2016).

        Raises
        ------
        KeyError, ValueError
            If a key is missing; if `wa` has no neighbours.
        """
        neighbours = self.similar_by_key(wa, topn)
        if not neighbours:
            raise ValueError(f"`topn` must leave at least one neighbour, got {topn}")
        total: float = sum(cosine for _, cosine in neighbours)
        return float(self.similarity(wa, wb)) / total

    def most_similar_batch(self, keys_or_matrix: Any, topn: int = 10) -> tuple[NDArray[np.int32], NDArray[Any]]:
        """Return the nearest rows for many queries in one pass.

        Parameters
        ----------
        keys_or_matrix : list of keys and vectors, or array of shape (n, vector_size)
            A key is left out of its own neighbours, as in `most_similar`; a vector leaves nothing out.
        topn : int
            How many neighbours; at most the number of rows.

        Returns
        -------
        indices : ndarray of int32, shape (n, topn)
            Rows, nearest first, the lower first among equals; ``kv.index_to_key[i]`` is the key of one. Fewer columns
            where there are fewer rows to be found.
        cosines : ndarray of float32, shape (n, topn)
            float64 for vectors stored as such. Equal to what `most_similar` gives, whatever else is asked in the same
            call and however many threads there are.

        Raises
        ------
        KeyError, TypeError, ValueError
            If a key is missing; if `topn` is no whole number; if vectors have the wrong size.

        Examples
        --------
        >>> indices, cosines = kv.most_similar_batch(["apple", "car"], topn=1)
        >>> [kv.index_to_key[index] for index in indices[:, 0]]
        ['pear', 'bus']
        """
        if not isinstance(topn, Integral):
            raise TypeError(f"`topn` must be a whole number, got {topn!r}")
        wanted = max(0, min(int(topn), len(self._vectors)))
        if isinstance(keys_or_matrix, np.ndarray) and keys_or_matrix.dtype.kind == "f":
            rows = as_rows("keys_or_matrix", keys_or_matrix, self.vector_size, working_dtype(self._vectors.dtype))
            queries, own = unit_rows(rows), np.full(len(rows), -1)
        else:
            queries, own = self._unit_queries(_as_items(keys_or_matrix))
        any_key = bool((own >= 0).any())
        indices, cosines = self.searched_rows().nearest(queries, wanted + any_key)
        return _without_own(indices, cosines, own, wanted) if any_key else (indices, cosines)

    def _unit_queries(self, items: list[Any]) -> tuple[NDArray[Any], NDArray[np.intp]]:
        """Queries of length one (n, dim), and the row that each is the vector of, -1 for none."""
        dtype = working_dtype(self._vectors.dtype)
        queries = np.empty((len(items), self.vector_size), dtype=dtype)
        own = np.full(len(items), -1, dtype=np.intp)
        for place, item in enumerate(items):
            if isinstance(item, KEY_TYPES):
                if item not in self:
                    raise MissingKeyError(item, self.key_to_index)
                queries[place] = self.get_vector(item, norm=True)
                index = self._index_or_none(item)
                own[place] = -1 if index is None else index
            else:
                queries[place] = as_vector("vector", item, self.vector_size, dtype)
        return unit_rows(queries), own


def _as_items(argument: Any) -> list[Any]:
    """A list of items, where one item may stand for a list of one; a pair of a key and a weight is one item."""
    if isinstance(argument, tuple) and len(argument) == 2 and isinstance(argument[1], (float, np.floating)):
        return [argument]
    return as_list(argument)


def _is_below_one(topn: Any) -> bool:
    if topn is not None and not isinstance(topn, Integral):
        raise TypeError(f"`topn` must be a whole number or None, got {topn!r}")
    return topn is not None and int(topn) < 1


def _without_own(
    indices: NDArray[np.int32], cosines: NDArray[Any], own: NDArray[np.intp], wanted: int
) -> tuple[NDArray[np.int32], NDArray[Any]]:
    """Drop each query's own row, or its last column where that row is not among those found."""
    found = indices == own[:, np.newaxis]
    # Where a query that is no key stands beside keys, and every row is asked for, its last neighbour goes too.
    found[~found.any(axis=1), -1] = True
    kept = (len(indices), indices.shape[1] - 1)
    return indices[~found].reshape(kept)[:, :wanted], cosines[~found].reshape(kept)[:, :wanted]
