"""Outputs of a network for many texts."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from wordkin import KeyedVectors, SequenceTagger, TextClassifier
from wordkin.downstream.data.prepared import prepare_texts
from wordkin.downstream.data.texts import IndexedTexts
from wordkin.downstream.inference.outputs import compute_outputs, split_rows, write_outputs
from wordkin.downstream.network import open_network
from wordkin.downstream.options import network_compute

from ..conftest import chunked, opinions

COMPUTE = network_compute(1)


@pytest.mark.parametrize("batch_size", [1, 3, 64])
def test_outputs_are_in_the_order_of_the_indices_for_every_batch_size(quick: dict[str, Any], batch_size: int) -> None:
    X, y = opinions(20)
    clf = TextClassifier(**{**quick, "epochs": 1}).fit(X, y)
    state = clf._state
    assert state is not None
    sentences = [text.split() for text in X]
    expected = np.concatenate(
        [compute_outputs(state.network, [tokens], "scores", COMPUTE, per_token=False) for tokens in sentences]
    )
    prepared = prepare_texts(
        state.network.features, IndexedTexts.from_sentences(sentences), max_bytes=0, compute=COMPUTE
    )
    indices = np.array([7, 0, 19, 4])
    with open_network(state.network, prepared, COMPUTE) as network:
        found = write_outputs(network, prepared, indices, "scores", per_token=False, batch_size=batch_size)
    np.testing.assert_array_equal(found, expected[indices])


def test_outputs_per_token_are_split_by_sentence(quick: dict[str, Any]) -> None:
    X, Y = chunked(10)
    tagger = SequenceTagger(**{**quick, "epochs": 1}).fit(X, Y)
    assert tagger._state is not None
    sentences = [X[0], [], X[1]]
    rows = compute_outputs(tagger._state.network, sentences, "probabilities", COMPUTE, per_token=True)
    assert [own.shape for own in split_rows(rows, sentences)] == [(len(tokens), 4) for tokens in sentences]


def test_words_that_recur_are_cached_without_changing_outputs(quick: dict[str, Any]) -> None:
    X, y = opinions(20)
    clf = TextClassifier(**{**quick, "epochs": 1}).fit(X, y)
    alone = np.concatenate([clf.decision_function([text]) for text in X])  # few words recur: no cache
    np.testing.assert_array_equal(clf.decision_function(X * 3), np.tile(alone, 3))


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("words_per_call", [0, 30, 256])  # of a group: those of one batch, of some, of all
def test_words_that_occur_once_among_cached_words_do_not_change_outputs(
    quick: dict[str, Any], monkeypatch: pytest.MonkeyPatch, workers: int, words_per_call: int
) -> None:
    monkeypatch.setattr("wordkin.downstream.inference.outputs._OTHER_WORDS_PER_CALL", words_per_call)
    X, y = opinions(20)
    clf = TextClassifier(characters=True, **{**quick, "epochs": 1}).fit(X, y)
    texts = [f"{text} once{index}" + " and" * index + " rare" * (index == 3) for index, text in enumerate(X * 6)]
    alone = np.concatenate([clf.decision_function([text]) for text in texts])
    np.testing.assert_array_equal(clf.decision_function(X * 10 + texts, workers=workers)[-len(texts) :], alone)


def test_a_network_that_is_kept_for_the_next_text_reads_its_words(quick: dict[str, Any]) -> None:
    X, y = opinions(20)
    words = sorted({word for text in X for word in text.split()})
    vectors = KeyedVectors(4)
    vectors.add_vectors(words, np.random.default_rng(1).standard_normal((len(words), 4)).astype(np.float32))
    clf = TextClassifier(vectors, **{**quick, "epochs": 1}).fit(X, y)
    together = clf.decision_function(X * 20)[: len(X)]
    for _ in range(2):
        np.testing.assert_array_equal(np.concatenate([clf.decision_function([text]) for text in X]), together)
    assert clf._state is not None
    clf._state.network.packed.discard()
    np.testing.assert_array_equal(clf.decision_function(X[:1]), together[:1])


def test_predictions_follow_the_parameters_of_the_last_training(quick: dict[str, Any]) -> None:
    X, y = opinions(20)
    clf = TextClassifier(**{**quick, "epochs": 1})
    first = clf.fit(X, y).decision_function(X)
    fresh = TextClassifier(**{**quick, "epochs": 2}).fit(X, y)
    second = clf.set_params(epochs=2).fit(X, y).decision_function(X)
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(second, fresh.decision_function(X))


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda clf: pickle.loads(pickle.dumps(clf))])
def test_copies_of_estimators_that_have_predicted_predict_the_same(
    quick: dict[str, Any], copied: Callable[[TextClassifier], TextClassifier]
) -> None:
    X, y = opinions(20)
    clf = TextClassifier(**{**quick, "epochs": 1}).fit(X, y)
    expected = clf.decision_function(X)
    np.testing.assert_array_equal(copied(clf).decision_function(X), expected)


def test_threads_that_predict_at_the_same_time_share_the_packed_parameters(quick: dict[str, Any]) -> None:
    X, y = opinions(20)
    clf = TextClassifier(**{**quick, "epochs": 1}).fit(X, y)
    assert clf._state is not None
    packed = clf._state.network.packed
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: clf.decision_function(X), range(8)))
    for own in found:
        np.testing.assert_array_equal(own, found[0])
    state, isa = clf._state.network, COMPUTE.isa
    assert packed.get(state.options, state.parameters, isa) is packed.get(state.options, state.parameters, isa)
