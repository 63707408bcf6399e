"""Training with word vectors beside the characters of words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordkin import ELMo, KeyedVectors, Word2Vec
from wordkin.errors import FormatError, VocabularyError

Sentences = list[list[str]]
MakeModel = Callable[..., ELMo]
Options = dict[str, Any]


@pytest.fixture
def vectors(sentences: Sentences) -> KeyedVectors:
    """Vectors of some words of the text, and of one that does not occur in it."""
    found = KeyedVectors(5)
    words = sorted({word for sentence in sentences for word in sentence})[::2]
    values = np.random.default_rng(1).standard_normal((len(words) + 1, 5)).astype(np.float32)
    found.add_vectors(["elsewhere", *words], values)
    return found


def rows_of(model: ELMo) -> Any:
    """Return the word vectors of a model, without the first three, which are those of other words."""
    return model.parameters["word_embed"][3:]


def test_vectors_are_trained_or_frozen(
    small_model: MakeModel, sentences: Sentences, quick: Options, vectors: KeyedVectors
) -> None:
    frozen, trained = small_model(), small_model()
    frozen.train(sentences, **quick, word_vectors=vectors, train_word_vectors=False)
    trained.train(sentences, **quick, word_vectors=vectors)
    assert (frozen.options.word_dim, frozen.options.n_input_words) == (5, len(vectors) + 3)
    np.testing.assert_array_equal(rows_of(frozen), vectors.vectors)
    np.testing.assert_array_equal(frozen.parameters["word_embed"][:3], 0)
    changed = (rows_of(trained) != vectors.vectors).any(axis=1)
    assert vectors.index_to_key[0] == "elsewhere"
    assert changed.tolist() == [False, *[True] * (len(vectors) - 1)]
    assert trained.parameters["word_embed"][:3].any(axis=1).all()
    projection = frozen.parameters["CNN_proj/W_word"]
    assert projection.shape == (5, frozen.options.projection_dim)
    frozen.train(sentences, **quick, max_steps=1)  # later runs may train them
    assert (rows_of(frozen) != vectors.vectors).any()


def test_words_are_looked_up_when_a_model_is_used(
    small_model: MakeModel, sentences: Sentences, quick: Options, vectors: KeyedVectors, tmp_path: Path
) -> None:
    model = small_model()
    model.train(sentences, **quick, word_vectors=vectors, validation=sentences[:5])
    model.save_pretrained(tmp_path / "model")
    loaded = ELMo.from_pretrained(tmp_path / "model")
    assert loaded.options == model.options
    expected = model.encode(sentences, "all", workers=1, progress=False)
    for one, other in zip(loaded.encode(sentences, "all", workers=1, progress=False), expected, strict=True):
        np.testing.assert_array_equal(one, other)
    assert loaded.perplexity(sentences, workers=1) == model.perplexity(sentences, workers=1)
    word = vectors.index_to_key[1]
    before = model.encode([[word], ["unknown"]], 0, workers=1, progress=False)
    model.parameters["word_embed"][4] += 1.0
    model.parameters_changed()
    after = model.encode([[word], ["unknown"]], 0, workers=1, progress=False)
    step = np.tile(model.parameters["CNN_proj/W_word"].sum(axis=0), 2)
    np.testing.assert_allclose(after[0][0] - before[0][0], step, rtol=0, atol=1e-5)
    np.testing.assert_array_equal(after[1], before[1])


def test_runs_resume_bit_for_bit(
    small_model: MakeModel, sentences: Sentences, quick: Options, vectors: KeyedVectors, tmp_path: Path
) -> None:
    options = {**quick, "word_vectors": vectors, "epochs": 2, "optimizer": "adam"}
    whole, parts = small_model(), small_model()
    whole.train(sentences, **options)
    parts.train(sentences, **options, checkpoint=tmp_path, max_steps=3)
    again = small_model()
    again.train(sentences, **options, checkpoint=tmp_path)
    for name, tensor in whole.parameters.items():
        np.testing.assert_array_equal(again.parameters[name], tensor, err_msg=name)
    for other, difference in (
        ({"word_vectors": None}, "word_dim=5, this run: 0"),
        ({"train_word_vectors": False}, "train_word_vectors=True, this run: False"),
    ):
        with pytest.raises(FormatError, match=difference):
            small_model().train(sentences, **{**options, **other}, checkpoint=tmp_path)
    renamed = KeyedVectors(5)
    first, *others = vectors.index_to_key
    renamed.add_vectors([f"{first}.", *others], vectors.vectors)
    with pytest.raises(FormatError, match="input_words_checksum"):
        small_model().train(sentences, **{**options, "word_vectors": renamed}, checkpoint=tmp_path)


def test_vectors_of_other_words_are_an_error(small_model: MakeModel, sentences: Sentences, quick: Options) -> None:
    unrelated = KeyedVectors(2)
    unrelated.add_vectors(["Straße", "<UNK>", "<S>"], np.eye(3, 2))
    with pytest.raises(VocabularyError, match="got 3 words like 'Straße', none of which is among its"):
        small_model().train(sentences, **quick, word_vectors=unrelated)


def test_invalid_word_vectors_are_errors(
    small_model: MakeModel, sentences: Sentences, quick: Options, vectors: KeyedVectors
) -> None:
    numbers, infinite = KeyedVectors(2), KeyedVectors(2)
    numbers.add_vectors([1, 2], np.eye(2))
    infinite.add_vectors(["a", "b"], np.array([[1.0, np.inf], [0.0, np.nan]]))
    word2vec = Word2Vec(sentences, vector_size=2, min_count=1, epochs=1, workers=1)
    fitted = small_model()
    fitted.initialize(["w1"])
    for model, given, error, message in (
        (small_model(), word2vec, TypeError, "must be a KeyedVectors, got Word2Vec; models have it as `wv`"),
        (small_model(), numbers, TypeError, "the keys of word_vectors must be str, got 1"),
        (small_model(), KeyedVectors(2), ValueError, "at least one word, got none"),
        (small_model(), infinite, ValueError, "must be finite"),
        (small_model(token_input=True), vectors, ValueError, "token_input, which reads no characters"),
        (fitted, vectors, ValueError, "only new models take them"),
    ):
        with pytest.raises(error, match=message):
            model.train(sentences, **quick, word_vectors=given)
