"""Word vectors that a new model reads beside the characters of words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...errors import VocabularyError
from ...text.characters import BEGIN_SENTENCE, END_SENTENCE
from ...vectors import KeyedVectors
from ..options import ELMoOptions
from ..state import ModelState
from ..token_inputs import InputWords, TokenInputs
from ..vocabulary import UNKNOWN, TargetWords

__all__ = ["fill_word_vectors", "inputs_with_word_vectors", "require_known_words"]

_OTHERS = (UNKNOWN, BEGIN_SENTENCE, END_SENTENCE)  # rows of zeros before those of the words


def inputs_with_word_vectors(
    options: ELMoOptions, vectors: KeyedVectors | None, previous: ModelState | None
) -> tuple[ELMoOptions, TokenInputs]:
    """Return the options and the inputs of a model that is trained with word vectors.

    Parameters
    ----------
    options : ELMoOptions
        Options of the model.
    vectors : KeyedVectors or None
        The word vectors; None for a model without them, or to keep those of `previous`.
    previous : ModelState or None
        State that training starts from.

    Returns
    -------
    options : ELMoOptions
        Options with the sizes of the vectors.
    inputs : TokenInputs
        How words are looked up.

    Raises
    ------
    TypeError
        If `vectors` is something else, or has keys that are not str.
    ValueError
        If the model cannot have word vectors, or they are empty or not finite.
    """
    if vectors is None:
        return options, TokenInputs() if previous is None else previous.inputs
    if not isinstance(vectors, KeyedVectors):
        raise TypeError(f"word_vectors must be a KeyedVectors, got {type(vectors).__name__}; models have it as `wv`")
    if previous is not None:
        raise ValueError("word_vectors must be None for a model that has parameters: only new models take them")
    if options.token_input:
        raise ValueError("word_vectors must be None for a model with token_input, which reads no characters")
    words = list(vectors.index_to_key)
    if not words:
        raise ValueError("word_vectors must have at least one word, got none")
    wrong = next((word for word in words if not isinstance(word, str)), None)
    if wrong is not None:
        raise TypeError(f"the keys of word_vectors must be str, got {wrong!r:.60}")
    if not np.isfinite(vectors.vectors).all():
        raise ValueError("word_vectors must be finite, got NaN or infinite values")
    rows = InputWords(words=[*_OTHERS, *words], unknown=0, begin_sentence=1, end_sentence=2)
    sizes = replace(options, word_dim=vectors.vector_size, n_input_words=len(rows.words))
    return sizes, TokenInputs(words=rows)


def require_known_words(vectors: KeyedVectors, words: TargetWords) -> None:
    """Check that word vectors belong to the text.

    Parameters
    ----------
    vectors : KeyedVectors
        The word vectors.
    words : TargetWords
        The output vocabulary.

    Raises
    ------
    VocabularyError
        If they have no word in common: all words of the text would read the same vector.
    """
    if not any(word in vectors for word in words.words if word not in _OTHERS):
        raise VocabularyError(
            f"word_vectors must have words of the vocabulary, got {len(vectors)} words like "
            f"{vectors.index_to_key[0]!r:.60}, none of which is among its {len(words)} words; prepare the text as that "
            "of the vectors was prepared, for example with lowercase=True"
        )


def fill_word_vectors(state: ModelState, vectors: KeyedVectors, inputs: TokenInputs) -> None:
    """Write the initial values of the word vectors of a new model.

    Parameters
    ----------
    state : ModelState
        State of the model, which is changed.
    vectors : KeyedVectors
        The values.
    inputs : TokenInputs
        How words are looked up.
    """
    rows = state.parameters["word_embed"]
    rows[: len(_OTHERS)] = 0.0
    rows[len(_OTHERS) :] = vectors.vectors
    state.inputs = inputs
