"""The steps of `build_vocab` one by one, as gensim has them, and the tables that gensim keeps beside a vocabulary."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ... import _core
from ...errors import VocabularyError
from ...runtime.compute import requested_workers
from ...runtime.options import flag_option
from ...storage.paths import AnyPath
from ...text import RawCounts, TrimRule
from ..arguments import checked_trim_rule
from .vocabulary import VocabularyBuilding, VocabularyChoice, with_null_word

__all__ = ["VocabularySteps"]

logger = logging.getLogger(__name__)

_MOST_KEPT = 2**32 - 1  # of `sample_int`: such a word is never thinned


class VocabularySteps(VocabularyBuilding):
    """The part of a model that lets its owner go step by step from a corpus to weights."""

    hashfxn: Any
    _cum_table_end = 2**31 - 1

    def scan_vocab(
        self,
        corpus_iterable: Any = None,
        corpus_file: AnyPath | None = None,
        progress_per: int = 10_000,
        workers: int | None = None,
        trim_rule: TrimRule | None = None,
    ) -> tuple[int, int]:
        """Count the words of a corpus into `raw_vocab`; returns how many words and sentences it holds.

        Examples
        --------
        >>> model = Word2Vec(min_count=1, vector_size=8)
        >>> model.scan_vocab([["a", "few", "words"]])
        (3, 1)
        >>> model.prepare_vocab()["num_retained_words"]
        3
        """
        counts = self._counted(
            corpus_iterable,
            corpus_file,
            checked_trim_rule(trim_rule),
            self.workers if workers is None else requested_workers(workers),
        )
        self._raw_counts = counts
        return counts.raw_words, counts.raw_sentences

    @property
    def raw_vocab(self) -> dict[str, int]:
        """Counts of all words scanned, made anew each time; empty unless they were kept. May be set."""
        if self._raw_counts is None:
            return {}
        return dict(zip(self._raw_counts.words, self._raw_counts.counts.tolist(), strict=True))

    @raw_vocab.setter
    def raw_vocab(self, counts: Mapping[str, int]) -> None:
        self._raw_counts = RawCounts.from_frequencies(counts)

    def prepare_vocab(
        self,
        update: bool = False,
        keep_raw_vocab: bool = False,
        trim_rule: TrimRule | None = None,
        min_count: int | None = None,
        sample: float | None = None,
        dry_run: bool = False,
    ) -> dict[str, int]:
        """Make the vocabulary of what `scan_vocab` has counted, with initial weights.

        Parameters
        ----------
        update : bool
            Add to the vocabulary there is.
        keep_raw_vocab : bool
            Keep `raw_vocab`.
        trim_rule : callable, optional
            As in `build_vocab`.
        min_count, sample : optional
            Become the model's own.
        dry_run : bool
            Only report; nothing is changed.

        Returns
        -------
        dict
            ``num_retained_words``, ``retain_total`` (their occurrences), ``drop_unique`` (words left out),
            ``downsample_unique`` (words that `sample` thins), ``downsample_total`` (occurrences that it leaves).

        Raises
        ------
        VocabularyError
            If nothing was scanned, or no word is left.
        """
        if self._raw_counts is None:
            raise VocabularyError("prepare_vocab needs counts: call scan_vocab first")
        settings = self._settings_with(min_count=min_count, sample=sample)
        choice = self._chosen(self._raw_counts, settings, checked_trim_rule(trim_rule), update=update)
        if not flag_option("dry_run", dry_run):
            self._adopt(choice, update=update)
            self._raw_counts = self._raw_counts if keep_raw_vocab else None
        return _report_values(choice)

    def prepare_weights(self, update: bool = False) -> None:
        """Make all weights initial, or, with `update`, only those of new words; `prepare_vocab` has done so."""
        if update:
            self.update_weights()
        else:
            self.init_weights()

    def init_weights(self) -> None:
        """Forget what was learnt: all weights as they were before training, the vocabulary as it is."""
        with self._layers.exclusively():
            self._layers.reset(self.options)

    def update_weights(self) -> None:
        """Give weights to the words that have none.

        Raises
        ------
        VocabularyError
            If there is no vocabulary yet.
        """
        if len(self._layers.wv.vectors) == 0:
            raise VocabularyError("update_weights adds to a vocabulary, and there is none; build one first")
        with self._layers.exclusively():
            self._layers.fit(self.options)

    def add_null_word(self) -> None:
        """Add the padding word ``"\\0"`` with a count of 1, unless it is there."""
        with self._layers.exclusively():
            vocabulary = with_null_word(self._current_vocabulary())
            if len(vocabulary) > len(self._layers.wv):
                self._layers.take_vocabulary(vocabulary, self.options, first_new=len(self._layers.wv))

    def create_binary_tree(self) -> None:
        """Put each word's Huffman code into ``wv``, as the attributes ``code`` and ``point``.

        Training makes the same tree from the counts and does not read them.
        """
        paths = _core.word2vec.huffman_paths(self._layers.counts)
        for place, name in enumerate(("point", "code")):
            column = np.empty(len(paths), dtype=object)
            for row, path in enumerate(paths):
                column[row] = path[place]
            self._layers.wv.expandos[name] = column

    def make_cum_table(self, domain: int = 2**31 - 1) -> None:
        """Set the last entry of `cum_table`."""
        self._cum_table_end = int(domain)

    @property
    def cum_table(self) -> NDArray[np.uint32]:
        """Cumulative shares of the noise words, made from the counts each time; training draws by the same shares.

        Raises
        ------
        AttributeError
            If the model has no negative sampling.
        """
        if not self.options.negative:
            raise AttributeError("no `cum_table`: the model has no negative sampling")
        weights = self._layers.counts.astype(np.float64) ** self.options.ns_exponent
        cumulative = np.cumsum(weights)
        return np.rint(cumulative / cumulative[-1:] * self._cum_table_end).astype(np.uint32)

    def seeded_vector(self, seed_string: str, vector_size: int) -> NDArray[np.float32]:
        """Return a small random vector that depends on `seed_string` alone, by way of `hashfxn`; gensim's numbers."""
        generator = np.random.default_rng(self.hashfxn(seed_string) & 0xFFFFFFFF)
        return np.asarray((generator.random(vector_size).astype(np.float32) - 0.5) / vector_size, dtype=np.float32)

    def init_sims(self, replace: bool = False) -> None:
        """Deprecated: as `KeyedVectors.init_sims`, for ``wv``."""
        self._layers.wv.init_sims(replace=replace)


def _report_values(choice: VocabularyChoice) -> dict[str, int]:
    counts = choice.vocabulary.counts
    kept = _core.word2vec.keep_thresholds(counts, choice.options.sample)
    return {
        "drop_unique": choice.report.dropped_words,
        "retain_total": choice.report.retained_total,
        "downsample_unique": int((kept < _MOST_KEPT).sum()),
        "downsample_total": int((counts * (kept / _MOST_KEPT)).sum()),
        "num_retained_words": choice.report.retained_words,
    }
