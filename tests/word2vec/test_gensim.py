"""Compatibility with gensim: every public name exists and behaves as in gensim 4.4."""

from __future__ import annotations

import io
import pickle
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reference.word2vec import keep_probabilities
from wordkin import FrozenPhrases, KeyedVectors, Phrases, Word2Vec
from wordkin.errors import FormatError, VocabularyError
from wordkin.word2vec import RULE_DEFAULT, RULE_DISCARD, RULE_KEEP, CallbackAny2Vec

Sentences = list[list[str]]

# Public methods of gensim 4.4's classes.
METHODS: dict[type, str] = {
    Word2Vec: "add_lifecycle_event add_null_word build_vocab build_vocab_from_freq create_binary_tree estimate_memory "
    "get_latest_training_loss init_sims init_weights load make_cum_table predict_output_word prepare_vocab "
    "prepare_weights reset_from save scan_vocab score seeded_vector train update_weights",
    KeyedVectors: "add_lifecycle_event add_vector add_vectors allocate_vecattrs closer_than cosine_similarities "
    "distance distances doesnt_match evaluate_word_analogies evaluate_word_pairs fill_norms get_index "
    "get_mean_vector get_normed_vectors get_vecattr get_vector has_index_for init_sims intersect_word2vec_format load "
    "load_word2vec_format log_accuracy log_evaluate_word_pairs most_similar most_similar_cosmul "
    "most_similar_to_given n_similarity rank rank_by_centrality relative_cosine_similarity resize_vectors save "
    "save_word2vec_format set_vecattr similar_by_key similar_by_vector similar_by_word similarity "
    "similarity_unseen_docs sort_by_descending_frequency unit_normalize_all vectors_for_all wmdistance word_vec "
    "words_closer_than",
    Phrases: "add_lifecycle_event add_vocab analyze_sentence export_phrases find_phrases freeze load save "
    "score_candidate",
    FrozenPhrases: "add_lifecycle_event analyze_sentence find_phrases load save score_candidate",
}
SETTINGS: dict[str, Any] = {
    "sg": 1,
    "hs": 0,
    "negative": 7,
    "ns_exponent": 0.5,
    "cbow_mean": 0,
    "window": 3,
    "shrink_windows": False,
    "sample": 0.01,
    "seed": 5,
    "batch_words": 1000,
    "min_count": 2,
    "max_vocab_size": 500,
    "max_final_vocab": 20,
    "sorted_vocab": 0,
    "null_word": 1,
    "vector_size": 12,
    "alpha": 0.05,
    "min_alpha": 0.001,
    "epochs": 2,
    "workers": 2,
    "comment": "mine",
    "compute_loss": True,
    "hashfxn": hash,
}


@pytest.mark.parametrize("owner", METHODS, ids=lambda owner: owner.__name__)
def test_every_method_exists(owner: type) -> None:
    assert [name for name in METHODS[owner].split() if not callable(getattr(owner, name, None))] == []


def test_arguments_are_attributes() -> None:
    model = Word2Vec(**SETTINGS)
    assert {name: getattr(model, name) for name in SETTINGS} == SETTINGS
    assert {name: type(getattr(model, name)) for name in SETTINGS} == {n: type(v) for n, v in SETTINGS.items()}
    assert model.layer1_size == 12
    assert isinstance(model.random, np.random.RandomState)


def test_attributes_can_be_changed(sentences: Sentences) -> None:
    model = Word2Vec(sentences, min_count=1, vector_size=8, epochs=1, workers=1)
    model.sg, model.hs, model.window, model.negative, model.sample = 1, 1, 2, 3, 0
    again = Word2Vec(
        sentences, min_count=1, vector_size=8, epochs=1, workers=1, sg=1, hs=1, window=2, negative=3, sample=0
    )
    assert model.options == again.options
    model.train(sentences, total_examples=model.corpus_count, epochs=1)
    report = model.training_report
    assert report is not None
    assert report.trained_words == sum(map(len, sentences))  # sample=0 disables subsampling
    assert model.syn1.shape == model.syn1neg.shape
    for name, bad in (("window", 0), ("sg", 2), ("negative", -1), ("sample", "1"), ("min_count", -1)):
        with pytest.raises((ValueError, TypeError), match=name):
            setattr(model, name, bad)
    assert model.window == 2


def test_callbacks_can_reset_the_loss(sentences: Sentences) -> None:
    class PerEpoch(CallbackAny2Vec):
        losses: list[float] = []  # noqa: RUF012 - one test's own class

        def on_epoch_end(self, model: Any) -> None:
            self.losses.append(model.get_latest_training_loss())
            model.running_training_loss = 0.0

    model = Word2Vec(
        sentences, min_count=1, vector_size=8, epochs=3, workers=1, compute_loss=True, callbacks=[PerEpoch()]
    )
    assert model.training_report is not None
    epochs = model.training_report.epochs
    np.testing.assert_allclose(PerEpoch.losses, [epoch.loss * epoch.pairs for epoch in epochs], rtol=1e-12)
    assert model.running_training_loss == pytest.approx(0, abs=1e-6)
    model.train(sentences, total_examples=1, epochs=1, compute_loss=True)  # starts at 0 again
    assert model.get_latest_training_loss() == model.training_report.total_loss > 0
    assert pickle.loads(pickle.dumps(model)).get_latest_training_loss() == model.get_latest_training_loss()
    model.train(sentences, total_examples=1, epochs=1)
    assert model.get_latest_training_loss() == 0.0


def test_building_the_vocabulary_step_by_step(sentences: Sentences) -> None:
    model = Word2Vec(vector_size=8, min_count=1, sample=0.01, workers=1)
    with pytest.raises(VocabularyError, match="scan_vocab"):
        model.prepare_vocab()
    words = sum(map(len, sentences))
    assert model.scan_vocab(sentences) == (words, len(sentences))
    counts: dict[str, int] = {}
    for word in (word for sentence in sentences for word in sentence):
        counts[word] = counts.get(word, 0) + 1
    assert model.raw_vocab == counts
    report = model.prepare_vocab(dry_run=True, min_count=10)
    kept = np.array([count for count in counts.values() if count >= 10])
    share = keep_probabilities(kept, 0.01)
    assert report == {
        "drop_unique": len(counts) - len(kept),
        "retain_total": kept.sum(),
        "downsample_unique": (share < 1).sum(),
        "downsample_total": int((kept * share).sum()),
        "num_retained_words": len(kept),
    }
    assert len(model.wv) == 0
    assert model.min_count == 1
    model.prepare_vocab(keep_raw_vocab=True, min_count=10)
    assert len(model.raw_vocab) == len(counts)
    model.prepare_vocab(min_count=10)
    assert model.raw_vocab == {}
    model.prepare_weights()
    whole = Word2Vec(vector_size=8, min_count=10, sample=0.01, workers=1)
    whole.build_vocab(sentences)
    assert pickle.dumps(model) == pickle.dumps(whole)


def test_a_dry_run_changes_nothing(sentences: Sentences) -> None:
    model = Word2Vec(sentences, min_count=1, vector_size=8, epochs=1, workers=1)
    before = pickle.dumps(model)
    model.build_vocab([["x"] * 10], dry_run=True, min_count=3, sample=0.5)
    model.build_vocab([["x"] * 10], update=True, dry_run=True)
    assert pickle.dumps(model) == before
    with pytest.raises(VocabularyError):
        model.build_vocab(sentences, min_count=10**6)
    assert pickle.dumps(model) == before  # a failed call changes nothing, either


def test_raw_counts_are_kept_on_request(sentences: Sentences) -> None:
    model = Word2Vec(min_count=5, vector_size=8)
    model.build_vocab([["often"] * 5, ["once"]], keep_raw_vocab=True)
    assert model.raw_vocab == {"often": 5, "once": 1}
    model.build_vocab_from_freq({"a": 7}, keep_raw_vocab=True)
    assert model.raw_vocab == {"a": 7}
    model.raw_vocab = {"b": 6, "c": 2}
    model.prepare_vocab(update=True)
    assert model.wv.index_to_key == ["a", "b"]


def test_wv_stays_the_same_object(sentences: Sentences) -> None:
    model = Word2Vec(min_count=1, vector_size=8, workers=1)
    vectors = model.wv
    model.build_vocab(sentences)
    assert vectors is model.wv
    vectors.set_vecattr("w0", "colour", "red")
    model.build_vocab([["new", "w0"]] * 5, update=True)
    assert vectors is model.wv
    assert "new" in vectors
    assert vectors.get_vecattr("w0", "colour") == "red"
    assert vectors.get_vecattr("new", "colour") == 0
    assert model.corpus_count == 5  # of the last corpus, as train(new, total_examples=model.corpus_count) needs
    model.build_vocab(sentences)
    assert "colour" not in vectors.expandos
    other = Word2Vec(vector_size=8)
    other.wv = vectors
    trained = vectors.vectors.copy()
    other.reset_from(model)  # creates new vectors; those of the other model stay
    assert other.wv is not vectors
    np.testing.assert_array_equal(vectors.vectors, trained)


def test_weights_can_be_initialised_again(sentences: Sentences) -> None:
    model = Word2Vec(min_count=1, vector_size=8, workers=1, hs=1)
    with pytest.raises(VocabularyError):
        model.update_weights()
    model.build_vocab(sentences)
    fresh = pickle.dumps(model.wv)
    model.train(sentences, total_examples=1, epochs=1)
    assert pickle.dumps(model.wv) != fresh
    model.init_weights()
    assert pickle.dumps(model.wv) == fresh
    assert not model.syn1neg.any()
    assert not model.syn1.any()
    # Words appended to `wv` by the user get rows, as those of an update do.
    words = len(model.wv)
    model.wv.key_to_index["by_hand"] = words
    model.wv.index_to_key.append("by_hand")
    model.prepare_weights(update=True)
    model.wv.set_vecattr("by_hand", "count", 3)
    assert model.wv.vectors.shape == model.syn1neg.shape == model.syn1.shape == (words + 1, 8)
    assert model.wv["by_hand"].any()
    model.train([["by_hand", "w0"]] * 9, total_examples=9, epochs=1)
    model.add_null_word()
    model.add_null_word()
    assert model.wv.index_to_key[-2:] == ["by_hand", "\0"]


def test_noise_table_and_huffman_codes() -> None:
    model = Word2Vec(min_count=1, vector_size=4, hs=1, ns_exponent=1.0, hashfxn=lambda word: 7)
    model.build_vocab_from_freq({"a": 6, "b": 3, "c": 1})
    assert model.cum_table.tolist() == [round(share * (2**31 - 1)) for share in (0.6, 0.9, 1.0)]
    model.make_cum_table(100)
    assert model.cum_table.tolist() == [60, 90, 100]
    model.create_binary_tree()
    # The two rarest words are merged first; codes and inner nodes have gensim's numbers.
    assert {word: model.wv.get_vecattr(word, "code").tolist() for word in "abc"} == {"a": [1], "b": [0, 1], "c": [0, 0]}
    assert {word: model.wv.get_vecattr(word, "point").tolist() for word in "abc"} == {
        "a": [1],
        "b": [1, 0],
        "c": [1, 0],
    }
    assert pickle.loads(pickle.dumps(model)).wv.get_vecattr("b", "code").tolist() == [0, 1]
    # (numpy.random.default_rng(7).random(3) - 0.5) / 3, which gensim returns for this hash.
    np.testing.assert_allclose(model.seeded_vector("x", 3), [0.04169822, 0.13240467, 0.0918952], rtol=1e-5)
    model.negative = 0
    with pytest.raises(AttributeError, match="cum_table"):
        _ = model.cum_table
    with pytest.warns(DeprecationWarning, match="init_sims"):
        model.init_sims()


def test_trim_rules_take_precedence_over_counts() -> None:
    decisions = {"dropped": RULE_DISCARD, "kept": RULE_KEEP}
    arguments: list[tuple[str, int, int]] = []

    def rule(word: str, count: int, min_count: int) -> int:
        arguments.append((word, count, min_count))
        return decisions.get(word, RULE_DEFAULT)

    sentences = [["dropped"] * 9, ["kept"], ["rare"], ["often"] * 5]
    model = Word2Vec(min_count=3, vector_size=4)
    model.build_vocab(sentences, trim_rule=rule)
    assert model.wv.index_to_key == ["often", "kept"]
    assert set(arguments) == {("dropped", 9, 3), ("kept", 1, 3), ("rare", 1, 3), ("often", 5, 3)}
    assert Word2Vec(sentences, min_count=3, vector_size=4, trim_rule=rule).wv.index_to_key == ["often", "kept"]


def test_load_must_be_called_on_the_class(sentences: Sentences, tmp_path: Path) -> None:
    model = Word2Vec(sentences, min_count=1, vector_size=8, epochs=1, workers=1)
    model.save(tmp_path / "model")
    model.wv.save(tmp_path / "vectors")
    with pytest.raises(AttributeError, match="on the class"):
        model.load(tmp_path / "model")
    with pytest.raises(AttributeError, match="kind") as caught:
        Word2Vec.load(tmp_path / "vectors")
    assert isinstance(caught.value, FormatError)
    assert len(KeyedVectors.load(tmp_path / "model")) == len(model.wv)


def test_saving_to_an_open_file(sentences: Sentences, tmp_path: Path) -> None:
    model = Word2Vec(sentences, min_count=1, vector_size=8, epochs=1, workers=1)
    phrases = Phrases(sentences, min_count=1, threshold=0.1)
    for number, thing in enumerate((model, model.wv, phrases, phrases.freeze())):
        path, stream = tmp_path / str(number), io.BytesIO()
        thing.save(path)
        thing.save(stream, separately=None, pickle_protocol=4)
        assert stream.getvalue() == path.read_bytes()


def test_lifecycle_events_are_saved(sentences: Sentences, tmp_path: Path) -> None:
    model = Word2Vec(sentences, min_count=1, vector_size=8, epochs=1, workers=1)
    phrases = Phrases(sentences, min_count=1, threshold=0.1)
    for thing in (model, model.wv, phrases, phrases.freeze()):
        assert thing.lifecycle_events == []  # none is added automatically: equal models give equal files
        thing.add_lifecycle_event("checked", by="me", log_level=0)
        thing.save(tmp_path / "file")
        events = type(thing).load(tmp_path / "file").lifecycle_events
        assert events == thing.lifecycle_events
        assert events[0]["event"] == "checked"
        assert events[0]["by"] == "me"
        assert {"datetime", "wordkin", "python", "platform"} < set(events[0])
        with pytest.raises(TypeError):
            thing.add_lifecycle_event("no JSON", value=object())
        thing.lifecycle_events = None
        thing.add_lifecycle_event("not kept")
        assert thing.lifecycle_events is None
        thing.save(tmp_path / "file")


def test_training_from_given_vectors_and_output_layer(sentences: Sentences, tmp_path: Path) -> None:
    """Vectors from a file and an output layer from an array are where training starts."""
    first = Word2Vec(sentences, min_count=1, vector_size=8, epochs=3, workers=1)
    first.wv.save_word2vec_format(tmp_path / "vectors.bin", binary=True)
    second = Word2Vec(vector_size=8, min_count=1, workers=1, seed=9)
    second.build_vocab(sentences)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        second.wv.intersect_word2vec_format(tmp_path / "vectors.bin", binary=True, lockf=1.0)
    second.syn1neg = first.syn1neg
    np.testing.assert_array_equal(second.wv.vectors, first.wv.vectors)
    # A learning rate of 1e-9 moves vectors by less than their rounding to float32.
    second.train(sentences, total_examples=1, epochs=1, start_alpha=1e-9, end_alpha=1e-9)
    np.testing.assert_allclose(second.wv.vectors, first.wv.vectors, atol=1e-6)
    np.testing.assert_allclose(second.syn1neg, first.syn1neg, atol=1e-6)
    # The loss starts where that of the other model ended, below that of a new model.
    third = Word2Vec(vector_size=8, min_count=1, workers=1, seed=9)
    third.build_vocab(sentences)
    third.train(sentences, total_examples=1, epochs=1, start_alpha=1e-9, end_alpha=1e-9)
    assert second.training_report is not None
    assert third.training_report is not None
    assert second.training_report.epochs[0].loss < third.training_report.epochs[0].loss
