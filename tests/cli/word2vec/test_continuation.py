"""``wordkin train`` with checkpoints, from a model, and on slices."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wordkin import KeyedVectors, Word2Vec
from wordkin.word2vec.training import epochs

from ..conftest import Run

SMALL = ("--vector-size", "8", "--epochs", "3", "--workers", "1", "--batch-words", "200")


@pytest.fixture
def model(run: Run, corpus: Path, tmp_path: Path) -> Path:
    path = tmp_path / "all.safetensors"
    assert run("train", corpus, "-o", path, *SMALL).status == 0
    return path


def test_an_interrupted_command_resumes(
    run: Run, corpus: Path, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ("train", corpus, "-o", tmp_path / "out.safetensors", *SMALL, "--checkpoint", tmp_path / "c")
    run_epoch, left = epochs._run_epoch, [2]

    def interrupted(*given: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise KeyboardInterrupt
        run_epoch(*given)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(epochs, "_run_epoch", interrupted)
        stopped = run(*arguments)
    assert stopped.status == 130
    assert "the same command resumes" in stopped.err
    resumed = run(*arguments, "--resume", "--json")
    assert resumed.status == 0, resumed.err
    report = json.loads(resumed.out)
    assert report["resumed_words"] > 0
    assert report["checkpoint"].endswith("checkpoint-000002.safetensors")
    expected = Word2Vec.load(model).wv.vectors
    assert Word2Vec.load(tmp_path / "out.safetensors").wv.vectors.tobytes() == expected.tobytes()
    other = run(*arguments, "--seed", "9")
    assert other.status == 1
    assert "different run" in other.err
    assert run(*arguments, "--seed", "9", "--no-resume").status == 0


@pytest.mark.parametrize("flags", [["--resume"], ["--no-resume"], ["--keep", "3"], ["--checkpoint-epochs", "1"]])
def test_flags_about_checkpoints_need_a_folder(run: Run, corpus: Path, tmp_path: Path, flags: list[str]) -> None:
    outcome = run("train", corpus, "-o", tmp_path / "out.safetensors", *flags)
    assert outcome.status == 2
    assert f"{flags[0].replace('--no-', '--')}: --checkpoint must name the folder" in outcome.err


def test_a_model_is_trained_further(run: Run, corpus: Path, model: Path, tmp_path: Path) -> None:
    output = tmp_path / "more.safetensors"
    assert run("train", corpus, "-o", output, "--from", model, "--epochs", "2", "--alpha", "0.01").status == 0
    expected = Word2Vec.load(model)
    words = expected.corpus_total_words
    expected.train(corpus_file=corpus, total_words=words, epochs=2, start_alpha=0.01)
    result = Word2Vec.load(output)
    assert result.wv.vectors.tobytes() == expected.wv.vectors.tobytes()
    assert (result.train_count, result.epochs) == (2, 2)


def test_the_vocabulary_is_extended_on_request(run: Run, model: Path, tmp_path: Path) -> None:
    text, output = tmp_path / "new.txt", tmp_path / "more.safetensors"
    text.write_text("entirely new words here\n" * 20, encoding="utf-8")
    arguments = ("train", text, "-o", output, "--from", model)
    assert run(*arguments, "--vocabulary-change", "extend", "--min-count", "3").status == 0
    known = len(Word2Vec.load(model).wv)
    assert len(Word2Vec.load(output).wv) == known + 4
    assert run(*arguments).status == 0
    assert len(Word2Vec.load(output).wv) == known


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--vector-size", "9"], "--vector-size"),
        (["--sg"], "--sg"),
        (["--lowercase"], "--lowercase"),
        (["--min-count", "2"], "--min-count"),
        (["--alpha", "-1"], "alpha"),
        (["--read-vocab", "words"], "--read-vocab"),
    ],
)
def test_options_that_describe_the_model_are_refused(
    run: Run, corpus: Path, model: Path, tmp_path: Path, flags: list[str], message: str
) -> None:
    (tmp_path / "words").write_text("a 1\n", encoding="utf-8")
    flags = [str(tmp_path / flag) if flag == "words" else flag for flag in flags]
    outcome = run("train", corpus, "-o", tmp_path / "out.safetensors", "--from", model, *flags)
    assert outcome.status == 2
    assert message in outcome.err


def test_vocabulary_change_needs_a_model(run: Run, corpus: Path, tmp_path: Path) -> None:
    outcome = run("train", corpus, "-o", tmp_path / "out.safetensors", "--vocabulary-change", "extend")
    assert (outcome.status, "needs --from" in outcome.err) == (2, True)


def test_the_model_is_not_replaced_by_the_output(run: Run, corpus: Path, model: Path) -> None:
    for flag in ("--from", "--compass"):
        outcome = run("train", corpus, "-o", model, flag, model)
        assert outcome.status != 0
        assert "must not replace" in outcome.err


def test_slices_are_trained_and_compared(run: Run, corpus: Path, model: Path, tmp_path: Path) -> None:
    lines = corpus.read_text(encoding="utf-8").splitlines(keepends=True)
    outputs = []
    for name, part in (("old", lines[: len(lines) // 2]), ("new", lines[len(lines) // 2 :])):
        (tmp_path / f"{name}.txt").write_text("".join(part), encoding="utf-8")
        outputs.append(tmp_path / f"{name}.safetensors")
        arguments = (tmp_path / f"{name}.txt", "-o", outputs[-1], "--compass", model, "--min-count", "2")
        assert run("train", *arguments).status == 0
    vectors = KeyedVectors.load(outputs[0])
    expected = Word2Vec.load(model).train_slice(corpus_file=tmp_path / "old.txt", min_count=2)
    assert vectors.vectors.tobytes() == expected.vectors.tobytes()
    assert vectors.get_vecattr(vectors.index_to_key[0], "count") > 1
    compared = run("compare", *outputs, "--no-rotate", "--json", "--rows", "3")
    assert compared.status == 0
    assert len(compared.out.splitlines()) == 3


def test_a_slice_is_not_a_model(run: Run, corpus: Path, model: Path, tmp_path: Path) -> None:
    outcome = run("train", corpus, "-o", tmp_path / "out.bin", "--compass", model, "--format", "model")
    assert outcome.status == 2
    assert "--compass gives vectors" in outcome.err


def test_info_shows_how_far_training_went(run: Run, corpus: Path, tmp_path: Path) -> None:
    arguments = (*SMALL, "--checkpoint", tmp_path / "c", "--checkpoint-epochs", "1")
    assert run("train", corpus, "-o", tmp_path / "out.safetensors", *arguments).status == 0
    for path in (tmp_path / "out.safetensors", sorted((tmp_path / "c").iterdir())[-1]):
        facts = json.loads(run("info", path, "--json").out)
        assert (facts["epochs"], facts["epochs_done"], facts["interrupted"]) == (3, 3, False)
        assert facts["loss"] > 0
