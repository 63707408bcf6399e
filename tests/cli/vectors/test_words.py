"""``wordkin nn``, ``similarity`` and ``vectors``: words from arguments, a prompt, or a pipe."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import numpy as np
import pytest

from wordkin import KeyedVectors, Word2Vec
from wordkin.cli.vectors.queries import WordQueries

from ..conftest import Run, sentences


@pytest.fixture
def royal(tmp_path: Path) -> Path:
    """Vectors for which king - man + woman is queen."""
    vectors = KeyedVectors(3)
    words = {"king": [1, 1, 0], "man": [1, 0, 0], "woman": [0, 0, 1], "queen": [0, 1, 1], "new_york": [1, 1, 1]}
    vectors.add_vectors(list(words), np.array(list(words.values()), np.float32))
    path = tmp_path / "royal.safetensors"
    vectors.save(path)
    return path


def type_lines(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8"))


def test_nn_answers_lines(run: Run, royal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    type_lines(monkeypatch, "king - man + woman\nnew york\nking woman\n")
    lines = [line.split("\t") for line in run("nn", royal, "--topn", 1).out.splitlines()]
    assert lines[0] == ["king - man + woman", "queen", "0.9586"]
    assert [line[0] for line in lines] == ["king - man + woman", "new york", "king woman"]
    assert lines[2][1] == "new_york"


def test_nn_reports_unknown_words_and_continues(run: Run, royal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    type_lines(monkeypatch, "kng\n-\nking\n")
    outcome = run("nn", royal, "--topn", 1, "--json")
    assert outcome.status == 1
    assert "did you mean 'king'" in outcome.err
    assert outcome.err.count("\n") == 2
    (answer,) = map(json.loads, outcome.out.splitlines())
    assert (answer["query"], answer["positive"], answer["negative"]) == ("king", ["king"], [])


def test_nn_prompts_on_a_terminal(run: Run, royal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typed = iter(["king", "", "kng"])

    def read(prompt: str) -> str:
        try:
            return next(typed)
        except StopIteration:
            raise EOFError from None

    monkeypatch.setattr("builtins.input", read)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    outcome = run("nn", royal, "--topn", 1)
    assert (outcome.status, outcome.out) == (0, "new_york\t0.8165\n\n")
    assert "5 words; type words" in outcome.err
    assert "did you mean 'king'" in outcome.err


def test_typed_words_are_prepared_like_the_text_of_the_model(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    texts = [" ".join(words) for words in sentences()]
    Word2Vec(texts, vector_size=4, epochs=1, workers=1, tokenizer="words", lowercase=True).save(path)
    queries = WordQueries(vectors=KeyedVectors.load(path))
    assert queries.keys("Cat") == ["cat"]
    assert queries.terms("Cat, DOG - Red") == (["cat", ",", "dog"], ["red"])


def test_similarity_of_pairs(run: Run, royal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("similarity", royal, "king", "man", "king", "queen").out == "king\tman\t0.7071\nking\tqueen\t0.5000\n"
    type_lines(monkeypatch, "king\tnew york\nking man\n")
    assert run("similarity", royal).out == "king\tnew york\t0.8165\nking\tman\t0.7071\n"
    type_lines(monkeypatch, "king man\nking nothing\nking queen\n")
    outcome = run("similarity", royal, "--json")
    assert outcome.status == 1
    assert [json.loads(line)["words"][1] for line in outcome.out.splitlines()] == ["man", "queen"]
    assert run("similarity", royal, "king").status == 2
    type_lines(monkeypatch, "king\n")
    assert "must have two words, got 'king'" in run("similarity", royal).err


def test_vectors_are_printed(run: Run, royal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("vectors", royal, "king", "man").out == "king\t1.0\t1.0\t0.0\nman\t1.0\t0.0\t0.0\n"
    type_lines(monkeypatch, "man woman\nnothing\nnothing man\n")
    outcome = run("vectors", royal, "--sentences")
    assert (outcome.status, outcome.out) == (1, "man woman\t0.5\t0.0\t0.5\nnothing man\t1.0\t0.0\t0.0\n")
    answer = json.loads(run("vectors", royal, "king", "--norm", "--json").out)
    assert answer["vector"] == pytest.approx([0.5**0.5, 0.5**0.5, 0])


def test_vectors_are_saved(run: Run, royal: Path, tmp_path: Path) -> None:
    matrix, keyed = tmp_path / "m.npy", tmp_path / "v.safetensors"
    assert run("vectors", royal, "king", "nothing", "-o", matrix).status == 1
    assert not matrix.exists()
    report = run("vectors", royal, "king", "nothing", "king", "-o", matrix, "--missing", "zero", "--json").report
    assert (report["rows"], report["vector_size"], report["command"]) == (3, 3, "vectors")
    assert np.load(matrix).tolist() == [[1, 1, 0], [0, 0, 0], [1, 1, 0]]
    assert run("vectors", royal, "king", "man", "king", "-o", keyed).status == 0
    saved = KeyedVectors.load(keyed)
    assert (saved.index_to_key, saved["man"].tolist()) == (["king", "man"], [1, 0, 0])
    assert run("vectors", royal, "king", "-o", tmp_path / "v.unknown").status == 2
