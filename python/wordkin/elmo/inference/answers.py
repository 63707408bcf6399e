"""What a model answers as a language model, and the static vectors that it gives."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from ...runtime.compute import Precision
from ...runtime.options import choice_option, integer_option, progress_option
from ...runtime.progress import counted_progress
from ...vectors import KeyedVectors
from .scoring import Direction, TokenScores, scored, substitutes, vocabulary_of
from .sentence_inputs import Tokenizer, checked_sentence, checked_sentences, checked_tokenizer
from .serving import LayersWanted, ServedModel
from .static_vectors import distilled, word_table

__all__ = ["AnsweringModel"]


class AnsweringModel(ServedModel):
    """The part of `ELMo` that answers about words: how probable, which, and with which vectors."""

    def score(
        self,
        sentences: str | Iterable[Any],
        *,
        batch_size: int = 32,
        precision: Precision | None = None,
        progress: Any = None,
        workers: int | None = None,
        tokenizer: Tokenizer | None = None,
    ) -> Any:
        """Return how probable each token of sentences is, by what stands before it and by what stands behind it.

        Each sentence is scored by itself, with the full softmax.

        Parameters
        ----------
        sentences, batch_size, precision, progress, workers, tokenizer
            As in `encode`.

        Returns
        -------
        list of TokenScores, or TokenScores
            One for each sentence; for a single text its own.

        Raises
        ------
        NotFittedError
            If the model predicts no words.
        """
        shown = progress_option(progress)
        size = integer_option("batch_size", batch_size, 1, 2**20)
        is_single = isinstance(sentences, str)
        tokens = checked_sentences([sentences] if is_single else sentences, checked_tokenizer(tokenizer))
        model = self._loaded(workers, precision)
        with counted_progress(shown, sum(map(len, tokens)), " words") as show:
            scores: list[TokenScores] = scored(model, tokens, size, show)
        return scores[0] if is_single else scores

    def substitutes(
        self,
        tokens: str | Iterable[str],
        position: int,
        topn: int = 10,
        *,
        direction: Direction = "both",
        precision: Precision | None = None,
        workers: int | None = None,
        tokenizer: Tokenizer | None = None,
    ) -> list[tuple[str, float]]:
        """Return the most probable words in a place of a sentence, whatever stands there.

        Parameters
        ----------
        tokens : list of str, or str
            The sentence.
        position : int
            The place; negative ones count from the end.
        topn : int
            How many words.
        direction : {"both", "forward", "backward"}
            By the words before the place, by those behind it, or both: the product of both probabilities, scaled to
            sum to 1 over all words.
        precision, workers, tokenizer
            As in `encode`.

        Returns
        -------
        list of (str, float)
            Words with their probabilities, the most probable first.

        Raises
        ------
        IndexError
            If there is no such place.
        NotFittedError
            If the model predicts no words.
        """
        sentence = checked_sentence(tokens, checked_tokenizer(tokenizer))
        place = integer_option("position", position, -(2**62), 2**62)
        if not -len(sentence) <= place < len(sentence):
            raise IndexError(f"position must be a place in a sentence of {len(sentence)} tokens, got {place}")
        count = integer_option("topn", topn, 0, 2**62)
        by: Any = choice_option("direction", direction, ("both", "forward", "backward"))
        model = self._loaded(workers, precision)
        return substitutes(model, sentence, place % len(sentence), topn=count, direction=by)

    def to_keyed_vectors(
        self, words: Iterable[str] | None = None, *, precision: Precision | None = None, workers: int | None = None
    ) -> KeyedVectors:
        """Return the vectors that words have before any context, of any words: the model reads their characters.

        Parameters
        ----------
        words : iterable of str, optional
            By default the model's vocabulary.
        precision, workers
            As in `encode`.

        Returns
        -------
        KeyedVectors
            float32 (words, projection_dim), each word once.

        Raises
        ------
        VocabularyError
            If there are no words.
        """
        model = self._loaded(workers, precision)
        if words is None:
            return word_table(model, list(vocabulary_of(model).words))
        if isinstance(words, str | bytes):
            raise TypeError(f"words must be a list of words, got one {type(words).__name__}: {words[:20]!r}")
        return word_table(model, checked_sentence(words, None))

    def distill(
        self,
        corpus: Any,
        *,
        layers: LayersWanted = "average",
        min_count: int = 1,
        batch_size: int = 32,
        gamma: float = 1.0,
        layer_norm: Literal["bilm", "allennlp"] | None = None,
        precision: Precision | None = None,
        progress: Any = None,
        workers: int | None = None,
    ) -> KeyedVectors:
        """Return static vectors from contextual ones: of each word the mean over all its occurrences in a text.

        Parameters
        ----------
        corpus
            As in `train`.
        layers, batch_size, gamma, layer_norm, precision, progress, workers
            As in `encode`; one vector of a token is needed, so not all layers.
        min_count : int
            Words that occur less often get no vector.

        Returns
        -------
        KeyedVectors
            float32 (words, 2 * projection_dim), the most frequent first, with their counts.

        Raises
        ------
        CorpusError, VocabularyError
            If the text has no words, or none that often.
        """
        shown = progress_option(progress)
        least = integer_option("min_count", min_count, 1, 2**62)
        encoding = self._encoding(layers, gamma, layer_norm, None, False, batch_size, None, None)
        if encoding.choice.shares is None:
            raise ValueError("layers must give one vector of a token, such as 'average' or 'top', got 'all'")
        model = self._loaded(workers, precision)
        with counted_progress(shown, 0, " words") as show:
            return distilled(model, corpus, encoding, workers=model.threads, min_count=least, show=show)
