"""Updates of the vocabulary, and vectors that the user replaces or locks between trainings."""

from __future__ import annotations

import numpy as np
import pytest

from reference.word2vec import keep_probabilities, least_weighted_path_length
from wordkin import KeyedVectors, Word2Vec, _core
from wordkin.errors import VocabularyError
from wordkin.word2vec.state import word_counts

Sentences = list[list[str]]
MORE = [["w0", "new", "w3"], ["new", "newer", "w0"]] * 30


def counts_of(*texts: Sentences) -> dict[str, int]:
    counts: dict[str, int] = {}
    for text in texts:
        for sentence in text:
            for word in sentence:
                counts[word] = counts.get(word, 0) + 1
    return counts


@pytest.mark.parametrize("objective", [{}, {"sg": 1, "hs": 1, "negative": 0}, {"hs": 1}])
def test_update_adds_words_and_counts(sentences: Sentences, objective: dict[str, int]) -> None:
    model = Word2Vec(sentences, min_count=1, vector_size=20, epochs=1, workers=1, sample=0.01, **objective)
    old, old_words = model.wv.vectors.copy(), list(model.wv.index_to_key)
    old_output = model.syn1neg.copy() if model.options.negative else None
    model.build_vocab(MORE, update=True)
    expected = counts_of(sentences, MORE)
    words = model.wv.index_to_key
    assert words == [*old_words, "new", "newer"]  # new words come after the others
    counts = np.array([expected[word] for word in words])
    np.testing.assert_array_equal(model.wv.expandos["count"], counts)
    # Subsampling, noise and Huffman codes use the counts of both corpora together; thresholds have 32 bits.
    np.testing.assert_allclose(model.wv.expandos["sample_int"] / 2.0**32, keep_probabilities(counts, 0.01), atol=2**-31)
    paths = _core.word2vec.huffman_paths(word_counts(model.wv.table))
    weighted = sum(int(count) * len(codes) for count, (_, codes) in zip(counts, paths, strict=True))
    assert weighted == least_weighted_path_length(counts.tolist())
    # Trained vectors stay, new words have initial vectors.
    np.testing.assert_array_equal(model.wv.vectors[: len(old)], old)
    assert (np.abs(model.wv.vectors[len(old) :]) <= 1 / 20).all()
    assert model.wv.vectors[len(old) :].any()
    if old_output is not None:
        np.testing.assert_array_equal(model.syn1neg[: len(old)], old_output)
        assert not model.syn1neg[len(old) :].any()
    assert model.corpus_count == len(MORE)  # of the last corpus, which `train` reads next
    assert model.corpus_total_words == sum(map(len, MORE))
    trained, _ = model.train(MORE, total_examples=len(MORE), epochs=20)
    share = keep_probabilities(counts, 0.01)[[words.index(word) for sentence in MORE for word in sentence]]
    assert abs(trained - 20 * share.sum()) < 5 * np.sqrt(20 * (share * (1 - share)).sum())
    assert np.isfinite(model.wv.vectors).all()
    assert (model.wv["new"] != 0).all()
    assert model.wv.similarity("new", "newer") > model.wv.similarity("new", old_words[-1])


def test_several_updates(sentences: Sentences) -> None:
    model = Word2Vec(sentences, min_count=1, vector_size=8, epochs=1, workers=2, hs=1)
    for number in range(3):
        text = [[f"new{number}", "w0", f"newer{number}"]] * 3
        model.build_vocab(text, update=True)
        model.train(text, total_examples=len(text), epochs=1)
    assert len(model.wv) == len(model.syn1) == len(model.syn1neg) == len(counts_of(sentences)) + 6
    assert model.wv.get_vecattr("w0", "count") == counts_of(sentences)["w0"] + 9


def test_update_without_new_words(sentences: Sentences) -> None:
    model = Word2Vec(sentences, min_count=1, vector_size=8, epochs=1, workers=1)
    before = model.wv.vectors.copy()
    model.build_vocab([["w0"] * 10], update=True)
    np.testing.assert_array_equal(model.wv.vectors, before)
    model.train([["w0", "w1"]], total_examples=1, epochs=1)


def test_build_vocab_can_change_settings(sentences: Sentences) -> None:
    model = Word2Vec(min_count=1, vector_size=8)
    model.build_vocab(sentences, min_count=10, sample=0)
    assert min(counts_of(sentences)[word] for word in model.wv.index_to_key) >= 10
    assert (model.wv.expandos["sample_int"] == 2**32 - 1).all()
    with pytest.raises(TypeError, match="no_such"):
        model.build_vocab(sentences, no_such=1)
    with pytest.raises(ValueError, match="min_count"):
        model.build_vocab("missing file", min_count=-1)  # checked before the corpus is opened


def test_vectors_lockf_grows_with_the_vocabulary(sentences: Sentences) -> None:
    model = Word2Vec(sentences, min_count=1, vector_size=8, epochs=1, workers=1)
    old = len(model.wv)
    model.wv.vectors_lockf = np.zeros(old, dtype=np.float32)
    model.build_vocab(MORE, update=True)
    before = model.wv.vectors.copy()
    model.train(MORE, total_examples=len(MORE), epochs=2)
    np.testing.assert_array_equal(model.wv.vectors[:old], before[:old])
    assert (model.wv.vectors[old:] != before[old:]).any()
    model.wv.vectors_lockf = np.zeros(1, dtype=np.float32)  # one entry for all words
    before = model.wv.vectors.copy()
    model.train(MORE, total_examples=len(MORE), epochs=1)
    np.testing.assert_array_equal(model.wv.vectors, before)
    for wrong in (np.ones(3, np.float32), np.ones((old + 2, 1), np.float32)):
        model.wv.vectors_lockf = wrong
        with pytest.raises(ValueError, match=rf"vectors_lockf must have 1 entry or {old + 2}"):
            model.train(MORE, total_examples=len(MORE), epochs=1)


def test_replaced_vectors_are_trained(sentences: Sentences) -> None:
    """Also if they are float64 or float16, and not padded."""
    model = Word2Vec(sentences, min_count=1, vector_size=8, epochs=1, workers=1)
    own = np.linspace(-1, 1, len(model.wv) * 8).reshape(-1, 8)
    for dtype in (np.float64, np.float32, np.float16):
        model.wv.vectors = own.astype(dtype)
        model.train(sentences, total_examples=1, epochs=1, start_alpha=1e-9, end_alpha=1e-9)
        # A learning rate of 1e-9 moves vectors by less than their rounding to float32.
        np.testing.assert_allclose(model.wv.vectors, own.astype(dtype), atol=1e-6)
        assert model.wv.vectors.dtype == np.float32


def test_replaced_wv_is_trained(sentences: Sentences) -> None:
    model = Word2Vec(sentences, min_count=1, vector_size=8, epochs=1, workers=1, sample=0)
    other = KeyedVectors(8)
    other.add_vectors(["x", "y", "z"], np.eye(3, 8, dtype=np.float32))
    model.wv = other
    with pytest.raises(VocabularyError, match=r"counts.*set_vecattr"):
        model.train([["x", "y", "z"]], total_examples=1, epochs=1)
    for word, count in (("x", 3), ("y", 2), ("z", 1)):
        other.set_vecattr(word, "count", count)
    assert model.train([["x", "y", "z", "w0"]], total_examples=1, epochs=3, start_alpha=0.5) == (9, 12)
    assert model.wv is other
    assert not np.array_equal(other.vectors, np.eye(3, 8))
    assert len(model.syn1neg) == 3
    for bad, error in ((KeyedVectors(9), ValueError), (np.eye(8), TypeError)):
        with pytest.raises(error, match="wv must"):
            model.wv = bad


def test_replaced_output_layer_is_copied(sentences: Sentences) -> None:
    model = Word2Vec(sentences, min_count=1, vector_size=8, epochs=1, workers=1)
    own = np.ones((len(model.wv), 8))
    model.syn1neg = own
    np.testing.assert_array_equal(model.syn1neg, own)
    own[:] = 5
    assert (model.syn1neg == 1).all()
    with pytest.raises(ValueError, match="syn1neg must have the shape"):
        model.syn1neg = np.ones((2, 8))
    with pytest.raises(AttributeError, match="syn1"):
        _ = model.syn1


def test_reset_from_copies_the_vocabulary(sentences: Sentences) -> None:
    first = Word2Vec(sentences, min_count=1, vector_size=8, epochs=1, workers=1)
    second = Word2Vec(vector_size=4, workers=1)
    second.reset_from(first)
    assert second.wv.index_to_key == first.wv.index_to_key
    assert second.corpus_total_words == first.corpus_total_words
    second.train(sentences, total_examples=second.corpus_count, epochs=1)
    assert second.wv.vectors.shape == (len(first.wv), 4)


def test_null_word(sentences: Sentences) -> None:
    model = Word2Vec(sentences, min_count=1, vector_size=8, epochs=1, null_word=1)
    assert model.wv.index_to_key[-1] == "\0"
    assert model.wv.get_vecattr("\0", "count") == 1
    with_nul = Word2Vec([["a", "\0", "b"]] * 9, min_count=1, vector_size=8, epochs=1, null_word=1)
    assert sorted(with_nul.wv.index_to_key) == ["\0", "a", "b"]  # the corpus contains it as a word
