"""`wordkin.load` opens what every class saves, and says what else it found."""

from __future__ import annotations

import gzip
import logging
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import wordkin
from wordkin import (
    Doc2Vec,
    ELMo,
    FastText,
    FrozenPhrases,
    KeyedVectors,
    Phrases,
    SequenceTagger,
    TextClassifier,
    Word2Vec,
)
from wordkin.cli import main
from wordkin.errors import FormatError, WrongKindError
from wordkin.fasttext import FastTextModel, load_model
from wordkin.loading.vector_files import load_vectors
from wordkin.vectors import FastTextKeyedVectors

SENTENCES = [["new", "york", "is", "big"], ["new", "york", "is", "far"]] * 5
FORMATS = Path(__file__).resolve().parents[1] / "formats"


def small_vectors() -> KeyedVectors:
    vectors = KeyedVectors(2)
    vectors.add_vectors(["a", "b"], np.eye(2))
    return vectors


def small_elmo() -> ELMo:
    model = ELMo(dim=8, projection_dim=4, n_layers=1, char_dim=4, filters=[[1, 4]], n_highway=0)
    model.initialize(["new", "york"])
    return model


def word2vec() -> Word2Vec:
    return Word2Vec(SENTENCES, vector_size=4, min_count=1, epochs=1, workers=1)


MODELS: dict[str, tuple[type, Callable[[Path], Any]]] = {
    "Word2Vec": (Word2Vec, lambda path: word2vec().save(path)),
    "folder of Word2Vec": (Word2Vec, lambda path: word2vec().save_pretrained(path)),
    "KeyedVectors": (KeyedVectors, lambda path: small_vectors().save(path)),
    "folder of KeyedVectors": (KeyedVectors, lambda path: small_vectors().save_pretrained(path)),
    "text": (KeyedVectors, lambda path: small_vectors().save_word2vec_format(path)),
    "binary": (KeyedVectors, lambda path: small_vectors().save_word2vec_format(path, binary=True)),
    "Phrases": (Phrases, lambda path: Phrases(SENTENCES, min_count=1, threshold=0.1).save(path)),
    "FrozenPhrases": (FrozenPhrases, lambda path: Phrases(SENTENCES, min_count=1, threshold=0.1).freeze().save(path)),
    "ELMo": (ELMo, lambda path: small_elmo().save_pretrained(path)),
    "TextClassifier": (
        TextClassifier,
        lambda path: TextClassifier(None, epochs=1, progress=False).fit(["a b", "c d"] * 4, ["x", "y"] * 4).save(path),
    ),
    "SequenceTagger": (
        SequenceTagger,
        lambda path: (
            SequenceTagger(None, epochs=1, progress=False).fit([["a", "b"]] * 4, [["B-X", "O"]] * 4).save(path)
        ),
    ),
}


@pytest.mark.parametrize("name", sorted(MODELS))
def test_every_class_is_recognised(name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    expected, save = MODELS[name]
    save(tmp_path / "model")
    with caplog.at_level(logging.INFO, logger="wordkin"):
        model = wordkin.load(tmp_path / "model")
    assert type(model) is expected
    assert f"holds {expected.__name__}" in caplog.text


def test_official_files_and_files_of_other_programs(tmp_path: Path) -> None:
    pytest.importorskip("h5py")
    small_elmo().export_hdf5(tmp_path / "official")
    assert type(wordkin.load(tmp_path / "official")) is ELMo
    with pytest.raises(FormatError, match="pass the file of weights"):
        wordkin.load(tmp_path / "official" / "options.json")
    model = small_elmo()
    model.save_pretrained(tmp_path / "elmo")
    assert type(wordkin.load(tmp_path / "elmo" / "weights.safetensors")) is ELMo
    assert type(wordkin.load(next(FORMATS.glob("fasttext*.bin")))) is FastTextKeyedVectors


def test_files_can_be_mapped(tmp_path: Path) -> None:
    small_vectors().save(tmp_path / "vectors")
    vectors = wordkin.load(tmp_path / "vectors", mmap=True)
    assert isinstance(vectors, KeyedVectors)
    assert not vectors.vectors.flags.writeable


def test_keyed_vectors_take_those_of_a_model(tmp_path: Path) -> None:
    model = word2vec()
    model.save(tmp_path / "model")
    for mmap in (None, "r"):
        vectors = KeyedVectors.load(tmp_path / "model", mmap=mmap)
        assert vectors.index_to_key == model.wv.index_to_key
        np.testing.assert_array_equal(vectors.vectors, model.wv.vectors)
        assert vectors.get_vecattr("new", "count") == model.wv.get_vecattr("new", "count")
    vectors.save(tmp_path / "vectors")
    with pytest.raises(WrongKindError):
        Word2Vec.load(tmp_path / "vectors")


def test_other_content_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(FormatError, match="expected the folder of a model"):
        wordkin.load(tmp_path / "empty")
    TextClassifier(None, epochs=1, progress=False).fit(["a", "b"] * 4, ["x", "y"] * 4).save(tmp_path / "classifier")
    with pytest.raises(FormatError, match="kind 'text_classifier'; load its folder"):
        wordkin.load(tmp_path / "classifier" / "model.safetensors")
    with pytest.raises(FileNotFoundError):
        wordkin.load(tmp_path / "missing")
    (tmp_path / "text").write_text("these are just words\n", encoding="utf-8")
    with pytest.raises(FormatError):
        wordkin.load(tmp_path / "text")


def test_any_zip_is_not_a_language_model(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "texts.zip", "w") as archive:
        archive.writestr("a.txt", "text")
    with pytest.raises(FormatError, match="found a zip archive; unpack it"):
        wordkin.load(tmp_path / "texts.zip")
    with pytest.raises(FormatError, match=r"a zip archive without the options\.json .* unpack it first"):
        ELMo.from_pretrained(tmp_path / "texts.zip")


def test_a_file_in_the_place_of_a_folder(tmp_path: Path) -> None:
    small_vectors().save(tmp_path / "file")
    for read in (TextClassifier.load, SequenceTagger.load, KeyedVectors.from_pretrained):
        with pytest.raises(FormatError, match="expected a folder with several files, found a file"):
            read(tmp_path / "file")


_READERS: dict[str, Callable[[Path], object]] = {
    "Word2Vec": Word2Vec.from_pretrained,
    "KeyedVectors": KeyedVectors.from_pretrained,
    "ELMo": ELMo.from_pretrained,
    "TextClassifier": TextClassifier.load,
    "SequenceTagger": SequenceTagger.load,
}


@pytest.mark.parametrize("reader", _READERS)
@pytest.mark.parametrize(
    ("content", "opener"),
    [
        ("folder of Word2Vec", "Word2Vec"),
        ("folder of KeyedVectors", "KeyedVectors"),
        ("ELMo", "ELMo"),
        ("TextClassifier", "TextClassifier"),
        ("checkpoints", "load one of them"),
        ("file", r"mine\.safetensors, a model of kind 'keyed_vectors'; KeyedVectors\.load opens the file"),
        ("texts", r"found no (model|weights)\.safetensors; its files: a\.txt"),
        ("nothing", "its files: none"),
    ],
)
def test_folders_of_other_models_are_named_with_what_opens_them(
    tmp_path: Path, content: str, opener: str, reader: str
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    if content in MODELS:
        MODELS[content][1](folder)
    elif content == "checkpoints":
        (folder / "checkpoint-000007.safetensors").write_bytes(b"")
    elif content == "file":
        small_vectors().save(folder / "mine.safetensors")
    elif content == "texts":
        (folder / "a.txt").write_text("text", encoding="utf-8")
    if opener == reader:
        assert _READERS[reader](folder) is not None
        return
    with pytest.raises(FormatError, match=opener) as caught:
        _READERS[reader](folder)
    assert isinstance(caught.value, WrongKindError) == (content not in ("texts", "nothing"))


@pytest.mark.parametrize("read", [KeyedVectors.load, Word2Vec.load, Doc2Vec.load, Phrases.load, load_vectors])
def test_folders_in_the_place_of_a_file_are_named_with_what_opens_them(
    tmp_path: Path, read: Callable[[str], object]
) -> None:
    MODELS["ELMo"][1](tmp_path / "model")
    with pytest.raises(WrongKindError, match=r"found the folder of a model of kind 'elmo'; ELMo\.from_pretrained"):
        read(str(tmp_path / "model"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(IsADirectoryError):
        read(str(tmp_path / "empty"))


def test_models_of_documents_and_n_grams_are_named(tmp_path: Path) -> None:
    Doc2Vec(vector_size=4).save_pretrained(tmp_path / "folder")
    with pytest.raises(WrongKindError, match=r"kind 'doc2vec'; Doc2Vec\.from_pretrained opens it"):
        ELMo.from_pretrained(tmp_path / "folder")
    Doc2Vec(vector_size=4).save(tmp_path / "documents")
    FastText(vector_size=4, bucket=10).save(tmp_path / "words")
    with pytest.raises(WrongKindError, match=r"Doc2Vec\.load opens it"):
        Word2Vec.load(tmp_path / "documents")
    with pytest.raises(WrongKindError, match=r"FastText\.load opens it"):
        Word2Vec.load(tmp_path / "words")


def test_folders_of_other_programs_are_named(tmp_path: Path) -> None:
    for name in ("encoder.pkl", "token_embedder.pkl"):
        (tmp_path / name).write_bytes(b"\x80\x02")
    for read in (Word2Vec.from_pretrained, KeyedVectors.from_pretrained, TextClassifier.load):
        with pytest.raises(WrongKindError, match=r"found a model of ELMoForManyLangs; ELMo\.from_pretrained opens it"):
            read(tmp_path)


@pytest.mark.parametrize("start", [b"%PDF-1.7\n%", b"7z\xbc\xaf\x27\x1c\0\x04", b"\xba\x16\x4f\x2f\x0c\0\0\0\5"])
def test_every_reader_of_models_names_other_formats(tmp_path: Path, start: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(start + bytes(600))
    readers = (Word2Vec.load, KeyedVectors.load, Phrases.load, ELMo.load)
    expected = {37: "a PDF document", 55: "a 7z archive", 186: "a fastText model; .*load_fasttext_format reads it"}[
        start[0]
    ]
    for read in readers:
        with pytest.raises(FormatError, match=f"expected a model saved by wordkin, found {expected}"):
            read(path)


def test_folders_of_word_vectors_are_read_as_their_files(tmp_path: Path) -> None:
    model = Word2Vec([["a", "b"]] * 3, min_count=1, vector_size=4, workers=1)
    model.save_pretrained(tmp_path / "folder")
    assert (load_vectors(str(tmp_path / "folder")).vectors == model.wv.vectors).all()
    assert main(["info", str(tmp_path / "folder")]) == 0
    assert main(["similar", str(tmp_path / "folder"), "a"]) == 0
    assert main(["convert", str(tmp_path / "folder"), str(tmp_path / "model.safetensors"), "--to", "model"]) == 0
    assert Word2Vec.load(tmp_path / "model.safetensors").wv.index_to_key == model.wv.index_to_key


def test_folders_of_checkpoints_name_the_newest(tmp_path: Path) -> None:
    Word2Vec(SENTENCES, vector_size=4, min_count=1, epochs=3, workers=1, checkpoint=tmp_path, checkpoint_epochs=1)
    with pytest.raises(
        FormatError, match=r"checkpoints of a training.* newest is checkpoint-\d+\.safetensors"
    ) as raised:
        wordkin.load(tmp_path)
    assert isinstance(wordkin.load(tmp_path / str(raised.value).split()[-1]), Word2Vec)


@pytest.mark.parametrize("mmap", [False, True])
@pytest.mark.parametrize("name", ["hs.bin", "ns.bin", "ova.bin", "softmax.bin", "cutoff.ftz", "whole.ftz"])
def test_supervised_models_of_fasttext_are_opened(name: str, mmap: bool) -> None:
    path = FORMATS / f"fasttext-{name}"
    opened = wordkin.load(path, mmap=mmap)
    assert isinstance(opened, FastTextModel)
    assert opened.predict("the singer", k=2)[0] == load_model(path).predict("the singer", k=2)[0]


def test_word_vectors_of_fasttext_are_opened(tmp_path: Path) -> None:
    assert isinstance(wordkin.load(FORMATS / "fasttext.bin"), FastTextKeyedVectors)
    compressed = tmp_path / "model.ftz.gz"
    compressed.write_bytes(gzip.compress((FORMATS / "fasttext-cutoff.ftz").read_bytes()))
    assert isinstance(wordkin.load(compressed), FastTextModel)
