"""``wordkin doc2vec train``, ``infer`` and ``similar``, run in this process."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from wordkin import Doc2Vec
from wordkin.cli.program import main

TEXT = "Apples and pears\npears and plums\n\nships on the sea\nthe sea and the ships\n"
TRAINING = ["--min-count", "1", "--vector-size", "8", "--epochs", "2", "--workers", "1", "--quiet"]


@pytest.fixture
def model(tmp_path: Path) -> str:
    (tmp_path / "documents.txt").write_text(TEXT, encoding="utf-8")
    path = str(tmp_path / "model.safetensors")
    assert (
        main(["doc2vec", "train", str(tmp_path / "documents.txt"), "-o", path, "--dbow", "--lowercase", *TRAINING]) == 0
    )
    return path


def give_input(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(text.encode())))


def test_lines_are_documents(model: str, capsys: pytest.CaptureFixture[str]) -> None:
    loaded = Doc2Vec.load(model)
    assert loaded.dv.index_to_key == [0, 1, 2, 3, 4]
    assert "apples" in loaded.wv
    assert loaded.dbow
    capsys.readouterr()
    assert main(["info", model, "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["tags"], facts["corpus_documents"], facts["settings"]) == (5, 5, str(loaded))


def test_files_are_documents(tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    (folder / "sub").mkdir(parents=True)
    for name in ("a.txt", "sub/b.txt"):
        (folder / name).write_text(TEXT, encoding="utf-8")
    path = str(tmp_path / "model.safetensors")
    assert main(["doc2vec", "train", str(folder), "-o", path, "--per", "file", "--concat", *TRAINING]) == 0
    assert Doc2Vec.load(path).dv.index_to_key == ["a.txt", "sub/b.txt"]


def test_vectors_of_new_documents(model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts = tmp_path / "new.txt"
    texts.write_text("Ships and PEARS\nsea\n", encoding="utf-8")
    assert main(["doc2vec", "infer", model, str(texts), "--epochs", "3", "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    expected = Doc2Vec.load(model).infer_vectors([["ships", "and", "pears"], ["sea"]], epochs=3)
    np.testing.assert_allclose(rows, expected, rtol=1e-6)
    assert main(["doc2vec", "infer", model, str(texts), "--epochs", "3"]) == 0
    np.testing.assert_allclose(np.loadtxt(io.StringIO(capsys.readouterr().out)), expected, rtol=1e-5)


def test_similar_documents(
    model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doc2vec", "similar", model, "3", "7", "--topn", "2", "--json"]) == 1  # there is no tag 7
    output = capsys.readouterr()
    found = json.loads(output.out)
    expected = Doc2Vec.load(model).dv.most_similar(3, topn=2)
    assert [near["tag"] for near in found["neighbours"]] == [tag for tag, _ in expected]
    assert "7" in output.err
    give_input(monkeypatch, "ships and sea\n\n")
    assert main(["doc2vec", "similar", model, "--texts", "-", "--topn", "1"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["0", "1"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "missing.txt", "-o", "m.safetensors"], "missing.txt"),
        (["train", "documents.txt", "-o", "documents.txt"], "documents.txt"),
        (["train", "documents.txt", "-o", "m.safetensors", "--per", "file"], "expected a folder"),
        (
            ["train", "documents.txt", "-o", "m.safetensors", "--epochs", "0", "--min-count", "1"],
            "--epochs must be at least 1",
        ),
        (["train", "documents.txt", "-o", "m.safetensors", "--sentences-per", "paragraph"], "--sentences-per"),
        (["infer", "documents.txt"], "documents.txt"),
        (["similar", "model.safetensors", "0", "--texts", "documents.txt"], "got both"),
    ],
)
def test_errors_say_what_to_change(
    model: str, arguments: list[str], message: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(Path(model).parent)
    assert main(["doc2vec", *arguments]) in (1, 2)
    assert message in capsys.readouterr().err


def test_an_interruption_saves_what_has_been_trained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from wordkin.cli.doc2vec import train

    class Interrupting(Doc2Vec):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            if arguments:
                raise KeyboardInterrupt

    (tmp_path / "documents.txt").write_text(TEXT, encoding="utf-8")
    monkeypatch.setattr(train, "Doc2Vec", Interrupting)
    path = str(tmp_path / "model.safetensors")
    assert main(["doc2vec", "train", str(tmp_path / "documents.txt"), "-o", path, *TRAINING]) == 130
    assert "is saved in" in capsys.readouterr().err
    assert len(Doc2Vec.load(path).dv) == 5
