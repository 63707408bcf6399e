"""``wordkin fasttext supervised`` and ``quantize``, with the flags of the program fasttext."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fasttext.test_supervised import lines_of
from wordkin import KeyedVectors
from wordkin.fasttext import load_model

from ..conftest import Run

QUICK = ("-lr", "0.5", "-dim", "6", "-thread", "1", "-bucket", "1000")


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "train.txt"
    path.write_text(lines_of(300) + "no label\n", encoding="utf-8")
    return path


def test_training_and_compression(run: Run, text: Path, tmp_path: Path) -> None:
    name = tmp_path / "model"
    flags = ["-wordNgrams", "2", "-minCount", "1", "-loss", "hs", "-epoch", "3", "-verbose", "0", "-seed", "7"]
    outcome = run("fasttext", "supervised", "-input", text, "-output", name, *QUICK, *flags, "-saveOutput")
    assert outcome.status == 0
    assert "text: 301 lines, of which 1 are left out" in outcome.out
    assert f"saved: {name}.bin, {name}.vec, {name}.output" in outcome.out
    model = load_model(f"{name}.bin")
    arguments = model._state.file.arguments
    assert (arguments.loss, arguments.word_ngrams, arguments.epoch, arguments.bucket) == ("hs", 2, 3, 1000)
    vectors = KeyedVectors.load_word2vec_format(f"{name}.vec")
    assert vectors.index_to_key == model.words
    assert vectors["pear"] == pytest.approx(model["pear"], abs=1e-6)
    assert KeyedVectors.load_word2vec_format(f"{name}.output").index_to_key == model.labels
    outcome = run("fasttext", "test", f"{name}.bin", text)
    assert outcome.out == "N\t300\nP@1\t1\nR@1\t1\n"
    outcome = run("fasttext", "quantize", "-input", text, "-output", name, "-qnorm", "-retrain", "-cutoff", 400,
                  "-epoch", 1, "-thread", 1)  # fmt: skip
    assert (outcome.status, f"saved: {name}.ftz" in outcome.out) == (0, True)
    assert run("fasttext", "test", f"{name}.ftz", text).out == "N\t300\nP@1\t1\nR@1\t1\n"


def test_the_report_is_json(run: Run, text: Path, tmp_path: Path) -> None:
    flags = ["-autotune-validation", text, "-autotune-trials", 2, "-autotune-duration", 60, "--json"]
    outcome = run("fasttext", "supervised", "-input", text, "-output", tmp_path / "m", *QUICK, *flags)
    report = json.loads(outcome.out)
    assert (report["command"], report["seed"], report["labels"]) == ("fasttext supervised", 0, 3)
    assert [trial["dim"] for trial in report["trials"]] == [6, 6]
    assert report["settings"]["lr"] == 0.5
    outcome = run("fasttext", "quantize", "-output", tmp_path / "m", "--json")
    assert outcome.status in (0, 1)  # a model without n-grams has too few rows


@pytest.mark.parametrize(
    ("flags", "status", "message"),
    [
        (["-lr", "nan"], 1, "lr must be finite"),
        (["-loss", "hinge"], 2, "argument -loss: invalid choice: 'hinge'"),
        (["-minn", "4", "-maxn", "2"], 1, "maxn must be at least minn"),
        (["-wordNgram", "2"], 2, "unknown flag -wordNgram, did you mean -wordNgrams?"),
        (["-pretrainedVectors", "none.vec"], 1, "none.vec"),
        (["-autotune-validation", "none.txt"], 1, "none.txt"),
    ],
)
def test_bad_flags(run: Run, text: Path, tmp_path: Path, flags: list[str], status: int, message: str) -> None:
    outcome = run("fasttext", "supervised", "-input", text, "-output", tmp_path / "m", *flags)
    assert outcome.status == status
    assert message in outcome.err
    assert not (tmp_path / "m.bin").exists()


def test_outputs_do_not_replace_inputs(run: Run, tmp_path: Path) -> None:
    source = tmp_path / "m.vec"
    source.write_text(lines_of(10), encoding="utf-8")
    outcome = run("fasttext", "supervised", "-input", source, "-output", tmp_path / "m")
    assert outcome.status != 0
    assert source.read_text(encoding="utf-8") == lines_of(10)


def test_retraining_needs_a_text(run: Run, tmp_path: Path) -> None:
    outcome = run("fasttext", "quantize", "-output", tmp_path / "m", "-retrain")
    assert (outcome.status, "-retrain needs the labelled text; give -input" in outcome.err) == (2, True)
