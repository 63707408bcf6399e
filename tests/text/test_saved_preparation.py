"""Preparation of text that is saved with models and applied to what users type."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import wordkin
from wordkin import ELMo, KeyedVectors, Word2Vec
from wordkin.cli.program import main
from wordkin.errors import FormatError
from wordkin.text import PreparationOptions
from wordkin.text.preparation import SavedTokenizer
from wordkin.vectors.typed_keys import typed_key

OPTIONS: dict[str, Any] = {"tokenizer": "words", "lowercase": True, "normalize": "NFC", "min_token_length": 2}
PREPARATION = PreparationOptions(**OPTIONS)
TEXT = "Die Ko\u0308nigin geht. Der König bleibt.\nEine Königin, ein KÖNIG!\n" * 20
DECOMPOSED = "Ko\u0308nigin"


def split_at_commas(text: str) -> list[str]:
    return [part.strip() for part in text.split(",")]


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "text"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.fixture
def model(text: Path) -> Word2Vec:
    return Word2Vec(corpus_file=text, min_count=1, vector_size=4, epochs=1, workers=1, **OPTIONS)


@pytest.fixture
def language_model(text: Path) -> ELMo:
    model = ELMo(dim=8, projection_dim=4, n_layers=1, char_dim=4, filters=[[1, 4]], n_highway=0)
    model.train(
        text, epochs=1, batch_size=2, unroll_steps=5, min_count=1, workers=1, max_steps=2, progress=False, **OPTIONS
    )
    return model


def saved_and_loaded(vectors: KeyedVectors, folder: Path) -> KeyedVectors:
    vectors.save(folder / "vectors")
    return KeyedVectors.load(folder / "vectors")


def of_saved_model(vectors: KeyedVectors, folder: Path) -> KeyedVectors:
    model = Word2Vec(vector_size=4)
    model.preparation = vectors.preparation
    model.build_vocab_from_freq({"königin": 5})
    model.save(folder / "model")
    return KeyedVectors.load(folder / "model")


@pytest.mark.parametrize(
    "derive",
    [
        saved_and_loaded,
        of_saved_model,
        lambda vectors, _: pickle.loads(pickle.dumps(vectors)),
        lambda vectors, _: copy.deepcopy(vectors),
        lambda vectors, _: vectors.vectors_for_all(["königin"]),
        lambda vectors, _: wordkin.align(vectors, vectors),
    ],
    ids=["saved", "saved model", "pickled", "copied", "selected", "aligned"],
)
def test_vectors_keep_the_preparation(
    model: Word2Vec, derive: Callable[[KeyedVectors, Path], KeyedVectors], tmp_path: Path
) -> None:
    assert model.wv.preparation == model.preparation == PREPARATION
    derived = derive(model.wv, tmp_path)
    assert derived.preparation == PREPARATION
    assert typed_key(derived, DECOMPOSED) == "königin"


def test_models_keep_the_preparation(model: Word2Vec, text: Path, tmp_path: Path) -> None:
    model.save(tmp_path / "model")
    loaded = Word2Vec.load(tmp_path / "model")
    assert loaded.preparation == loaded.wv.preparation == PREPARATION
    loaded.build_vocab(corpus_file=text)
    assert loaded.wv.preparation == PREPARATION
    assert loaded.wv.key_to_index == model.wv.key_to_index
    with pytest.raises(TypeError, match="preparation must be PreparationOptions, got dict"):
        loaded.preparation = {"lowercase": True}  # type: ignore[assignment]


@pytest.mark.parametrize("use", ["train", "build_vocab", "train_slice"])
def test_trained_models_take_token_lists_as_they_are(use: str) -> None:
    texts = TEXT.splitlines()
    model = Word2Vec(texts, min_count=1, vector_size=4, sample=0, workers=1, **OPTIONS)

    def used(sentences: object) -> np.ndarray:
        part = copy.deepcopy(model)
        if use == "build_vocab":
            part.build_vocab(sentences, update=True)  # type: ignore[arg-type]
            return np.array([part.wv.get_vecattr(key, "count") for key in part.wv.index_to_key])
        if use == "train_slice":
            return part.train_slice(sentences).vectors  # type: ignore[arg-type]
        part.train(sentences, total_examples=40, epochs=1, start_alpha=0.01)  # type: ignore[arg-type]
        return part.wv.vectors

    prepared = [PREPARATION.tokens(text) for text in texts]
    np.testing.assert_array_equal(used(prepared), used(texts))
    with pytest.raises(TypeError, match="prepare token lists before, or leave the options out"):
        Word2Vec(prepared, **OPTIONS)


def test_text_formats_drop_the_preparation(model: Word2Vec, tmp_path: Path) -> None:
    model.wv.save_word2vec_format(tmp_path / "vectors.txt")
    assert KeyedVectors.load_word2vec_format(tmp_path / "vectors.txt").preparation.is_default


def test_files_without_options_are_as_before(tmp_path: Path) -> None:
    vectors = KeyedVectors.from_vocabulary(["a"], np.ones((1, 2), np.float32))
    vectors.save(tmp_path / "vectors")
    assert b"preparation" not in (tmp_path / "vectors").read_bytes()
    assert KeyedVectors.load(tmp_path / "vectors").preparation.is_default


def test_typed_keys(model: Word2Vec) -> None:
    vectors = model.wv
    vectors.add_vector("Wien", np.ones(4, np.float32))
    for typed, key in (("königin", "königin"), ("KÖNIGIN!", "königin"), ("Wien", "Wien"), (" König ", "könig")):
        assert typed_key(vectors, typed) == key
    for unknown in ("Unbekannt", "die königin", "!", "", "\ud800", "x" * 70_000):
        assert typed_key(vectors, unknown) == unknown


def test_commands_prepare_the_words_that_are_typed(
    model: Word2Vec, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(tmp_path / "vectors")
    model.wv.save(file)
    assert main(["similar", file, DECOMPOSED, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [near["word"] for near in found["neighbours"]] == [word for word, _ in model.wv.most_similar("königin")]
    assert main(["analogy", file, "KÖNIG", DECOMPOSED, "Die"]) == 0
    capsys.readouterr()
    assert main(["similar", file, "Unbekannt"]) == 1
    assert "'Unbekannt'" in capsys.readouterr().err
    assert main(["info", file]) == 0
    shown = "text preparation\ttokenizer=words, lowercase=True, normalize=NFC, min_token_length=2"
    assert shown in capsys.readouterr().out


def test_language_models_prepare_texts_as_those_they_were_trained_on(
    language_model: ELMo, text: Path, tmp_path: Path
) -> None:
    assert language_model.preparation == PREPARATION
    assert language_model.vocabulary is not None
    assert "königin" in language_model.vocabulary
    language_model.save_pretrained(tmp_path / "folder")
    loaded = ELMo.from_pretrained(tmp_path / "folder")
    assert loaded.preparation == PREPARATION
    typed, tokens = f"Die {DECOMPOSED}!", ["die", "königin"]
    assert np.array_equal(loaded.encode(typed), loaded.encode([tokens])[0])
    assert np.array_equal(next(loaded.encode_iter([typed])), loaded.encode([tokens])[0])
    assert np.array_equal(loaded.encode([typed], pooling="mean"), loaded.encode([tokens], pooling="mean"))
    assert len(loaded.score([typed])[0].forward) == len(tokens)
    assert loaded.substitutes(typed, 1) == loaded.substitutes(tokens, 1)
    assert len(loaded.encode(typed, tokenizer=str.split)) == 2
    assert loaded.perplexity(text, workers=1).unknown_tokens == 0
    lists = [PREPARATION.tokens(line) for line in TEXT.splitlines()]
    assert loaded.perplexity(lists, workers=1) == loaded.perplexity(text, workers=1)
    assert loaded.to_keyed_vectors().preparation == loaded.distill(text, progress=False).preparation == PREPARATION
    assert loaded.encode_file(text, tmp_path / "out.safetensors", progress=False) == 40


def test_continued_training_uses_the_preparation_of_the_model(language_model: ELMo, text: Path) -> None:
    language_model.train(text, epochs=1, batch_size=2, unroll_steps=5, max_steps=1, workers=1, progress=False)
    assert language_model.preparation == PREPARATION
    lists = [PREPARATION.tokens(line) for line in TEXT.splitlines()]
    language_model.train(lists, epochs=1, batch_size=2, unroll_steps=5, max_steps=1, workers=1, progress=False)
    language_model.train(
        text, lowercase=True, epochs=1, batch_size=2, unroll_steps=5, max_steps=1, workers=1, progress=False
    )
    assert language_model.preparation == PreparationOptions(lowercase=True)


def test_commands_of_language_models(text: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(tmp_path / "folder")
    flags = ["--dim", "8", "--projection-dim", "4", "--n-layers", "1", "--char-dim", "4", "--filters", "1x4"]
    flags += ["--n-highway", "0"]
    steps = ["--batch-size", "2", "--unroll-steps", "5", "--min-count", "1", "--max-steps", "2", "--workers", "1"]
    flags += ["--tokenizer", "words", "--lowercase", "--normalize", "NFC", "--min-token-length", "2", *steps]
    assert main(["elmo", "train", str(text), "-o", folder, "--validation", str(text), *flags]) == 0
    assert ELMo.from_pretrained(folder).preparation == PREPARATION
    capsys.readouterr()
    assert main(["elmo", "perplexity", folder, str(text), "--json", "--workers", "1"]) == 0
    assert json.loads(capsys.readouterr().out)["unknown_tokens"] == 0
    assert main(["elmo", "perplexity", folder, str(text), "--json", "--workers", "1", "--min-token-length", "1"]) == 0
    assert json.loads(capsys.readouterr().out)["unknown_tokens"] == 80  # punctuation marks
    assert main(["elmo", "substitutes", folder, "Die", "___", "geht!", "--workers", "1"]) == 0
    assert main(["info", folder]) == 0
    assert "tokenizer=words, lowercase=True, normalize=NFC, min_token_length=2" in capsys.readouterr().out
    other = str(tmp_path / "other")
    assert main(["elmo", "train", str(text), "-o", other, "--from", folder, *steps]) == 0
    assert ELMo.from_pretrained(other).preparation == PREPARATION


def test_functions_are_saved_by_name_and_imported_only_on_request(tmp_path: Path) -> None:
    options = PreparationOptions(tokenizer=split_at_commas, lowercase=True)
    assert options.to_metadata() == {"tokenizer": f"custom:{__name__}:split_at_commas", "lowercase": True}
    model = Word2Vec(["New York, Berlin", "Berlin"], min_count=1, vector_size=2, tokenizer=split_at_commas)
    model.save(tmp_path / "model")
    loaded = Word2Vec.load(tmp_path / "model")
    with pytest.raises(ValueError, match=rf"split by a function \({__name__}:split_at_commas\)"):
        loaded.preparation.tokens("a, b")
    loaded.wv.save(tmp_path / "vectors")  # the name is kept
    vectors = KeyedVectors.load(tmp_path / "vectors")
    assert typed_key(vectors, "berlin, x") == "berlin, x"
    vectors.preparation = vectors.preparation.with_imported_tokenizer()
    assert vectors.preparation.tokenizer is split_at_commas
    assert str(vectors.preparation) == f"tokenizer={__name__}:split_at_commas"
    assert PREPARATION.with_imported_tokenizer() is PREPARATION


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("custom:wordkin_missing:split", "cannot be imported"),
        ("custom:wordkin:__version__", "is not a function"),
        ("custom:wordkin:ELMo", "is not a function"),
        ("a function", "cannot be imported"),
        ("custom:", "cannot be imported"),
    ],
)
def test_names_of_no_function_are_errors(name: str, message: str) -> None:
    options = PreparationOptions.from_metadata({"tokenizer": name})
    assert options.tokenizer == SavedTokenizer(name)
    with pytest.raises(FormatError, match=message):
        options.with_imported_tokenizer()


@pytest.mark.parametrize("metadata", [{"lowercase": 3}, {"tokenizer": "spaces"}, {"unknown": 1}, [1], "lowercase"])
def test_invalid_options_in_files_are_format_errors(metadata: object, tmp_path: Path) -> None:
    from wordkin.vectors.files.archive import KEYED_VECTORS, archive_to_table, table_to_archive
    from wordkin.vectors.table import VectorTable

    archive = table_to_archive(VectorTable(2))
    archive.metadata["preparation"] = metadata
    with pytest.raises(FormatError):
        archive_to_table(archive)
    assert KEYED_VECTORS.kind == "keyed_vectors"
