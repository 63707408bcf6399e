"""``wordkin elmo train --preset``."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from wordkin import ELMo, KeyedVectors
from wordkin.elmo import PRESETS

from ..conftest import Run, sentences

SMALL = [
    "--preset", "hour", "--dim", "16", "--projection-dim", "8", "--filters", "1x6,2x8", "--batch-size", "8",
    "--negatives", "4", "--precision", "float32", "--workers", "1", "--no-progress",
]  # fmt: skip
SHORT = [*SMALL, "--max-steps", "12", "--checkpoint-steps", "4"]
PRESET = PRESETS["hour"]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A file of 1,800 words."""
    path = tmp_path / "corpus.txt"
    path.write_text("".join(" ".join(sentence) + "\n" for sentence in sentences(300)), encoding="utf-8")
    return path


def vectors_of_model(folder: Path) -> np.ndarray:
    """Return the word vectors that a model reads, without the rows of other tokens."""
    return np.asarray(ELMo.from_pretrained(folder).parameters["word_embed"])[3:]


def test_flags_take_precedence(run: Run, corpus: Path, tmp_path: Path) -> None:
    outcome = run("elmo", "train", corpus, "-o", tmp_path / "m", *SHORT, "--json")
    assert outcome.status == 0, outcome.err
    settings = json.loads(outcome.out)["settings"]
    given = {"dim": 16, "projection_dim": 8, "filters": [[1, 6], [2, 8]], "batch_size": 8, "negatives": 4}
    given |= {"precision": "float32", "max_steps": 12}
    expected = json.loads(json.dumps({**PRESET.model, **PRESET.training, **given}))
    assert {name: settings[name] for name in expected} == expected


def test_word_vectors_of_the_text_are_trained_first(run: Run, corpus: Path, tmp_path: Path) -> None:
    outcome = run("elmo", "train", corpus, "-o", tmp_path / "m", *SHORT, "--freeze-word-vectors")
    assert outcome.status == 0, outcome.err
    assert "word vectors: trained in" in outcome.out
    vectors = KeyedVectors.load(tmp_path / "m" / "word-vectors.safetensors")
    assert vectors.vector_size == PRESET.word_vectors["vector_size"]
    np.testing.assert_array_equal(vectors_of_model(tmp_path / "m"), vectors.vectors)


def test_rare_words_have_vectors_if_requested(run: Run, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.txt"
    corpus.write_text("one two three four five six seven\n" * 4, encoding="utf-8")
    flags = ["--batch-size", "1", "--min-count", "1", "--max-steps", "1"]
    outcome = run("elmo", "train", corpus, "-o", tmp_path / "m", *SMALL, *flags)
    assert outcome.status == 0, outcome.err
    assert len(KeyedVectors.load(tmp_path / "m" / "word-vectors.safetensors")) == 7


def test_resumed_training_keeps_the_word_vectors(run: Run, corpus: Path, tmp_path: Path) -> None:
    command = ["elmo", "train", corpus, "-o", tmp_path / "m", *SMALL, "--checkpoint-steps", "4", "--max-steps"]
    assert run(*command, "4").status == 0
    written = (tmp_path / "m" / "word-vectors.safetensors").stat().st_mtime_ns
    outcome = run(*command, "8")
    assert outcome.status == 0, outcome.err
    assert "resumed at 4" in outcome.out
    assert "word vectors" not in outcome.out
    assert (tmp_path / "m" / "word-vectors.safetensors").stat().st_mtime_ns == written


def test_word_vectors_of_an_earlier_run_are_replaced(run: Run, corpus: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("one two three four five six seven\n" * 100, encoding="utf-8")
    assert run("elmo", "train", other, "-o", tmp_path / "m", *SHORT, "--no-checkpoint").status == 0
    outcome = run("elmo", "train", corpus, "-o", tmp_path / "m", *SHORT, "--no-checkpoint")
    assert outcome.status == 0, outcome.err
    assert "seven" not in KeyedVectors.load(tmp_path / "m" / "word-vectors.safetensors")


def test_given_word_vectors_are_used(run: Run, corpus: Path, tmp_path: Path) -> None:
    assert run("train", corpus, "-o", tmp_path / "v.safetensors", "--vector-size", "6", "--no-progress").status == 0
    flags = ("--word-vectors", tmp_path / "v.safetensors")
    assert run("elmo", "train", corpus, "-o", tmp_path / "m", *SHORT, *flags).status == 0
    assert vectors_of_model(tmp_path / "m").shape[1] == 6
    assert not (tmp_path / "m" / "word-vectors.safetensors").exists()


def test_missing_word_vectors_of_a_run_that_resumes(run: Run, corpus: Path, tmp_path: Path) -> None:
    command = ["elmo", "train", corpus, "-o", tmp_path / "m", *SMALL, "--checkpoint-steps", "4", "--max-steps"]
    assert run(*command, "4").status == 0
    (tmp_path / "m" / "word-vectors.safetensors").unlink()
    outcome = run(*command, "8")
    assert outcome.status == 2
    assert "--word-vectors, or start again with --no-resume" in outcome.err
    assert not (tmp_path / "m" / "word-vectors.safetensors").exists()


@pytest.mark.parametrize("flag", ["corpus", "--vocabulary", "--validation"])
def test_word_vectors_do_not_replace_what_is_read(run: Run, corpus: Path, tmp_path: Path, flag: str) -> None:
    text = tmp_path / "m" / "word-vectors.safetensors"
    text.parent.mkdir()
    text.write_bytes(corpus.read_bytes())
    arguments = [text] if flag == "corpus" else [corpus, flag, text]
    outcome = run("elmo", "train", *arguments, "-o", tmp_path / "m", *SHORT)
    assert outcome.status != 0
    assert "the output must not replace a file that is read" in outcome.err
    assert text.read_bytes() == corpus.read_bytes()


@pytest.mark.parametrize(
    "flags",
    [
        "--learning-rate -1", "--batch-size 0", "--dropout 2", "--decay-seconds nan", "--negatives 0", "--keep 0",
        "--epochs 0", "--decay-steps 10 --decay-seconds 5", "--max-vocabulary-size 1", "--vocabulary missing.txt",
    ],
)  # fmt: skip
def test_invalid_flags_are_reported_before_word_vectors_are_trained(
    run: Run, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flags: str
) -> None:
    monkeypatch.setattr("wordkin.cli.elmo.presets.Word2Vec", None)
    outcome = run("elmo", "train", corpus, "-o", tmp_path / "m", *SMALL, *flags.split())
    assert outcome.status in (1, 2)
    assert not (tmp_path / "m" / "word-vectors.safetensors").exists()


@pytest.mark.parametrize("flags", ["--optimizer adam", "--schedule linear"])
def test_flags_that_repeat_the_preset_change_nothing(run: Run, corpus: Path, tmp_path: Path, flags: str) -> None:
    outcome = run("elmo", "train", corpus, "-o", tmp_path / "m", *SHORT, *flags.split(), "--json")
    assert outcome.status == 0, outcome.err
    settings = json.loads(outcome.out)["settings"]
    assert {name: settings[name] for name in ("learning_rate", "decay_seconds", "epochs")} == {
        name: PRESET.training[name] for name in ("learning_rate", "decay_seconds", "epochs")
    }
    assert settings["preset"] == "hour"
    assert settings["word_vectors"] == str(tmp_path / "m" / "word-vectors.safetensors")


@pytest.mark.parametrize("flags", ["--schedule constant", "--decay-steps 10", "--optimizer adagrad"])
def test_settings_that_depend_on_a_replaced_one_are_replaced(
    run: Run, corpus: Path, tmp_path: Path, flags: str
) -> None:
    outcome = run("elmo", "train", corpus, "-o", tmp_path / "m", *SHORT, *flags.split(), "--json")
    assert outcome.status == 0, outcome.err
    settings = json.loads(outcome.out)["settings"]
    if flags.startswith("--optimizer"):
        assert settings["learning_rate"] is None
    else:
        assert (settings["decay_seconds"], settings["epochs"]) == (None, 10)


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--from", "model"], "--preset and --from cannot both be given"),
        (["--options", "options.json"], "--preset and --options cannot both be given"),
        (["--token-input"], "--preset and --token-input cannot both be given"),
        (["--seed", "-1"], "seed must be"),
        (["--distributed", "mpi"], "--preset with --distributed needs --word-vectors"),
    ],
)
def test_contradictions(run: Run, corpus: Path, tmp_path: Path, flags: list[str], message: str) -> None:
    outcome = run("elmo", "train", corpus, "-o", tmp_path / "m", "--preset", "hour", *flags)
    assert outcome.status == 2
    assert message in outcome.err


def test_text_that_can_be_read_only_once(run_process: Run, corpus: Path, tmp_path: Path) -> None:
    outcome = run_process("elmo", "train", "-", "-o", tmp_path / "m", *SHORT, input=corpus.read_text(encoding="utf-8"))
    assert outcome.status == 2
    assert "can be read only once; --preset needs a file, or --word-vectors" in outcome.err
