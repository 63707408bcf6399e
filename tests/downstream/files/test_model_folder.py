"""Folders and pickles of estimators: the same predictions after loading, and invalid files."""

from __future__ import annotations

import copy
import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordkin import ELMo, KeyedVectors, SequenceTagger, TextClassifier
from wordkin.downstream.files.embedding_files import embedding_hash
from wordkin.errors import CorruptFileError, FormatError, NotFittedError
from wordkin.storage import read_archive, write_archive

from ..conftest import chunked, opinions

SHORT: dict[str, Any] = {"epochs": 1}


@pytest.fixture
def embeddings(vectors: KeyedVectors, language_model: ELMo) -> dict[str, Any]:
    """Return embedding arguments of every type."""
    return {
        "scratch": None,
        "vectors": vectors,
        "tuned vectors": vectors,
        "elmo": language_model,
        "tuned elmo": language_model,
        "several": [None, language_model, vectors],
    }


@pytest.mark.parametrize("name", ["scratch", "vectors", "tuned vectors", "elmo", "tuned elmo", "several"])
def test_a_loaded_model_gives_the_same_predictions(
    quick: dict[str, Any], embeddings: dict[str, Any], name: str, tmp_path: Path
) -> None:
    X, y = opinions(30)
    clf = TextClassifier(
        embeddings[name], fine_tune="tuned" in name, characters=name == "several", class_weight={"plus": 2},
        **{**quick, **SHORT},
    ).fit(X, y, validation_data=(X[:5], y[:5]))  # fmt: skip
    clf.save(tmp_path / "model")
    back = TextClassifier.load(tmp_path / "model")
    np.testing.assert_array_equal(back.decision_function(X), clf.decision_function(X))
    np.testing.assert_array_equal(back.classes_, clf.classes_)
    assert back.history_ == clf.history_
    own, theirs = clf.get_params(), back.get_params()
    for params in (own, theirs):
        del params["embedding"], params["progress"]
    assert own == theirs
    # Saving the loaded model writes the same bytes.
    back.save(tmp_path / "again")
    assert (tmp_path / "again" / "model.safetensors").read_bytes() == (
        tmp_path / "model" / "model.safetensors"
    ).read_bytes()
    # The loaded model can be trained again.
    assert len(back.fit(X, y).history_["loss"]) == 1
    assert json.loads((tmp_path / "model" / "config.json").read_text(encoding="utf-8"))["kind"] == "text_classifier"


@pytest.mark.parametrize("name", ["scratch", "vectors", "elmo", "several"])
def test_pickles_and_copies_give_the_same_predictions(
    quick: dict[str, Any], embeddings: dict[str, Any], name: str
) -> None:
    X, Y = chunked(20)
    tagger = SequenceTagger(embeddings[name], learned_scheme="iobes", **{**quick, **SHORT}).fit(X, Y)
    for back in (pickle.loads(pickle.dumps(tagger)), copy.deepcopy(tagger)):
        assert back.predict(X) == tagger.predict(X)
        assert (back.scheme_, back.classes_.tolist()) == (tagger.scheme_, tagger.classes_.tolist())
        assert len(back.fit(X, Y).history_["loss"]) == 1
    unfitted = pickle.loads(pickle.dumps(SequenceTagger(embeddings[name])))
    with pytest.raises(NotFittedError):
        unfitted.predict(X)


def test_models_of_a_pickle_share_their_embedding(quick: dict[str, Any], vectors: KeyedVectors) -> None:
    X, y = opinions(20)
    pair = [TextClassifier(vectors, **{**quick, **SHORT}).fit(X, y) for _ in range(2)]
    first, second = pickle.loads(pickle.dumps(pair))
    assert first.embedding is second.embedding
    assert first._state.network.features.sources[0].vectors is first.embedding


def test_embeddings_are_recognised_by_their_hash(
    quick: dict[str, Any], vectors: KeyedVectors, language_model: ELMo, tmp_path: Path
) -> None:
    X, y = opinions(20)
    clf = TextClassifier([vectors, language_model], **{**quick, **SHORT}).fit(X, y)
    clf.save(tmp_path, include_embedding=False)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.json", "model.safetensors"]
    back = TextClassifier.load(tmp_path, embedding=[vectors, language_model])
    np.testing.assert_array_equal(back.decision_function(X), clf.decision_function(X))
    assert back.embedding[0] is vectors
    with pytest.raises(FormatError, match=r"was not saved with the model; pass embedding="):
        TextClassifier.load(tmp_path)
    with pytest.raises(FormatError, match="embedding must have 2 embeddings, got 1"):
        TextClassifier.load(tmp_path, embedding=vectors)
    with pytest.raises(FormatError, match="must be of kind 'vectors', got 'elmo'"):
        TextClassifier.load(tmp_path, embedding=[language_model, vectors])
    other = copy.deepcopy(vectors)
    other.vectors[0, 0] += 1
    with pytest.raises(FormatError, match="must be the one that the model was trained with"):
        TextClassifier.load(tmp_path, embedding=[other, language_model])


def test_a_changed_embedding_is_rejected(quick: dict[str, Any], vectors: KeyedVectors, tmp_path: Path) -> None:
    X, y = opinions(20)
    TextClassifier(vectors, **{**quick, **SHORT}).fit(X, y).save(tmp_path)
    other = copy.deepcopy(vectors)
    other.vectors[0, 0] += 1
    other.save(tmp_path / "embedding-0.safetensors")
    with pytest.raises(FormatError, match="must be the one that the model was trained with"):
        TextClassifier.load(tmp_path)
    (tmp_path / "embedding-0.safetensors").unlink()
    with pytest.raises(FormatError, match="is missing"):
        TextClassifier.load(tmp_path)


def test_hashes_differ_for_different_embeddings(vectors: KeyedVectors, language_model: ELMo) -> None:
    assert embedding_hash(vectors) == embedding_hash(copy.deepcopy(vectors))
    renamed = copy.deepcopy(vectors)
    renamed.index_to_key = [*renamed.index_to_key[1:], renamed.index_to_key[0]]
    assert embedding_hash(renamed) != embedding_hash(vectors)
    other = pickle.loads(pickle.dumps(language_model))
    assert embedding_hash(other) == embedding_hash(language_model)
    other.parameters["char_embed"][0, 0] += 1
    assert embedding_hash(other) != embedding_hash(language_model)


def test_a_tokenizer_function_is_not_saved_in_a_folder(quick: dict[str, Any], tmp_path: Path) -> None:
    X, y = opinions(20)
    clf = TextClassifier(tokenizer=str.split, **{**quick, **SHORT}).fit(X, y)
    clf.save(tmp_path)
    with pytest.raises(FormatError, match="pass tokenizer="):
        TextClassifier.load(tmp_path)
    back = TextClassifier.load(tmp_path, tokenizer=str.split)
    np.testing.assert_array_equal(back.predict(X), clf.predict(X))
    copied = pickle.loads(pickle.dumps(clf))
    assert copied.tokenizer("a b") == ["a", "b"]
    np.testing.assert_array_equal(copied.predict(X), clf.predict(X))


def test_invalid_folders_are_rejected(quick: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(NotFittedError):
        TextClassifier().save(tmp_path)
    with pytest.raises(FileNotFoundError):
        TextClassifier.load(tmp_path / "nowhere")
    X, y = opinions(20)
    TextClassifier(**{**quick, **SHORT}).fit(X, y).save(tmp_path)
    with pytest.raises(FormatError, match="a model of kind 'text_classifier', expected 'sequence_tagger'"):
        SequenceTagger.load(tmp_path)
    with pytest.raises(TypeError, match="tokenizer must be None"):
        TextClassifier.load(tmp_path, tokenizer=str.split)
    file = tmp_path / "model.safetensors"
    whole = bytearray(file.read_bytes())
    whole[-1] ^= 1
    file.write_bytes(whole)
    with pytest.raises(CorruptFileError):
        TextClassifier.load(tmp_path)
    file.write_bytes(b"\x80\x04cos\nsystem\n(S'true'\ntR.")
    with pytest.raises(FormatError):
        TextClassifier.load(tmp_path)


@pytest.mark.parametrize("member", ["options", "sources", "state", "params", "history", "characters"])
def test_damaged_metadata_are_rejected(quick: dict[str, Any], tmp_path: Path, member: str) -> None:
    X, y = opinions(20)
    TextClassifier(**{**quick, **SHORT}).fit(X, y).save(tmp_path)
    archive = read_archive(tmp_path / "model.safetensors")
    for wrong in ({"no": "such"}, None, 3):
        if member == "characters" and wrong is None:
            continue
        write_archive(tmp_path / "model.safetensors", archive.tensors, {**archive.metadata, member: wrong})
        with pytest.raises(FormatError):
            TextClassifier.load(tmp_path)


@pytest.mark.parametrize("is_tagger", [False, True])
def test_models_saved_before_an_option_existed_mean_what_they_meant(
    quick: dict[str, Any], language_model: ELMo, tmp_path: Path, is_tagger: bool
) -> None:
    network = {"concatenate_layers", "projection_dim", "word_dropout", "weight_decay"}
    training = {"layer_rate_decay", "gradual_unfreezing", "averaging"}
    X, y = chunked(12) if is_tagger else opinions(12)
    estimator_type: Any = SequenceTagger if is_tagger else TextClassifier
    settings = {**quick, **SHORT, "embedding_learning_rate": 1e-4}
    fitted = estimator_type(language_model, fine_tune=True, **settings).fit(X, y)
    fitted.save(tmp_path)
    archive = read_archive(tmp_path / "model.safetensors")
    metadata = archive.metadata
    params = {name: value for name, value in metadata["params"].items() if name not in network | training}
    options = {name: value for name, value in metadata["options"].items() if name not in network}
    earlier = {**metadata, "params": params, "options": options}
    write_archive(tmp_path / "model.safetensors", archive.tensors, earlier)
    (tmp_path / "config.json").unlink()
    back = estimator_type.load(tmp_path)
    assert list(back.predict(X)) == list(fitted.predict(X))
    assert (back.averaging, back.word_dropout, back.weight_decay, back.projection_dim) == (None, 0, 0, 0)
    assert (back.layer_rate_decay, back.gradual_unfreezing, back.concatenate_layers) == (1, False, False)
    assert back.embedding_learning_rate == 1e-4


@pytest.mark.parametrize(
    "settings",
    [
        {"pooling": "attention+mean+max", "projection_dim": 3},
        {"concatenate_layers": True, "word_dropout": 0.2, "weight_decay": 0.1, "averaging": 0.5},
        {"fine_tune": True, "gradual_unfreezing": True, "layer_rate_decay": 0.5, "epochs": 2},
    ],
)
def test_models_with_every_option_load(
    quick: dict[str, Any], language_model: ELMo, tmp_path: Path, settings: dict[str, Any]
) -> None:
    X, y = opinions(20)
    clf = TextClassifier(language_model, **{**quick, **SHORT, **settings}).fit(X, y)
    clf.save(tmp_path)
    back = TextClassifier.load(tmp_path)
    np.testing.assert_array_equal(back.decision_function(X), clf.decision_function(X))
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(clf)).decision_function(X), clf.decision_function(X))
    assert {name: back.get_params()[name] for name in settings} == settings


def test_the_earlier_name_of_the_whitespace_tokenizer_loads(quick: dict[str, Any], tmp_path: Path) -> None:
    X, y = opinions(20)
    clf = TextClassifier(tokenizer="whitespace", **{**quick, **SHORT}).fit(X, y)
    clf.save(tmp_path)
    archive = read_archive(tmp_path / "model.safetensors")
    params = {**archive.metadata["params"], "tokenizer": "blanks"}
    write_archive(tmp_path / "model.safetensors", archive.tensors, {**archive.metadata, "params": params})
    (tmp_path / "config.json").unlink()
    loaded = TextClassifier.load(tmp_path)
    assert loaded.tokenizer == "whitespace"
    np.testing.assert_array_equal(loaded.predict(X), clf.predict(X))


@pytest.mark.parametrize(
    ("name", "value"),
    [("filters", 5), ("filters", [1]), ("filters", None), ("class_weight", [1]), ("class_weight", {(1, 2): 3})],
)
def test_parameters_that_could_not_be_loaded_are_refused(
    quick: dict[str, Any], tmp_path: Path, name: str, value: object
) -> None:
    """A fitted model can have parameters that no fit has checked; the model that was saved before stays."""
    X, y = opinions(20)
    clf = TextClassifier(**{**quick, **SHORT}).fit(X, y)
    clf.save(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    clf.set_params(**{name: value})
    with pytest.raises(ValueError, match=f"{name} cannot be saved"):
        clf.save(tmp_path)
    with pytest.raises(ValueError, match=f"{name} cannot be saved"):
        pickle.dumps(clf)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("name", ["..", ".", "", "../x", "a/b", "/etc", "a\\b", "c:x", "a\0b", 3, None, ["x"]])
@pytest.mark.parametrize("kind", ["vectors", "elmo"])
def test_embeddings_outside_the_folder_are_refused(
    quick: dict[str, Any], vectors: KeyedVectors, tmp_path: Path, name: Any, kind: str
) -> None:
    X, y = opinions(20)
    TextClassifier(vectors, **{**quick, **SHORT}).fit(X, y).save(tmp_path)
    archive = read_archive(tmp_path / "model.safetensors")
    record = {**archive.metadata["sources"][0], "file": name, "kind": kind}
    (tmp_path / "config.json").unlink()
    write_archive(tmp_path / "model.safetensors", archive.tensors, {**archive.metadata, "sources": [record]})
    with pytest.raises(FormatError, match="must be in this folder"):
        TextClassifier.load(tmp_path)


def test_embeddings_of_the_replaced_model_are_removed_and_other_files_kept(
    quick: dict[str, Any], vectors: KeyedVectors, language_model: ELMo, tmp_path: Path
) -> None:
    X, y = opinions(20)
    models = [
        TextClassifier(given, **{**quick, **SHORT}).fit(X, y)
        for given in ([language_model, vectors], [vectors, None], None)
    ]
    (tmp_path / "embedding-0").mkdir()
    for own in ("embedding-7.safetensors", "notes.txt", "embedding-0/notes.txt"):
        (tmp_path / own).write_text("my own", encoding="utf-8")
    expected = [
        {"embedding-0/weights.safetensors", "embedding-0/options.json", "embedding-1.safetensors"},
        {"embedding-0.safetensors"},
        set(),
    ]
    for model, names in zip(models, expected, strict=True):
        model.save(tmp_path)
        found = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
        found -= {"embedding-0/vocabulary.txt"}
        assert found == {
            *names, "model.safetensors", "config.json", "embedding-7.safetensors", "notes.txt", "embedding-0/notes.txt",
        }  # fmt: skip
        np.testing.assert_array_equal(TextClassifier.load(tmp_path).predict(X), model.predict(X))
