"""``wordkin fasttext supervised`` and ``quantize``, with the flags of the program fasttext."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from fasttext.test_supervised import lines_of
from wordkin import KeyedVectors
from wordkin.fasttext import load_model
from wordkin.fasttext.supervised.run import SupervisedRun

from ..conftest import Run, interrupt

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
        (["-lr", "nan"], 2, "lr must be finite"),
        (["-dim", "0"], 2, "dim must be from 1"),
        (["-thread", "0"], 2, "thread must be from 1"),
        (["-autotune-duration", "5"], 2, "-autotune-duration: -autotune-validation must name the file"),
        (["-autotune-modelsize", "2M"], 2, "-autotune-modelsize: -autotune-validation must name the file"),
        (["--keep", "3"], 2, "--checkpoint must name the folder"),
        (["--checkpoint-epochs", "0"], 2, "--checkpoint must name the folder"),
        (["--input", "x"], 2, "unknown flag --input, did you mean -input?"),
        (["--wordNgrams", "2"], 2, "unknown flag --wordNgrams, did you mean -wordNgrams?"),
        (["-loss", "hinge"], 2, "argument -loss: invalid choice: 'hinge'"),
        (["-minn", "4", "-maxn", "2"], 2, "maxn must be at least minn"),
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


@pytest.mark.parametrize("command", ["supervised", "skipgram", "cbow", "quantize"])
@pytest.mark.parametrize("name", ["", "folder/"])
def test_names_of_outputs_must_not_be_empty(run: Run, text: Path, command: str, name: str) -> None:
    outcome = run("fasttext", command, "-input", text, "-output", name)
    assert (outcome.status, "-output: must be the name of a file" in outcome.err) == (2, True)


@pytest.mark.parametrize("limits", [["0"], ["-2"], ["x"], ["1", "nan"], ["99999999999"]])
@pytest.mark.parametrize("command", ["predict", "test"])
def test_limits_are_checked_before_the_model_is_read(run: Run, text: Path, command: str, limits: list[str]) -> None:
    outcome = run("fasttext", command, "missing.bin", text, *limits)
    assert (outcome.status, "must be" in outcome.err) == (2, True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_command_saves_and_resumes(text: Path, tmp_path: Path, number: signal.Signals) -> None:
    flags = ["-input", text, "-output", tmp_path / "m", *QUICK, "--checkpoint", tmp_path / "run"]
    many = ["-epoch", "1000000", "--checkpoint-epochs", "1", "--progress"]
    outcome = interrupt("fasttext", "supervised", *flags, *many, shown=r"epoch [2-9]", number=number)
    assert outcome.status in (130, 143)
    assert "the model trained so far is saved in" in outcome.err
    assert "the same command resumes training from" in outcome.err
    assert load_model(tmp_path / "m.bin").labels


def test_interruption_before_training(run: Run, text: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*given: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(SupervisedRun, "train", stop)
    outcome = run("fasttext", "supervised", "-input", text, "-output", tmp_path / "m", *QUICK)
    assert (outcome.status, "nothing was saved" in outcome.err) == (130, True)
    assert not list(tmp_path.glob("m.*"))
