"""``wordkin plot``."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from wordkin import ELMo, TextClassifier, Word2Vec
from wordkin.word2vec import EpochReport, TrainingReport

from ..conftest import Run

PNG = b"\x89PNG"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("matplotlib")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("name", "start"), [("words.png", PNG), ("words.svg", b"<?xml"), ("words.PDF", b"%PDF"), ("a.b.png", PNG)]
)
def test_words_are_drawn_into_files(run: Run, model: Path, name: str, start: bytes) -> None:
    outcome = run("plot", model, "cat", "dog", "red", "-o", name, "--dpi", 30)
    assert (outcome.status, outcome.out, outcome.err) == (0, f"picture written to {name}\n", "")
    assert Path(name).read_bytes().startswith(start)


def test_the_most_frequent_words_are_drawn_by_default(run: Run, model: Path) -> None:
    outcome = run("plot", model, "-o", "words.svg", "--json")
    expected = {"file": "words.svg", "bytes": Path("words.svg").stat().st_size, "missing": [], "command": "plot"}
    assert outcome.report.items() >= expected.items()
    text = Path("words.svg").read_text(encoding="utf-8")
    assert all(f"<!-- {word} -->" in text for word in Word2Vec.load(model).wv.index_to_key[:100])


def test_words_are_read_from_standard_input(run: Run, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"cat\nred\n"), encoding="utf-8"))
    assert run("plot", model, "-", "dog", "-o", "words.svg").status == 0
    assert Path("words.svg").read_text(encoding="utf-8").count("<!-- ") == 3


def test_unknown_words_are_reported_and_left_out(run: Run, model: Path) -> None:
    outcome = run("plot", model, "cat", "catt", "dog", "-o", "words.svg", "--json")
    assert outcome.status == 1
    assert outcome.report["missing"] == ["catt"]
    assert "catt" in outcome.err
    assert "cat" in outcome.err
    assert Path("words.svg").read_text(encoding="utf-8").count("<!-- ") == 2
    outcome = run("plot", model, "catt", "-o", "none.png")
    assert outcome.status == 1
    assert not Path("none.png").exists()


def test_training_is_drawn_if_the_model_has_kept_it(run: Run, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    epochs = tuple(
        EpochReport(
            epoch=number,
            loss=2.0,
            pairs=1,
            scores=1,
            trained_words=1,
            raw_words=1,
            seconds=1.0,
            words_per_second=1.0,
            learning_rate=0.1,
        )
        for number in range(3)
    )
    report = TrainingReport(epochs=epochs, workers=1, isa="baseline")
    for kept, status in ((report, 0), (None, 1)):
        monkeypatch.setattr(Word2Vec, "training_report", kept)
        outcome = run("plot", model, "--training", "-o", f"{status}.png")
        assert outcome.status == status
        assert Path(f"{status}.png").exists() == (status == 0)
    assert "without a training report" in outcome.err


def test_the_training_of_a_language_model_is_drawn(run: Run, tmp_path: Path) -> None:
    model = ELMo(dim=8, projection_dim=4, n_layers=1, char_dim=2, filters=[[1, 4]], n_highway=0)
    model.initialize(["apples"])
    model.save_pretrained(tmp_path / "new")
    outcome = run("plot", tmp_path / "new", "--training", "-o", "new.png")
    assert (outcome.status, Path("new.png").exists()) == (1, False)
    model.train([["apples", "pears"]] * 9, epochs=1, batch_size=1, unroll_steps=3, workers=1, progress=False)
    model.save_pretrained(tmp_path / "trained")
    assert run("plot", tmp_path / "trained", "--training", "-o", "trained.png").status == 0
    assert Path("trained.png").exists()


def test_the_training_of_a_classifier_is_drawn(run: Run, tmp_path: Path) -> None:
    classifier = TextClassifier(epochs=1, workers=1, progress=False).fit(["a b", "c d"] * 4, ["x", "y"] * 4)
    classifier.save(tmp_path / "model")
    assert run("plot", tmp_path / "model", "--training", "-o", "classifier.png").status == 0
    assert Path("classifier.png").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-o", "words.docx"], "--output must end with one of ."),
        (["-o", "words"], "--output must end with one of ."),
        (["-o", "words.png", "--dpi", "0"], "--dpi must be from 10 to 2400, got 0"),
        (["cat", "-o", "words.png", "--training"], "--training draws no words"),
    ],
)
def test_bad_usage(run: Run, model: Path, arguments: list[str], message: str) -> None:
    outcome = run("plot", model, *arguments)
    assert outcome.status == 2
    assert message in outcome.err


def test_the_input_is_not_overwritten_and_missing_packages_are_named(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("vectors.png").write_text("a 1 2\nb 3 4\n", encoding="utf-8")
    assert run("plot", "vectors.png", "-o", "vectors.png").status == 1
    assert Path("vectors.png").read_text(encoding="utf-8").startswith("a 1 2")
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    outcome = run("plot", "vectors.png", "-o", "words.png")
    assert outcome.status == 1
    assert "pip install 'wordkin[plot]'" in outcome.err
