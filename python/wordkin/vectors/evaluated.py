"""Evaluation under gensim's names."""

from __future__ import annotations

from typing import Any

from ..storage.paths import AnyPath
from .search.neighbours import Neighbours

__all__ = ["Evaluated"]


class Evaluated(Neighbours):
    """What test sets can be asked; the part of `KeyedVectors` that `wordkin.vectors.evaluation` stands behind."""

    def evaluate_word_analogies(
        self,
        analogies: AnyPath,
        restrict_vocab: int | None = 300_000,
        case_insensitive: bool = True,
        dummy4unknown: bool = False,
        similarity_function: str = "most_similar",
    ) -> tuple[float, list[dict[str, Any]]]:
        """Answer the analogy questions of a file and return the share of right answers.

        Parameters
        ----------
        analogies : path
            Lines of four words in sections that begin with ``: name``.
        restrict_vocab : int, optional
            Questions and answers come from this many words, the first ones.
        case_insensitive : bool
            Whether words are compared in upper case; of several case variants the first one's vector is taken.
        dummy4unknown : bool
            Whether questions with unknown words count as wrong instead of being left out.
        similarity_function : {"most_similar", "most_similar_cosmul"}

        Returns
        -------
        score : float
        sections : list of dict
            ``section`` (name), ``correct`` and ``incorrect`` (lists of four words); the last is "Total accuracy".

        Raises
        ------
        FormatError, ValueError
            If the file has no questions, or one before the first section; if `similarity_function` is another.

        See Also
        --------
        wordkin.vectors.evaluation.evaluate_analogies : the same with intervals, and for comparing models.
        """
        from .evaluation import gensim_reports

        return gensim_reports.word_analogies(
            self,
            analogies,
            restrict_vocab=restrict_vocab,
            case_insensitive=case_insensitive,
            dummy4unknown=dummy4unknown,
            similarity_function=similarity_function,
        )

    def evaluate_word_pairs(
        self,
        pairs: AnyPath,
        delimiter: str | None = "\t",
        encoding: str = "utf8",
        restrict_vocab: int | None = 300_000,
        case_insensitive: bool = True,
        dummy4unknown: bool = False,
    ) -> tuple[Any, Any, float]:
        """Correlate the similarity of word pairs with the ratings of a file.

        Parameters
        ----------
        pairs : path
            Lines of two words and a number; lines that begin with ``#`` are comments.
        delimiter, encoding : str
            Of the file.
        restrict_vocab, case_insensitive
            As in `evaluate_word_analogies`.
        dummy4unknown : bool
            Whether pairs with unknown words get similarity 0 instead of being left out.

        Returns
        -------
        pearson, spearman : scipy results
            Correlation and two-sided p-value.
        oov_ratio : float
            Percentage of pairs with unknown words.

        Raises
        ------
        ImportError
            If SciPy is not installed: ``pip install 'wordkin[evaluation]'``.
        ValueError
            If no pair is left.

        See Also
        --------
        wordkin.vectors.evaluation.evaluate_pairs : the same with intervals and without SciPy.
        """
        from .evaluation import gensim_reports

        return gensim_reports.word_pairs(
            self,
            pairs,
            delimiter=delimiter,
            encoding=encoding,
            restrict_vocab=restrict_vocab,
            case_insensitive=case_insensitive,
            dummy4unknown=dummy4unknown,
        )

    @staticmethod
    def log_accuracy(section: dict[str, Any]) -> None:
        """Log the score of one section of `evaluate_word_analogies`."""
        from .evaluation import gensim_reports

        gensim_reports.log_section(section)

    @staticmethod
    def log_evaluate_word_pairs(pearson: Any, spearman: Any, oov: float, pairs: Any) -> None:
        """Log the result of `evaluate_word_pairs`."""
        from .evaluation import gensim_reports

        gensim_reports.log_word_pairs(pearson, spearman, oov, pairs)
