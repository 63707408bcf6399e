"""SequenceTagger: training, predictions, tag schemes and argument checks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordkin import ELMo, KeyedVectors, SequenceTagger
from wordkin.errors import CorpusError, LabelError, NotFittedError

from .conftest import chunked


@pytest.mark.parametrize("encoder", ["lstm", "rnn", None])
@pytest.mark.parametrize("crf", [True, False])
def test_every_encoder_learns_chunks_with_and_without_crf(
    quick: dict[str, Any], crf: bool, encoder: str | None
) -> None:
    X, Y = chunked()
    tagger = SequenceTagger(crf=crf, encoder=encoder, **{**quick, "epochs": 10})
    assert tagger.fit(X, Y) is tagger
    assert tagger.score(*chunked(30, seed=2)) == 1.0  # every word has one tag, and all words occur in training
    assert tagger.scheme_ == "bio"
    assert tagger.classes_.tolist() == ["B-NP", "B-VP", "I-NP", "O"]
    assert [len(tags) for tags in tagger.predict(X)] == [len(tokens) for tokens in X]
    report = tagger.report(X, Y)
    assert set(report.types) == {"NP", "VP"}


def test_tag_probabilities_sum_to_one(quick: dict[str, Any]) -> None:
    X, Y = chunked(30)
    tagger = SequenceTagger(**quick).fit(X, Y)
    probabilities = tagger.predict_proba([X[0], [], X[1]])
    assert [own.shape for own in probabilities] == [(len(X[0]), 4), (0, 4), (len(X[1]), 4)]
    # Marginals are float32 exponentials of sums of log probabilities.
    np.testing.assert_allclose(probabilities[0].sum(axis=1), 1, rtol=1e-5)
    assert tagger.predict([[], []]) == [[], []]
    assert tagger.predict([]) == []
    assert tagger.predict_proba([[]])[0].shape == (0, 4)


def test_learned_scheme_is_converted_back(quick: dict[str, Any]) -> None:
    X, Y = chunked()
    tagger = SequenceTagger(learned_scheme="iobes", **{**quick, "epochs": 10}).fit(X, Y)
    assert tagger.score(X, Y) == 1.0
    assert {tag for tags in tagger.predict(X) for tag in tags} <= {"O", "B-NP", "I-NP", "B-VP"}
    assert tagger.predict_proba(X[:1])[0].shape[1] == 4  # O, B-NP, E-NP, S-VP


@pytest.mark.parametrize(
    ("scheme", "tags", "chunks"),
    [
        ("bmes", [["B-N", "M-N", "E-N", "O"], ["B-N", "E-N"], ["S-N"]], {"N": 3}),
        ("bilou", [["B-N", "I-N", "L-N", "O"], ["U-N", "U-N"], ["U-N"]], {"N": 4}),
        ("iob1", [["I-N", "I-N", "I-N", "O"], ["I-N", "B-N"], ["I-N"]], {"N": 4}),
        ("bmes", [["B", "M", "E", "O"], ["B", "E"], ["S"]], {"_": 3}),
    ],
)
def test_chunks_are_scored_in_the_scheme_of_the_tags(
    quick: dict[str, Any], scheme: str, tags: list[list[str]], chunks: dict[str, int]
) -> None:
    X, Y = [["a", "b", "c", "d"], ["x", "y"], ["z"]] * 8, tags * 8
    tagger = SequenceTagger(**{**quick, "epochs": 15}).fit(X, Y, validation_data=(X, Y))
    assert tagger.scheme_ == scheme
    assert tagger.predict(X) == Y
    report = tagger.report(X, Y)
    assert {kind: score.support / 8 for kind, score in report.types.items()} == chunks
    assert (report.micro.f1, tagger.history_["val_f1"][-1]) == (1, 1)


def test_plain_tags_are_scored_by_accuracy(quick: dict[str, Any]) -> None:
    X, Y = chunked()
    Y = [[{"B-NP": "DT", "I-NP": "NN", "B-VP": "VB", "O": "CC"}[tag] for tag in tags] for tags in Y]
    tagger = SequenceTagger(**{**quick, "epochs": 10}).fit(X, Y, validation_data=(X[:9], Y[:9]))
    assert tagger.scheme_ == "plain"
    assert tagger.score(X, Y) == 1.0
    assert set(tagger.report(X, Y).types) == {"DT", "NN", "VB", "CC"}
    assert set(tagger.history_) == {"loss", "val_loss", "val_accuracy", "seconds"}


def test_embeddings_are_combined_and_fine_tuned(quick: dict[str, Any], language_model: ELMo) -> None:
    X, Y = chunked(40)
    draw = np.random.default_rng(1)
    words = sorted({word for tokens in X for word in tokens})
    kv = KeyedVectors.from_vocabulary(words, draw.normal(size=(len(words), 5)).astype(np.float32))
    for embedding in (kv, language_model, [language_model, kv, None]):
        tagger = SequenceTagger(embedding, **{**quick, "epochs": 8}).fit(X, Y)
        assert tagger.score(X, Y) == 1.0
    tuned = SequenceTagger(language_model, fine_tune=True, **{**quick, "epochs": 3}).fit(X, Y)
    assert tuned.history_["loss"][-1] < tuned.history_["loss"][0]


def test_early_stopping_uses_the_f1_of_chunks(quick: dict[str, Any]) -> None:
    X, Y = chunked()
    tagger = SequenceTagger(**{**quick, "epochs": 20, "early_stopping": True, "patience": 2})
    held = [[*tokens, "unseen"] for tokens in X[:20]], [[*tags, "B-NEW"] for tags in Y[:20]]
    tagger.fit(X, Y, validation_data=held)
    assert set(tagger.history_) == {"loss", "val_loss", "val_f1", "val_accuracy", "seconds"}
    assert max(tagger.history_["val_f1"]) == pytest.approx(tagger.score(*held))
    assert tagger.report(*held).types["NEW"].recall == 0  # did not occur in training
    held_out = SequenceTagger(**{**quick, "early_stopping": True, "epochs": 2}).fit(X, Y)
    assert len(held_out.history_["val_f1"]) == 2


def test_invalid_input_is_rejected(quick: dict[str, Any]) -> None:
    X, Y = chunked(10)
    tagger = SequenceTagger(**{**quick, "epochs": 1})
    with pytest.raises(NotFittedError, match=r"call fit\(\) first"):
        tagger.predict(X)
    with pytest.raises(ValueError, match="y must have tags for each of 10 sentences of X, got 9"):
        tagger.fit(X, Y[:-1])
    with pytest.raises(ValueError, match=rf"y\[0\] must have a tag for each of {len(X[0])} tokens, got 0"):
        tagger.fit(X, [[], *Y[1:]])
    with pytest.raises(TypeError, match=r"X\[0\] must be a list of tokens"):
        tagger.fit([" ".join(tokens) for tokens in X], Y)
    with pytest.raises(LabelError, match="at least two distinct tags"):
        tagger.fit([["a", "b"]], [["O", "O"]])
    with pytest.raises(CorpusError, match="at least one token"):
        tagger.fit([[]], [[]])
    with pytest.raises(CorpusError, match="at most max_length=1 tokens"):
        SequenceTagger(max_length=1, **quick).fit(X, Y)
    with pytest.raises(ValueError, match="scheme must be one of"):
        SequenceTagger(scheme="iob", **quick).fit(X, Y)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="sample_weight must be finite"):
        tagger.fit(X, Y, sample_weight=[-1.0] * 10)
    broken = [["I-NP" if tag == "B-NP" else tag for tag in tags] for tags in Y]
    with pytest.raises(LabelError, match=r"y\[\d+\]\[\d+\] must follow the scheme bio, got 'I-NP'.*'lenient'"):
        tagger.fit(X, broken)
    with pytest.raises(LabelError, match="in a chunk without an end"):
        SequenceTagger(scheme="iobes", **quick).fit(X, Y)
    with pytest.raises(ValueError, match="learned_scheme must be None"):
        SequenceTagger(scheme="plain", learned_scheme="iobes", **quick).fit(X, Y)
    assert not hasattr(tagger, "history_")
    lenient = SequenceTagger(scheme="lenient", **{**quick, "epochs": 1}).fit(X, broken)
    assert lenient.classes_.tolist() == ["B-VP", "I-NP", "O"]


def test_several_threads_can_predict_with_one_model(quick: dict[str, Any], language_model: ELMo) -> None:
    X, Y = chunked(20)
    tagger = SequenceTagger([language_model, None], **{**quick, "epochs": 2}).fit(X, Y)
    expected, tags = tagger.predict_proba(X), tagger.predict(X)
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda workers: tagger.predict_proba(X, workers=workers), [1, 2, 3, 1, 2, 3]))
        assert list(threads.map(lambda workers: tagger.predict(X, workers=workers), [1, 2, 3])) == [tags] * 3
    for probabilities in found:
        for own, other in zip(probabilities, expected, strict=True):
            np.testing.assert_array_equal(own, other)


def test_tags_can_be_integers(tmp_path: Path) -> None:
    X = [["dogs", "bark", "loudly"], ["cats", "sleep"]] * 6
    y: list[Any] = [[2, 10, -1], np.array([2, 10])] * 6
    tagger = SequenceTagger(hidden_dim=8, embedding_dim=8, epochs=25, learning_rate=0.05, random_state=1, workers=1)
    tagger.fit(X, y, validation_data=(X[:2], y[:2]))
    assert tagger.classes_.tolist() == [-1, 2, 10]
    assert tagger.scheme_ == "plain"
    assert tagger.predict([*X[:2], []]) == [[2, 10, -1], [2, 10], []]
    assert tagger.score(X, y) == 1.0
    assert tagger.predict_proba(X[:1])[0].argmax(axis=1).tolist() == [1, 2, 0]
    tagger.save(tmp_path / "tagger")
    loaded = SequenceTagger.load(tmp_path / "tagger")
    assert loaded.predict(X[:2]) == [[2, 10, -1], [2, 10]]
    assert loaded.classes_.dtype.kind == "i"
    with pytest.raises(ValueError, match="learned_scheme must be None"):
        SequenceTagger(learned_scheme="bio").fit(X, y)
