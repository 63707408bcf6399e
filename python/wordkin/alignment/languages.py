"""Supervised mapping of the vectors of two languages into one space."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import VocabularyError
from ..runtime.options import real_option
from ..vectors import KeyedVectors
from ..vectors.arrays import unit_rows
from .common_words import require_same_size, with_vectors
from .retrieval import csls_neighbours

__all__ = ["LanguageMapping", "map_languages"]

Matrix = NDArray[np.float64]

# A dictionary whose vectors are linearly dependent up to this fraction of the greatest singular value is not whitened.
_SMALLEST_SINGULAR_VALUE = 1e-7


@dataclass(frozen=True, kw_only=True)
class LanguageMapping:
    """Vectors of two languages in one space.

    Parameters
    ----------
    source, target : KeyedVectors
        The mapped vectors of the two languages.
    pairs : int
        Number of pairs of the dictionary that both languages have, which the mapping was fitted on.
    unknown : list of (str, str)
        Pairs of the dictionary that were left out, because at least one word has no vector.
    """

    source: KeyedVectors
    target: KeyedVectors
    pairs: int
    unknown: list[tuple[str, str]]

    def translate(
        self, words: Iterable[str], *, topn: int = 10, neighbourhood: int = 10
    ) -> list[list[tuple[str, float]]]:
        """Find translations of words by CSLS.

        Parameters
        ----------
        words : iterable of str
            Words of the source language.
        topn : int, default 10
            Number of results per word (>= 1).
        neighbourhood : int, default 10
            Number of nearest neighbours that are averaged; see `csls_neighbours`.

        Returns
        -------
        list of list of (str, float)
            For each word, the target words with the greatest scores.

        Raises
        ------
        KeyError
            If a word has no vector.
        """
        return csls_neighbours(self.source, self.target, list(words), topn=topn, neighbourhood=neighbourhood)

    def accuracy(self, dictionary: Iterable[tuple[str, str]], *, topn: int = 1, neighbourhood: int = 10) -> float:
        """Return the fraction of words whose translation is found.

        Parameters
        ----------
        dictionary : iterable of (str, str)
            Pairs to test with, other than those that the mapping was fitted on. A source word may have several
            translations; finding one of them is enough. Pairs without vectors are ignored.
        topn : int, default 1
            Number of results among which a translation counts as found (>= 1).
        neighbourhood : int, default 10
            See `csls_neighbours`.

        Returns
        -------
        float
            The fraction of distinct source words, between 0 and 1.

        Raises
        ------
        VocabularyError
            If no pair of the dictionary has vectors.
        """
        known, unknown = _split_pairs(self.source, self.target, dictionary)
        if not known:
            raise VocabularyError(_no_pairs(len(unknown)))
        expected: dict[str, set[str]] = {}
        for word, translation in known:
            expected.setdefault(word, set()).add(translation)
        answers = self.translate(expected, topn=topn, neighbourhood=neighbourhood)
        hits = [
            any(word in wanted for word, _ in found) for wanted, found in zip(expected.values(), answers, strict=True)
        ]
        return sum(hits) / len(hits)


def map_languages(
    source: KeyedVectors,
    target: KeyedVectors,
    dictionary: Iterable[tuple[str, str]],
    *,
    whiten: bool = True,
    reweight: float = 0.5,
) -> LanguageMapping:
    """Map the vectors of two languages into one space, from a dictionary of known translations.

    The steps are those of VecMap's supervised mode: vectors are scaled to unit norm, centred, and scaled again; both
    languages are whitened on the words of the dictionary; an orthogonal mapping of both brings corresponding
    directions together; each direction is weighted by its cross-correlation to the power `reweight`; and the
    whitening is undone.

    Parameters
    ----------
    source, target : KeyedVectors
        Vectors of the two languages, of the same `vector_size`; they are not changed.
    dictionary : iterable of (str, str)
        Pairs of a source word and its translation; some thousands are usual, and `whiten` needs more than
        `vector_size`. Pairs without vectors are left out and listed in the result.
    whiten : bool, default True
        Whiten both languages before the orthogonal mapping. False gives the plain orthogonal mapping, which also works
        with few pairs.
    reweight : float, default 0.5
        Power of the cross-correlation that weights each direction of both languages, between 0 (no weights) and 1;
        used with `whiten` only.

    Returns
    -------
    LanguageMapping
        The mapped vectors, and how many pairs were used.

    Raises
    ------
    VocabularyError
        If no pair of the dictionary has vectors.
    ValueError
        If the sizes differ, a vector is not finite, or the dictionary is too small for whitening.

    References
    ----------
    M. Artetxe, G. Labaka, E. Agirre: Generalizing and improving bilingual word embedding mappings with a multi-step
    framework of linear transformations. AAAI 2018.

    Examples
    --------
    >>> import numpy as np
    >>> import wordkin
    >>> from wordkin.alignment import map_languages
    >>> rows = np.random.default_rng(1).normal(size=(50, 4))
    >>> english, french = wordkin.KeyedVectors(4), wordkin.KeyedVectors(4)
    >>> english.add_vectors([f"e{number}" for number in range(50)], rows)
    >>> french.add_vectors([f"f{number}" for number in range(50)], rows[:, ::-1])
    >>> mapping = map_languages(english, french, [(f"e{number}", f"f{number}") for number in range(30)])
    >>> mapping.translate(["e42"], topn=1, neighbourhood=3)[0][0][0]
    'f42'
    """
    require_same_size("target", target, source)
    reweight = real_option("reweight", reweight, 0.0, 1.0)
    known, unknown = _split_pairs(source, target, dictionary)
    if not known:
        raise VocabularyError(_no_pairs(len(unknown)))
    first, second = _centred("source", source), _centred("target", target)
    first_pairs = first[[source.get_index(word) for word, _ in known]]
    second_pairs = second[[target.get_index(word) for _, word in known]]
    if whiten:
        first_map, second_map = _whitened_maps(first_pairs, second_pairs, reweight)
    else:
        left, _, right = np.linalg.svd(first_pairs.T @ second_pairs)
        first_map, second_map = left, right.T
    return LanguageMapping(
        source=with_vectors(source, first @ first_map),
        target=with_vectors(target, second @ second_map),
        pairs=len(known),
        unknown=unknown,
    )


def _whitened_maps(first: Matrix, second: Matrix, reweight: float) -> tuple[Matrix, Matrix]:
    """Return the product of whitening, rotation, weights and the inverse whitening for each language."""
    first_whitening, second_whitening = _whitening(first), _whitening(second)
    left, correlations, right = np.linalg.svd((first @ first_whitening).T @ (second @ second_whitening))
    weights = np.diag(correlations**reweight)
    maps = []
    for whitening, rotation in ((first_whitening, left), (second_whitening, right.T)):
        maps.append(whitening @ rotation @ weights @ rotation.T @ np.linalg.inv(whitening) @ rotation)
    return maps[0], maps[1]


def _whitening(rows: Matrix) -> Matrix:
    """Return the symmetric matrix W for which the columns of ``rows @ W`` are orthonormal."""
    _, values, right = np.linalg.svd(rows, full_matrices=False)
    size = rows.shape[1]
    if len(values) < size or values[-1] <= _SMALLEST_SINGULAR_VALUE * values[0]:
        raise ValueError(
            f"dictionary must have pairs with {size} linearly independent vectors for whitening, got {len(rows)} "
            "pairs: add pairs, or set whiten=False"
        )
    whitening: Matrix = right.T @ np.diag(1 / values) @ right
    return whitening


def _centred(name: str, vectors: KeyedVectors) -> Matrix:
    rows = np.asarray(vectors.vectors, dtype=np.float64)
    finite = np.isfinite(rows).all(axis=1)
    if not finite.all():
        word = vectors.index_to_key[int(np.argmin(finite))]
        raise ValueError(f"{name} must have finite vectors, got NaN or infinite values for {word!r}")
    units = unit_rows(rows)
    centred: Matrix = unit_rows(units - units.mean(axis=0))
    return centred


def _split_pairs(
    source: KeyedVectors, target: KeyedVectors, dictionary: Iterable[tuple[str, str]]
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return the pairs that both languages have, and the others."""
    known: list[tuple[str, str]] = []
    unknown: list[tuple[str, str]] = []
    for pair in dictionary:
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise TypeError(f"dictionary must contain pairs of words, got {pair!r}")
        word, translation = pair
        is_known = word in source.key_to_index and translation in target.key_to_index
        (known if is_known else unknown).append((word, translation))
    return known, unknown


def _no_pairs(count: int) -> str:
    return (
        f"dictionary must contain pairs of words that both languages have, got {count} pairs with unknown words: check "
        "the direction of the pairs, letter case and tokenization"
    )
