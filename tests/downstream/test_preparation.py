"""Preparation of texts for estimators."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from wordkin import KeyedVectors, TextClassifier
from wordkin.cli.program import main
from wordkin.sklearn import WordVectorizer
from wordkin.text import PreparationOptions

OPTIONS = PreparationOptions(tokenizer="words", lowercase=True, normalize="NFC", min_token_length=2)
TEXTS = ["Die KÖNIGIN!", "Die Ko\u0308nigin.", "der Ko\u0308nig?", "DER König"] * 3
LABELS = ["f", "f", "m", "m"] * 3


@pytest.fixture
def vectors() -> KeyedVectors:
    vectors = KeyedVectors.from_vocabulary(["die", "königin", "der", "könig"], np.eye(4, dtype=np.float32))
    vectors.preparation = OPTIONS
    return vectors


def test_words_are_looked_up_as_the_vectors_were_prepared(vectors: KeyedVectors) -> None:
    rows = WordVectorizer(vectors).fit_transform(TEXTS[:4])
    assert rows.tolist() == [[0.5, 0.5, 0, 0], [0.5, 0.5, 0, 0], [0, 0, 0.5, 0.5], [0, 0, 0.5, 0.5]]
    vectors.preparation = PreparationOptions()
    assert WordVectorizer(vectors).fit_transform(["Ko\u0308nigin"]).tolist() == [[0, 0, 0, 0]]


def test_options_are_tokenizers_of_estimators(vectors: KeyedVectors, tmp_path: Path) -> None:
    vectorizer = WordVectorizer(vectors, "tfidf", tokenizer=vectors.preparation).fit(TEXTS)
    assert set(vectorizer.word_weights_) == {"die", "königin", "der", "könig"}
    classifier = TextClassifier(
        vectors, tokenizer=OPTIONS, encoder=None, pooling="mean", epochs=1, workers=1, random_state=1, progress=False
    ).fit(TEXTS, LABELS)
    expected = classifier.predict_proba([OPTIONS.tokens(text) for text in TEXTS])
    assert np.array_equal(classifier.predict_proba(TEXTS), expected)
    classifier.save(tmp_path / "model")
    loaded = TextClassifier.load(tmp_path / "model")
    assert loaded.tokenizer == OPTIONS
    assert np.array_equal(loaded.predict_proba(TEXTS), expected)


def test_the_command_prepares_texts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [f"{text}\t{label}" for text, label in zip(TEXTS, LABELS, strict=True)]
    (tmp_path / "train.tsv").write_text("\n".join(lines), encoding="utf-8")
    flags = ["--normalize", "NFC", "--min-token-length", "2", "--lowercase", "--epochs", "1", "--workers", "1"]
    folder = str(tmp_path / "model")
    assert main(["classify", "train", str(tmp_path / "train.tsv"), "-o", folder, "--json", *flags]) == 0
    assert json.loads(capsys.readouterr().out)
    loaded = TextClassifier.load(folder)
    assert loaded.tokenizer == PreparationOptions(tokenizer="words", normalize="NFC", min_token_length=2)
    assert main(["classify", "predict", folder, str(tmp_path / "train.tsv")]) == 0
    assert main(["info", folder]) == 0
    assert "tokenizer=words, normalize=NFC, min_token_length=2" in capsys.readouterr().out
    contradiction = ["--min-token-length", "3", "--max-token-length", "2"]
    assert main(["classify", "train", str(tmp_path / "train.tsv"), "-o", folder + "2", *contradiction]) == 2


def test_a_saved_function_within_options_is_named(vectors: KeyedVectors, tmp_path: Path) -> None:
    options = PreparationOptions(tokenizer=str.split)
    classifier = TextClassifier(
        vectors, tokenizer=options, encoder=None, pooling="mean", epochs=1, workers=1, random_state=1, progress=False
    ).fit(TEXTS, LABELS)
    classifier.save(tmp_path / "model")
    loaded = TextClassifier.load(tmp_path / "model")
    with pytest.raises(ValueError, match="texts of this model are split by a function"):
        loaded.predict(TEXTS)
    loaded.set_params(tokenizer=loaded.tokenizer.with_imported_tokenizer())
    assert loaded.tokenizer == options
    assert list(loaded.predict(TEXTS)) == list(classifier.predict(TEXTS))
