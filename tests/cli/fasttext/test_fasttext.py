"""``wordkin fasttext``: what the program fasttext prints for its own models."""

from __future__ import annotations

import io
import json
import subprocess
from pathlib import Path

import pytest

from ..conftest import Run, command

FILES = Path(__file__).resolve().parents[2] / "formats"
EXPECTED = json.loads((FILES / "fasttext-models.expected.json").read_text(encoding="utf-8"))
NAME = "fasttext-softmax.bin"
MODEL = FILES / NAME


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    path = tmp_path / "texts"
    path.write_text("".join(f"{text}\n" for text in EXPECTED["texts"]), encoding="utf-8")
    return path


def type_in(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8"))


def test_predict(run: Run, texts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = [" ".join(label for label, _ in row[:2]) for row in EXPECTED[NAME]["predict"]]
    outcome = run("fasttext", "predict", MODEL, texts, 2)
    assert (outcome.status, outcome.out.splitlines()) == (0, expected)
    type_in(texts.read_text(encoding="utf-8"), monkeypatch)
    assert run("fasttext", "predict", MODEL, "-", 2).out == outcome.out


@pytest.mark.parametrize("name", ["predict", "predict-prob", "test", "test-label"])
@pytest.mark.parametrize(
    "layout",
    [
        "{model} {texts} {flag} 2 0.1",
        "{model} {texts} 2 {flag} 0.1",
        "{model} {flag} {texts} 2 0.1",
        "{flag} {model} {texts} 2 0.1",
        "{model} {texts} 2 0.1 {flag}",
    ],
)
def test_flags_may_come_before_the_numbers(run: Run, texts: Path, name: str, layout: str) -> None:
    expected = run("fasttext", name, MODEL, texts, 2, 0.1)
    words = layout.split()
    known = {"{model}": [MODEL], "{texts}": [texts], "{flag}": ["--errors", "replace"]}
    arguments = [part for word in words for part in known.get(word, [word])]
    assert run("fasttext", name, *arguments) == expected


def test_numbers_after_flags_are_checked(run: Run, texts: Path) -> None:
    flag = ["--errors", "replace"]
    every_label = run("fasttext", "predict", MODEL, texts, -1)
    assert run("fasttext", "predict", MODEL, texts, *flag, -1) == every_label
    assert every_label.status == 0
    for words, message in (
        (["two"], "argument k: must be an integer of at least 1, or -1 for all, got 'two'"),
        (["1", "0.5", "x"], "unexpected argument x"),
        (["--what"], "--what"),
    ):
        outcome = run("fasttext", "predict", MODEL, texts, *flag, *words)
        assert outcome.status == 2
        assert message in outcome.err


def test_lines_of_a_pipe_are_answered_as_they_arrive() -> None:
    with subprocess.Popen(
        command("fasttext", "predict", MODEL, "-"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for text, row in zip(EXPECTED["texts"], EXPECTED[NAME]["predict"], strict=True):
            process.stdin.write(f"{text}\n")
            process.stdin.flush()
            assert process.stdout.readline() == f"{row[0][0]}\n"  # before the next line is written
        process.stdin.close()
        assert process.wait() == 0


def test_predict_prob(run: Run, texts: Path) -> None:
    lines = run("fasttext", "predict-prob", MODEL, texts, 3, 0.2).out.splitlines()
    for line, row in zip(lines, EXPECTED[NAME]["predict"], strict=True):
        fields = line.split()
        above = [(label, value) for label, value in row if value >= 0.2]
        assert fields[::2] == [label for label, _ in above]
        assert [float(value) for value in fields[1::2]] == pytest.approx([value for _, value in above], abs=1e-5)


def test_test(run: Run, tmp_path: Path) -> None:
    outcome = run("fasttext", "test", MODEL, FILES / "fasttext-texts.txt", 2)
    examples, precision, recall = EXPECTED[NAME]["test"]
    assert outcome.out == f"N\t{examples}\nP@2\t{precision:.3g}\nR@2\t{recall:.3g}\n"
    of_labels = run("fasttext", "test-label", MODEL, FILES / "fasttext-texts.txt").out.splitlines()
    assert len(of_labels) == len(EXPECTED[NAME]["labels"]) + 3
    assert "F1-Score : " in of_labels[0]
    (tmp_path / "none").write_text("no label here\n", encoding="utf-8")
    outcome = run("fasttext", "test", MODEL, tmp_path / "none")
    assert outcome.status == 1
    assert "no line has both a label and a word" in outcome.err


def test_vectors(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for word, vector in EXPECTED[NAME]["word_vectors"].items():
        type_in(f"{word}\n", monkeypatch)
        name, *numbers = run("fasttext", "print-word-vectors", MODEL).out.split()
        assert name == word
        assert [float(number) for number in numbers] == pytest.approx(vector, rel=1e-3)
    type_in("".join(f"{text}\n" for text in EXPECTED["texts"]), monkeypatch)
    lines = run("fasttext", "print-sentence-vectors", MODEL).out.splitlines()
    assert len(lines) == len(EXPECTED["texts"])
    assert [float(number) for number in lines[0].split()] == pytest.approx(
        EXPECTED[NAME]["sentence_vectors"][0], rel=1e-3
    )
    ngrams = run("fasttext", "print-ngrams", MODEL, "the").out.splitlines()
    assert [line.split()[0] for line in ngrams] == EXPECTED[NAME]["subwords"]["the"][0]


def test_neighbours(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    type_in("goal\nsinger\n", monkeypatch)
    lines = run("fasttext", "nn", MODEL, 3).out.splitlines()
    assert len(lines) == 6
    assert "goal" not in [line.split()[0] for line in lines[:3]]
    type_in("goal team song\ntwo words\n", monkeypatch)
    outcome = run("fasttext", "analogies", MODEL, 2)
    assert (outcome.status, len(outcome.out.splitlines())) == (1, 2)
    assert "a question must have three words, got 'two words'" in outcome.err


def test_models_that_have_no_labels(run: Run, texts: Path) -> None:
    outcome = run("fasttext", "predict", FILES / "fasttext.bin", texts)
    assert outcome.status == 1
    assert "predict needs a supervised model" in outcome.err


def test_other_files(run: Run, texts: Path) -> None:
    outcome = run("fasttext", "predict", texts, texts)
    assert outcome.status == 1
    assert "expected a fastText model" in outcome.err
