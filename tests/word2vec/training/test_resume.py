"""Checkpoints of Word2Vec: runs resume bit for bit, other runs are refused, and failures leave a usable checkpoint."""

from __future__ import annotations

import dataclasses
import gzip
import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordkin import Word2Vec
from wordkin.errors import CorruptFileError, FormatError, TrainingDiverged
from wordkin.storage import read_archive, write_archive
from wordkin.storage.checkpoint import CheckpointFolder
from wordkin.text import LineSentence

Sentences = list[list[str]]
Options = dict[str, Any]

QUICK: Options = {"vector_size": 8, "min_count": 1, "epochs": 3, "workers": 1, "batch_words": 200, "seed": 7}
VARIANTS: list[Options] = [
    {},
    {"sg": 1, "window": 3},
    {"hs": 1, "negative": 0},
    {"sg": 1, "hs": 1, "cbow_mean": 0, "sample": 0.05},
    {"shrink_windows": False, "negative": 2, "ns_exponent": -0.5, "alpha": 0.1, "min_alpha": 0.01},
]


@pytest.fixture(scope="module")
def sentences() -> Sentences:
    generator = np.random.default_rng(3)
    weights = 1.0 / np.arange(1, 81)
    words = generator.choice(80, size=3000, p=weights / weights.sum())
    return [[f"w{word}" for word in words[start : start + 12]] for start in range(0, 3000, 12)]


@pytest.fixture
def every_due_checkpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for a checkpoint that is being written instead of omitting the next one: these texts take milliseconds."""

    def wait(folder: CheckpointFolder) -> bool:
        folder.wait()
        return False

    monkeypatch.setattr(CheckpointFolder, "is_writing", property(wait))


def written(path: Path, sentences: Sentences) -> Path:
    path.write_text("".join(" ".join(sentence) + "\n" for sentence in sentences), encoding="utf-8")
    return path


def everything_of(model: Word2Vec) -> dict[str, Any]:
    """Return all layers as bytes, the counters, and what the report says about the result."""
    state = model._state
    found: dict[str, Any] = {
        name: rows.padded.tobytes()
        for name, rows in (("input", state.input), ("output", state.output), ("nodes", state.nodes))
        if rows is not None
    }
    report = model.training_report
    assert report is not None
    varying = {"seconds", "words_per_second"}
    found["epochs"] = [
        # The sums of losses are floats whose order of summation depends on where a run was stopped.
        {
            name: float(f"{value:.11g}") if name == "loss" else value
            for name, value in dataclasses.asdict(epoch).items()
            if name not in varying
        }
        for epoch in report.epochs
    ]
    return found | {
        "words": model.wv.index_to_key,
        "train_count": model.train_count,
        "min_alpha_yet_reached": model.min_alpha_yet_reached,
    }


class Stop:
    """Raises KeyboardInterrupt at an event."""

    def __init__(self, event: str, number: int = 1) -> None:
        self._event, self._left = event, number

    def _count(self, event: str) -> None:
        if event == self._event:
            self._left -= 1
            if self._left == 0:
                raise KeyboardInterrupt

    def on_train_begin(self, _: Word2Vec) -> None:
        self._count("on_train_begin")

    def on_epoch_begin(self, _: Word2Vec) -> None:
        self._count("on_epoch_begin")

    def on_epoch_end(self, _: Word2Vec) -> None:
        self._count("on_epoch_end")

    def on_train_end(self, _: Word2Vec) -> None:
        self._count("on_train_end")


class Interrupting:
    """Sentences that raise KeyboardInterrupt after a number of them, over all passes."""

    def __init__(self, sentences: Sentences, after: int) -> None:
        self._sentences, self._left = sentences, after

    def __iter__(self) -> Iterator[list[str]]:
        for sentence in self._sentences:
            if self._left == 0:
                time.sleep(0.05)  # most of the queued jobs run meanwhile
                raise KeyboardInterrupt
            self._left -= 1
            yield sentence


class Repeated:
    """The same sentences in every pass, as an iterable, not a list."""

    def __init__(self, sentences: Sentences) -> None:
        self._sentences = sentences

    def __iter__(self) -> Iterator[list[str]]:
        return iter(self._sentences)


@pytest.mark.parametrize("options", VARIANTS)
@pytest.mark.parametrize("stop", [("on_epoch_begin", 2), ("on_epoch_end", 2), ("on_train_end", 1)])
def test_runs_stopped_between_epochs_resume_bit_for_bit(
    sentences: Sentences, tmp_path: Path, options: Options, stop: tuple[str, int]
) -> None:
    arguments = {**QUICK, **options}
    expected = everything_of(Word2Vec(sentences, **arguments))
    with pytest.raises(KeyboardInterrupt):
        Word2Vec(sentences, **arguments, checkpoint=tmp_path, callbacks=[Stop(*stop)])
    resumed = Word2Vec(sentences, **arguments, checkpoint=tmp_path)
    assert everything_of(resumed) == expected
    assert resumed.training_report is not None
    assert resumed.training_report.words_before == {"on_epoch_begin": 3000, "on_epoch_end": 6000}.get(stop[0], 9000)


@pytest.mark.parametrize("options", VARIANTS)
def test_runs_stopped_within_epochs_resume_bit_for_bit(
    sentences: Sentences, tmp_path: Path, options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The corpus fails at several positions, so that the checkpoints are of positions within an epoch."""
    monkeypatch.setattr("wordkin.text.encoded.STREAM_BLOCK_WORDS", 500)
    arguments = {**QUICK, **options}
    expected = everything_of(Word2Vec(Repeated(sentences), **arguments))
    positions = []
    for after in (330, 450, 380, 510):  # sentences, of which 250 are counted first
        with pytest.raises(KeyboardInterrupt):
            Word2Vec(Interrupting(sentences, after), **arguments, checkpoint=tmp_path)
        positions.append(max(read_archive(path).metadata["run"]["words"] for path in tmp_path.iterdir()))
    assert positions == sorted(positions)
    resumed = Word2Vec(Repeated(sentences), **arguments, checkpoint=tmp_path)
    assert everything_of(resumed) == expected


@pytest.mark.usefixtures("every_due_checkpoint")
@pytest.mark.parametrize("kind", ["list", "iterable", "LineSentence", "file", "gzip", "folder"])
def test_checkpoints_within_epochs_of_every_kind_of_corpus(
    sentences: Sentences, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every checkpoint that a run saves leads to the result of that run."""
    for name in ("wordkin.text.encoded.STREAM_BLOCK_WORDS", "wordkin.text.scan.BLOCK_WORDS"):
        monkeypatch.setattr(name, 700)
    monkeypatch.setattr("wordkin.text.encoded.BLOCK_WORDS", 700)
    text = tmp_path / "text"
    text.mkdir()
    file = written(text / "a.txt", sentences)
    corpora: dict[str, Any] = {
        "list": sentences, "iterable": Repeated(sentences), "LineSentence": LineSentence(file), "file": file,
        "folder": text,
    }  # fmt: skip
    if kind == "gzip":
        corpora["gzip"] = text / "a.txt.gz"
        corpora["gzip"].write_bytes(gzip.compress(file.read_bytes()))
    folder = tmp_path / "checkpoints"
    whole = Word2Vec(corpora[kind], **QUICK, checkpoint=folder, checkpoint_seconds=1e-9, keep=100)
    expected = everything_of(whole)
    assert everything_of(Word2Vec(corpora[kind], **QUICK)) == expected
    paths = sorted(folder.iterdir())
    assert len(paths) >= 4
    within = 0
    for path in paths[:-1]:
        within += read_archive(path).metadata["run"]["jobs"] > 0
        alone = tmp_path / path.stem
        alone.mkdir()
        (alone / path.name).write_bytes(path.read_bytes())
        assert everything_of(Word2Vec(corpora[kind], **QUICK, checkpoint=alone)) == expected
    assert within


def test_a_finished_run_is_not_repeated(sentences: Sentences, tmp_path: Path) -> None:
    first = Word2Vec(sentences, **QUICK, checkpoint=tmp_path)
    again = Word2Vec(sentences, **QUICK, checkpoint=tmp_path)
    assert everything_of(again) == everything_of(first)
    assert len(list(tmp_path.iterdir())) == 1
    assert again.training_report is not None
    assert again.training_report.words_before == 9000


def test_resume_false_starts_again(sentences: Sentences, tmp_path: Path) -> None:
    Word2Vec(sentences, **QUICK, checkpoint=tmp_path)
    model = Word2Vec(sentences, **{**QUICK, "seed": 8}, checkpoint=tmp_path, resume=False)
    assert model.training_report is not None
    assert model.training_report.words_before == 0
    assert everything_of(model) == everything_of(Word2Vec(sentences, **{**QUICK, "seed": 8}))


def test_train_resumes_a_model_with_a_vocabulary(sentences: Sentences, tmp_path: Path) -> None:
    """`train` on a loaded model; lock factors belong to the run."""
    base = Word2Vec(sentences, **QUICK)
    base.wv.vectors_lockf = np.linspace(0, 1, len(base.wv), dtype=np.float32)
    base.save(tmp_path / "base")
    arguments: Options = {"total_examples": len(sentences), "epochs": 3, "start_alpha": 0.01}
    expected = Word2Vec.load(tmp_path / "base")
    expected.train(sentences, **arguments)
    with pytest.raises(KeyboardInterrupt):
        Word2Vec.load(tmp_path / "base").train(
            sentences, **arguments, checkpoint=tmp_path / "c", callbacks=[Stop("on_epoch_end")]
        )
    resumed = Word2Vec.load(tmp_path / "base")
    assert resumed.train(sentences, **arguments, checkpoint=tmp_path / "c")[1] == 9000
    assert everything_of(resumed) == everything_of(expected)
    unlocked = Word2Vec.load(tmp_path / "base")
    unlocked.wv.vectors_lockf = np.ones(1, dtype=np.float32)
    with pytest.raises(FormatError, match="vectors_lockf"):
        unlocked.train(sentences, **arguments, checkpoint=tmp_path / "c")


def test_the_same_object_resumes_after_an_interruption(sentences: Sentences, tmp_path: Path) -> None:
    """In a notebook, the same cell is run again."""
    expected = Word2Vec(sentences, **QUICK)
    model = Word2Vec(**QUICK)
    model.build_vocab(sentences)
    arguments: Options = {"total_examples": len(sentences), "epochs": 3, "checkpoint": tmp_path}
    with pytest.raises(KeyboardInterrupt):
        model.train(sentences, **arguments, callbacks=[Stop("on_epoch_end")])
    model.train(sentences, **arguments)
    assert everything_of(model) == everything_of(expected)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"seed": 8}, "seed=7, this run: 8"),
        ({"epochs": 4}, "epochs=3, this run: 4"),
        ({"sg": 1}, "architecture='cbow', this run: 'skipgram'"),
        ({"alpha": 0.05}, "alpha=0.025, this run: 0.05"),
        ({"vector_size": 9}, "vector_size=8, this run: 9"),
        ({"min_count": 20}, "words="),
        ({"sample": 0.0}, "sample="),
        ({"batch_words": 300}, "job_words=200, this run: 300"),
    ],
)
def test_checkpoints_of_other_settings_are_refused(
    sentences: Sentences, tmp_path: Path, changes: Options, named: str
) -> None:
    Word2Vec(sentences, **QUICK, checkpoint=tmp_path)
    with pytest.raises(FormatError, match=r"belongs to a different run.*do not resume") as raised:
        Word2Vec(sentences, **{**QUICK, **changes}, checkpoint=tmp_path)
    assert named in str(raised.value)


def test_checkpoints_of_other_texts_are_refused(sentences: Sentences, tmp_path: Path) -> None:
    """The same words and counts in another order, another text, and a longer one."""
    Word2Vec(sentences, **QUICK, checkpoint=tmp_path)
    swapped = [sentences[1], sentences[0], *sentences[2:]]
    other = [[word.upper() for word in sentence] for sentence in sentences]
    for text, named in ((swapped, "checksum|vocabulary"), (other, "vocabulary"), ([*sentences, ["new"]], "words")):
        with pytest.raises(FormatError, match=f"different run.*({named})"):
            Word2Vec(text, **QUICK, checkpoint=tmp_path)


def test_files_of_other_kinds_are_refused(sentences: Sentences, tmp_path: Path) -> None:
    model = Word2Vec(sentences, **QUICK)
    model.save(tmp_path / "checkpoint-000001.safetensors")
    with pytest.raises(FormatError, match="not a checkpoint"):
        Word2Vec(sentences, **QUICK, checkpoint=tmp_path)
    write_archive(tmp_path / "checkpoint-000002.safetensors", {"x": np.ones(3)}, {"kind": "elmo", "run": {}})
    with pytest.raises(FormatError, match="not a checkpoint of the training of a Word2Vec model"):
        Word2Vec(sentences, **QUICK, checkpoint=tmp_path)


@pytest.mark.parametrize(
    "damage",
    [
        lambda run, _: run.pop("tally"),
        lambda run, _: run.update(jobs=-1),
        lambda run, _: run.update(words="many"),
        lambda run, _: run["tally"].update(loss=None),
        lambda _, metadata: metadata.pop("report"),
        lambda _, metadata: metadata["report"].update(epochs=[{}]),
        lambda run, _: run.update(identity=None),
    ],
)
def test_damaged_training_states_are_errors_and_change_nothing(
    sentences: Sentences, tmp_path: Path, damage: Any
) -> None:
    Word2Vec(sentences, **QUICK, checkpoint=tmp_path)
    (path,) = tmp_path.iterdir()
    archive = read_archive(path)
    metadata: Options = dict(archive.metadata)
    damage(metadata["run"], metadata)
    write_archive(path, archive.tensors, metadata)
    with pytest.raises(FormatError, match=path.name):
        Word2Vec(sentences, **QUICK, checkpoint=tmp_path)


def test_the_previous_checkpoint_is_used_if_the_newest_is_damaged(sentences: Sentences, tmp_path: Path) -> None:
    expected = everything_of(Word2Vec(sentences, **QUICK, checkpoint=tmp_path, checkpoint_epochs=1))
    paths = sorted(tmp_path.iterdir())
    assert len(paths) == 2
    paths[1].write_bytes(paths[1].read_bytes()[:-100])
    resumed = Word2Vec(sentences, **QUICK, checkpoint=tmp_path)
    assert everything_of(resumed) == expected
    for path in tmp_path.iterdir():
        path.write_bytes(b"")
    with pytest.raises(CorruptFileError, match=r"all .* checkpoints are damaged"):
        Word2Vec(sentences, **QUICK, checkpoint=tmp_path)


@pytest.mark.usefixtures("every_due_checkpoint")
def test_intervals_and_number_of_checkpoints(sentences: Sentences, tmp_path: Path) -> None:
    Word2Vec(sentences, **{**QUICK, "epochs": 7}, checkpoint=tmp_path, checkpoint_epochs=2, keep=3)
    epochs = [len(read_archive(path).metadata["report"]["epochs"]) for path in sorted(tmp_path.iterdir())]
    assert epochs == [4, 6, 7]


def test_a_checkpoint_is_a_model(sentences: Sentences, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        Word2Vec(sentences, **QUICK, checkpoint=tmp_path, callbacks=[Stop("on_epoch_end", 2)])
    (path,) = tmp_path.iterdir()
    model = Word2Vec.load(path)
    assert model.training_report is not None
    assert len(model.training_report.epochs) == 2
    assert model.wv.most_similar("w1", topn=1)
    assert model.train(sentences, total_examples=len(sentences), epochs=1)[1] == 3000


def test_the_report_survives_saving(sentences: Sentences, tmp_path: Path) -> None:
    model = Word2Vec(sentences, **QUICK, compute_loss=True)
    model.save(tmp_path / "model")
    loaded = Word2Vec.load(tmp_path / "model")
    assert loaded.training_report == model.training_report
    assert loaded.get_latest_training_loss() == model.get_latest_training_loss() > 0
    untrained = Word2Vec(**QUICK)
    untrained.save(tmp_path / "model")
    assert Word2Vec.load(tmp_path / "model").training_report is None


def test_the_report_of_an_interrupted_run_survives(sentences: Sentences, tmp_path: Path) -> None:
    model = Word2Vec(**QUICK)
    model.build_vocab(sentences)
    with pytest.raises(KeyboardInterrupt):
        model.train(sentences, total_examples=len(sentences), epochs=3, callbacks=[Stop("on_epoch_end")])
    model.save(tmp_path / "model")
    report = Word2Vec.load(tmp_path / "model").training_report
    assert report == model.training_report
    assert report is not None
    assert report.interrupted


def test_divergence_saves_no_checkpoint(sentences: Sentences, tmp_path: Path) -> None:
    with pytest.raises(TrainingDiverged):
        Word2Vec(sentences, **{**QUICK, "alpha": 1e38}, checkpoint=tmp_path, checkpoint_seconds=1e-9)
    for path in tmp_path.iterdir():
        assert np.isfinite(Word2Vec.load(path).wv.vectors).all()


def test_several_threads_resume(sentences: Sentences, tmp_path: Path) -> None:
    arguments = {**QUICK, "workers": 2}
    with pytest.raises(KeyboardInterrupt):
        Word2Vec(Interrupting(sentences, 400), **arguments, checkpoint=tmp_path)
    resumed = Word2Vec(Repeated(sentences), **arguments, checkpoint=tmp_path)
    assert resumed.training_report is not None
    assert [epoch.raw_words for epoch in resumed.training_report.epochs] == [3000] * 3
    assert np.isfinite(resumed.wv.vectors).all()


def test_a_checkpoint_without_a_corpus_is_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    Word2Vec(checkpoint=tmp_path / "c")
    assert "checkpoint is not stored" in caplog.text
    assert not (tmp_path / "c").exists()


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("checkpoint_epochs", [0, -1, 1.5, "1"]),
        ("checkpoint_seconds", [0.0, -1.0, float("nan"), "1"]),
        ("keep", [0, 2.5]),
        ("resume", ["yes", 2]),
    ],
)
def test_invalid_options_are_refused_before_the_corpus_is_read(name: str, values: list[Any], tmp_path: Path) -> None:
    for value in values:
        with pytest.raises((TypeError, ValueError), match=name):
            Word2Vec(tmp_path / "missing.txt", checkpoint=tmp_path / "c", **{name: value})
    assert not (tmp_path / "c").exists()


def test_a_file_in_the_place_of_the_folder(sentences: Sentences, tmp_path: Path) -> None:
    (tmp_path / "c").write_text("", encoding="utf-8")
    with pytest.raises(OSError, match="c"):
        Word2Vec(sentences, **QUICK, checkpoint=tmp_path / "c")


def test_a_full_disk_does_not_stop_training(
    sentences: Sentences, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("wordkin.storage.checkpoint.write_archive", fail)
    with caplog.at_level(logging.WARNING):
        model = Word2Vec(sentences, **QUICK, checkpoint=tmp_path, checkpoint_epochs=1)
    assert model.training_report is not None
    assert len(model.training_report.checkpoint_failures) == 3
    assert model.training_report.checkpoint is None
    assert "No space left" in caplog.text


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_a_killed_run_resumes_bit_for_bit(sentences: Sentences, tmp_path: Path) -> None:
    """A process that is killed leaves complete checkpoints only, from which the run continues."""
    text = written(tmp_path / "text.txt", sentences)
    expected = everything_of(Word2Vec(corpus_file=text, **QUICK))
    script = f"""
import os
from wordkin import Word2Vec
class Kill:
    def on_epoch_begin(self, model):
        if len(model.training_report.epochs) == 2:
            os.kill(os.getpid(), 9)
options = {{"checkpoint": {str(tmp_path / "c")!r}, "checkpoint_epochs": 1, "callbacks": [Kill()]}}
Word2Vec(corpus_file={str(text)!r}, **options, **{QUICK!r})
"""
    done = subprocess.run([sys.executable, "-c", script], env=os.environ, timeout=120, check=False)
    assert done.returncode == -9
    resumed = Word2Vec(corpus_file=text, **QUICK, checkpoint=tmp_path / "c")
    assert everything_of(resumed) == expected
