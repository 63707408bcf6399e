"""Bad input gives typed errors or defined results, never silent loss."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from wordkin import Doc2Vec, TaggedDocument
from wordkin.errors import CorpusError, VocabularyError, WordkinError

WORDS = ["apples", "and", "pears"]
OPTIONS: dict[str, Any] = {"min_count": 1, "vector_size": 4, "workers": 1, "epochs": 1, "sample": 0}


def documents(*tags: Any) -> list[TaggedDocument]:
    return [TaggedDocument(WORDS, tag) for tag in tags]


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        (["a text"], TypeError, "document 0 must be a TaggedDocument, with words and tags, got str"),
        ([["a", "list"]], TypeError, "document 0 must be a TaggedDocument.* got list"),
        ([TaggedDocument(WORDS, [0]), None], TypeError, "document 1 must be a TaggedDocument"),
        ([TaggedDocument("a text", [0])], TypeError, "the words of document 0 must be a list of str, got a str"),
        ([TaggedDocument(b"bytes", [0])], TypeError, "the words of document 0 must be a list of str, got bytes"),
        ([TaggedDocument({"a": 1}, [0])], TypeError, "the words of document 0 .* got dict"),
        ([TaggedDocument(5, [0])], TypeError, "the words of document 0 .* got int"),
        ([TaggedDocument(["a", ["b"]], [0])], TypeError, "token 1 of sentence 0"),
        ([TaggedDocument(["\ud800"], [0])], UnicodeEncodeError, "surrogates"),
        ([TaggedDocument(["x" * 2**20], [0])], CorpusError, "token 0 of sentence 0 is longer than"),
        ("not a file", TypeError, "not an existing file"),
        ({"a": 1}, TypeError, "documents must be"),
        (5, TypeError, "documents must be"),
        ([], VocabularyError, "no word"),
        (documents("tag"), TypeError, "the tags of document 0 must be a list, got str"),
        (documents(7), TypeError, "the tags of document 0 must be a list, got int"),
        (documents(None), TypeError, "the tags of document 0 must be a list, got NoneType"),
        (documents([0], []), CorpusError, "document 1 must have at least one tag, got none"),
        (documents([1.5]), TypeError, "must be str or integers, got float"),
        (documents([True]), TypeError, "must be str or integers, got bool"),
        (documents([None]), TypeError, "must be str or integers, got NoneType"),
        (documents([("a", 1)]), TypeError, "must be str or integers, got tuple"),
        (documents([-1]), CorpusError, "integers from 0 to"),
        (documents([2**31]), CorpusError, "integers from 0 to .* pass other identifiers as str"),
        (documents([2**70]), CorpusError, "integers from 0 to"),
        (documents([0], [10**9]), CorpusError, "row numbers without large gaps"),
    ],
)  # fmt: skip
def test_documents_that_are_none(given: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Doc2Vec(given, **OPTIONS)


def test_documents_are_no_files() -> None:
    for given in (documents([0]), 5):
        with pytest.raises(TypeError):
            Doc2Vec(corpus_file=given, **OPTIONS)
    with pytest.raises(TypeError, match="got both"):
        Doc2Vec(documents([0]), corpus_file="file", **OPTIONS)


def test_every_error_is_one_of_documented_classes() -> None:
    assert issubclass(CorpusError, WordkinError)
    assert issubclass(CorpusError, ValueError)


def test_small_gaps_and_numpy_integers_are_rows() -> None:
    model = Doc2Vec(documents([np.int64(3)], [np.uint8(1)]), **OPTIONS)
    assert model.dv.index_to_key == [0, 1, 2, 3]
    assert model.dv.expandos["doc_count"].tolist() == [0, 1, 0, 1]


def test_mixed_and_repeated_tags() -> None:
    model = Doc2Vec(documents([1, "x"], ["y", "x", "x"], [0]), **OPTIONS)
    assert model.dv.index_to_key == [0, 1, "x", "y"]
    assert model.dv.expandos["doc_count"].tolist() == [1, 1, 3, 1]
    assert model.dv.expandos["word_count"].tolist() == [3, 3, 9, 3]
    assert np.isfinite(model.dv.vectors).all()


def test_empty_documents_keep_their_rows_and_do_not_move_others() -> None:
    """An empty document, or one of unknown words only, keeps its initial vector, and shifts no tag."""
    corpus = [
        TaggedDocument(WORDS, ["first"]), TaggedDocument([], ["empty"]), TaggedDocument(["once"], ["unknown"]),
        TaggedDocument(WORDS, ["last"]),
    ]  # fmt: skip
    model = Doc2Vec(**{**OPTIONS, "min_count": 2})
    model.build_vocab(corpus)
    before = model.dv.vectors.copy()
    model.train(corpus, total_examples=4, epochs=3)
    changed = (model.dv.vectors != before).any(axis=1)
    assert dict(zip(model.dv.index_to_key, changed.tolist(), strict=True)) == {
        "first": True, "empty": False, "unknown": False, "last": True,
    }  # fmt: skip
    assert model.corpus_count == 4
    assert model.training_report.raw_words == 21


def test_unknown_tags_in_training() -> None:
    model = Doc2Vec(documents([0], ["x"]), **OPTIONS)
    for tag in ("new", 5, np.int32(5)):
        with pytest.raises(VocabularyError, match="tags of document 1 must have been seen by build_vocab, got the new"):
            model.train(documents([0], [tag]), total_examples=2, epochs=1)
    with pytest.raises(TypeError, match="got bool"):
        model.train(documents([True]), total_examples=1, epochs=1)


def test_other_numbers_of_tags_are_refused_where_tags_are_concatenated() -> None:
    with pytest.raises(CorpusError, match=r"document 1 must have 1 tags \(dm_tag_count\).*got 2"):
        Doc2Vec(documents([0], [1, 2]), dm_concat=1, **OPTIONS)
    model = Doc2Vec(documents([0, 1], [1, 2]), dm_concat=1, dm_tag_count=2, **OPTIONS)
    assert model.layer1_size == (2 + 2 * 5) * 4
    with pytest.raises(ValueError, match="documents have one tag"):
        model.infer_vector(WORDS)


@pytest.mark.parametrize("value", ["a text", b"bytes", 5, {"a": 1}])
def test_documents_to_infer_that_are_none(value: Any) -> None:
    model = Doc2Vec(documents([0]), **OPTIONS)
    with pytest.raises(TypeError, match="must be"):
        model.infer_vector(value)
    with pytest.raises(TypeError, match="must be"):
        model.infer_vectors([WORDS, value])
    if not isinstance(value, dict):
        with pytest.raises(TypeError, match="must be"):
            model.infer_vectors(value)


def test_inference_without_known_words(caplog: pytest.LogCaptureFixture) -> None:
    model = Doc2Vec(documents([0]), **OPTIONS)
    vectors = model.infer_vectors([[], ["unknown"], WORDS])
    assert not vectors[:2].any()
    assert vectors[2].any()
    assert "2 without known words" in caplog.text
    assert model.similarity_unseen_docs(WORDS, []) == 0.0
    assert model.infer_vectors([]).shape == (0, 4)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epochs": 0}, "epochs must be"), ({"alpha": 0.0}, "alpha must be"),
        ({"min_alpha": -1.0}, "min_alpha must be"),
        ({"seed": -1}, "seed must be"), ({"alpha": float("nan")}, "alpha must be"),
    ],
)  # fmt: skip
def test_arguments_of_inference(options: dict[str, Any], message: str) -> None:
    model = Doc2Vec(documents([0]), **OPTIONS)
    with pytest.raises(ValueError, match=message):
        model.infer_vector(WORDS, **options)


def test_models_that_are_not_ready() -> None:
    model = Doc2Vec(**OPTIONS)
    with pytest.raises(VocabularyError, match="no vocabulary"):
        model.infer_vector(WORDS)
    with pytest.raises(VocabularyError, match="first build vocabulary"):
        model.train(documents([0]), total_examples=1, epochs=1)
    with pytest.raises(TypeError, match="got neither"):
        model.train()
    with pytest.raises(ValueError, match="hs or negative"):
        Doc2Vec(documents([0]), negative=0, **OPTIONS)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("dm", 2), ("dm_mean", "yes"), ("dbow_words", -1), ("dm_concat", None), ("dm_tag_count", 0), ("vector_size", 0),
        ("dv", [1]), ("window", 0), ("epochs", -1),
    ],
)  # fmt: skip
def test_options_out_of_range(name: str, value: Any) -> None:
    with pytest.raises((ValueError, TypeError), match=name):
        Doc2Vec(**{name: value})


@pytest.mark.parametrize(("old", "new"), [("size", "vector_size"), ("iter", "epochs"), ("docvecs", "dv")])
def test_old_names_name_the_new_ones(old: str, new: str) -> None:
    with pytest.raises(TypeError, match=rf"Doc2Vec\(\) got .*{old}.* called '{new}'"):
        Doc2Vec(**{old: 5})


def test_generators_are_refused_where_several_passes_are_needed() -> None:
    with pytest.raises(TypeError, match="several passes"):
        Doc2Vec((document for document in documents([0])), **OPTIONS)
    model = Doc2Vec(**OPTIONS)
    model.build_vocab(document for document in documents([0], [1]))
    assert len(model.dv) == 2
    with pytest.raises(TypeError, match="several passes"):
        model.train((document for document in documents([0])), total_examples=1, epochs=2)
    model.train((document for document in documents([0])), total_examples=1, epochs=1)


def test_lock_factors_of_a_wrong_length() -> None:
    model = Doc2Vec(documents([0], [1]), **OPTIONS)
    model.dv.vectors_lockf = np.ones(3, np.float32)
    with pytest.raises(ValueError, match=r"dv\.vectors_lockf must have 1 entry or 2, one per tag"):
        model.train(documents([0]), total_examples=1, epochs=1)


def test_errors_leave_the_model_unchanged() -> None:
    model = Doc2Vec(documents([0], [1]), **OPTIONS)
    before = model.wv.vectors.tobytes(), model.dv.vectors.tobytes(), list(model.dv.index_to_key)
    with pytest.raises(TypeError):
        model.build_vocab([SimpleNamespace(words=["new"], tags=[2]), SimpleNamespace(words=["new"], tags=[None])])
    assert (model.wv.vectors.tobytes(), model.dv.vectors.tobytes(), list(model.dv.index_to_key)) == before


def test_options_that_leave_out_all_tokens_are_named(tmp_path: Path) -> None:
    path = tmp_path / "documents.txt"
    path.write_text("a few short words\n", encoding="utf-8")
    with pytest.raises(VocabularyError, match="min_token_length=9"):
        Doc2Vec(corpus_file=path, min_count=1, min_token_length=9)
