"""Checkpoints: runs resume bit for bit, other runs are refused, and failures leave a usable checkpoint."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordkin import ELMo
from wordkin.elmo import Validation
from wordkin.errors import CorruptFileError, FormatError, NotFittedError, TrainingDiverged, VocabularyError
from wordkin.storage import read_archive, write_archive

Sentences = list[list[str]]
MakeModel = Callable[..., ELMo]
Options = dict[str, Any]
RunScript = Callable[..., subprocess.CompletedProcess[str]]

needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")


def everything_of(model: ELMo) -> dict[str, bytes]:
    """Return all parameters and the optimizer state as bytes."""
    content = model._state
    assert content is not None
    assert content.optimizer is not None
    found = {name: tensor.tobytes() for name, tensor in content.parameters.items()}
    for moment, tensors in content.optimizer.moments.items():
        found |= {f"{moment}/{name}": tensor.tobytes() for name, tensor in tensors.items()}
    found["updates"] = str(content.optimizer.updates).encode()
    return found


def results_of(validations: tuple[Validation, ...]) -> list[Any]:
    return [(validation.step, validation.perplexity) for validation in validations]


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"optimizer": "adam", "schedule": "linear", "warmup_steps": 4},
        {"schedule": "linear", "decay_steps": 20},
        {"negatives": 4, "shuffle": False},
        {"clip_norm": 0.5, "dropout": 0.5, "schedule": "epoch_decay"},
    ],
)
@pytest.mark.parametrize("stops", [(1,), (5, 12, 13), (30,)])
def test_resumed_runs_are_equal_bit_for_bit(
    small_model: MakeModel, sentences: Sentences, quick: Options, tmp_path: Path, arguments: Options, stops: tuple[int]
) -> None:
    options = {**quick, **arguments}
    expected = small_model()
    whole = expected.train(sentences, **options)
    for stop in stops:
        report = small_model().train(sentences, **options, max_steps=stop, checkpoint=tmp_path)
        assert (report.steps, report.stopped_by) == (stop, "max_steps")
    resumed = small_model()
    report = resumed.train(sentences, **options, checkpoint=tmp_path)
    assert report.first_step == stops[-1]
    assert report.losses.tolist() == whole.losses[stops[-1] :].tolist()
    assert report.learning_rates.tolist() == whole.learning_rates[stops[-1] :].tolist()
    assert everything_of(resumed) == everything_of(expected)


def test_early_stopping_is_resumed(
    small_model: MakeModel, sentences: Sentences, quick: Options, tmp_path: Path
) -> None:
    options = {
        **quick, "epochs": 200, "optimizer": "adam", "learning_rate": 0.05, "validation": [["figs", "are", "good"]],
        "validation_steps": 5, "patience": 4,
    }  # fmt: skip
    expected = small_model()
    whole = expected.train(sentences, **options)
    assert whole.stopped_by == "patience"
    stop = 5 * len(whole.validations) - 10  # after the best validation and before the end
    small_model().train(sentences, **options, max_steps=stop, checkpoint=tmp_path)
    resumed = small_model()
    report = resumed.train(sentences, **options, checkpoint=tmp_path)
    assert report.first_step == stop
    assert results_of(report.validations) == results_of(whole.validations)
    assert everything_of(resumed) == everything_of(expected)


def test_finished_runs_can_be_extended(
    small_model: MakeModel, sentences: Sentences, quick: Options, tmp_path: Path
) -> None:
    quick = {**quick, "schedule": "constant"}
    small_model().train(sentences, **quick, checkpoint=tmp_path)
    again = small_model()
    report = again.train(sentences, **quick, checkpoint=tmp_path)  # the run is already finished
    assert (report.first_step, report.steps, len(report.losses)) == (36, 36, 0)
    assert len(list(tmp_path.iterdir())) == 1
    more = small_model()
    assert more.train(sentences, **{**quick, "epochs": 5}, checkpoint=tmp_path).steps == 5 * 154 // 12 - 4
    expected = small_model()
    expected.train(sentences, **{**quick, "epochs": 5})
    assert everything_of(more) == everything_of(expected)


def test_continued_training_is_resumed(
    trained: ELMo, small_model: MakeModel, sentences: Sentences, quick: Options, tmp_path: Path
) -> None:
    """Continued training of a loaded model is resumed from its checkpoints."""
    trained.save_pretrained(tmp_path / "model")
    text = [*sentences[:9], ["kiwis", "and", "figs"]] * 3
    options = {**quick, "vocabulary_change": "extend"}
    expected = ELMo.from_pretrained(tmp_path / "model")
    expected.train(text, **options)
    ELMo.from_pretrained(tmp_path / "model").train(text, **options, max_steps=9, checkpoint=tmp_path / "c")
    resumed = ELMo.from_pretrained(tmp_path / "model")
    assert resumed.train(text, **options, checkpoint=tmp_path / "c").first_step == 9
    assert everything_of(resumed) == everything_of(expected)


def test_checkpoints_are_written_when_due(
    small_model: MakeModel, sentences: Sentences, quick: Options, tmp_path: Path
) -> None:
    numbers: list[int] = []

    class Watch:
        def on_step_end(self, model: ELMo, report: Any) -> None:
            for thread in threading.enumerate():
                if thread.name == "wordkin-checkpoint":
                    thread.join()
            numbers.append(max([int(path.stem[11:]) for path in tmp_path.glob("checkpoint-*.safetensors")], default=0))

    report = small_model().train(
        sentences, **quick, checkpoint=tmp_path, checkpoint_steps=6, keep=3, callbacks=[Watch()]
    )
    assert numbers == [(step - 1) // 6 for step in range(1, 37)]
    assert len(list(tmp_path.iterdir())) == 3
    assert report.checkpoint is not None
    assert ELMo.from_pretrained(report.checkpoint).options == small_model(n_tokens_vocab=12).options
    small_model().train(
        sentences, **quick, checkpoint=tmp_path / "b", checkpoint_seconds=1e-6, keep=100, callbacks=[Watch()]
    )
    assert len(list((tmp_path / "b").iterdir())) == 36
    small_model().train(sentences, **quick, checkpoint=tmp_path / "c", checkpoint_seconds=None)
    assert len(list((tmp_path / "c").iterdir())) == 1


def test_resume_false_starts_from_scratch(
    small_model: MakeModel, sentences: Sentences, quick: Options, tmp_path: Path
) -> None:
    for seed in (1, 2):
        report = small_model().train(sentences, **quick, seed=seed, max_steps=5, checkpoint=tmp_path, resume=False)
        assert report.first_step == 0
    assert small_model().train(sentences, **quick, seed=2, checkpoint=tmp_path).first_step == 5


@pytest.mark.parametrize(
    ("model", "arguments", "named"),
    [
        ({"dim": 20}, {}, r"model: dim=16, this run: 20"),
        ({"filters": [[1, 6], [2, 9]]}, {}, "model: filters="),
        ({}, {"batch_size": 4}, "training: batch_size=3, this run: 4"),
        ({}, {"seed": 2}, "training: seed=1, this run: 2"),
        ({}, {"optimizer": "adagrad"}, "training: optimizer='adam', this run: 'adagrad'"),
        ({}, {"learning_rate": 0.1}, "training: learning_rate=0.002, this run: 0.1"),
        ({}, {"shuffle": False}, "training: shuffle=True, this run: False"),
        ({}, {"min_count": 8}, "model: n_tokens_vocab=12"),
    ],
)
def test_checkpoints_of_other_runs_are_refused(
    small_model: MakeModel,
    sentences: Sentences,
    quick: Options,
    tmp_path: Path,
    model: Options,
    arguments: Options,
    named: str,
) -> None:
    small_model().train(sentences, **quick, max_steps=2, checkpoint=tmp_path)
    other = small_model(**model)
    with pytest.raises(FormatError, match=rf"belongs to a different run \({named}"):
        other.train(sentences, **{**quick, **arguments}, checkpoint=tmp_path)
    other.train(sentences, **{**quick, **arguments}, checkpoint=tmp_path, resume=False, max_steps=1)


def test_checkpoints_of_other_texts_are_refused(
    small_model: MakeModel, sentences: Sentences, quick: Options, tmp_path: Path
) -> None:
    small_model().train(sentences, **quick, max_steps=2, checkpoint=tmp_path)
    with pytest.raises(FormatError, match="text: words=119, this run: 116"):
        small_model().train(sentences[1:], **quick, checkpoint=tmp_path)
    words = ["apples", "and", "pears", "plums", "are", "red", "figs", "big", "good"]
    with pytest.raises(VocabularyError, match=r"different vocabulary \(word 3 is 'and', this run: 'apples'"):
        small_model().train(sentences, **quick, vocabulary=words, checkpoint=tmp_path)


def test_damaged_checkpoints_are_skipped(
    small_model: MakeModel, sentences: Sentences, quick: Options, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    small_model().train(sentences, **quick, max_steps=5, checkpoint=tmp_path)
    small_model().train(sentences, **quick, max_steps=9, checkpoint=tmp_path)
    newest = max(tmp_path.iterdir())
    newest.write_bytes(newest.read_bytes()[:-100])
    with caplog.at_level(logging.WARNING, "wordkin"):
        assert small_model().train(sentences, **quick, checkpoint=tmp_path).first_step == 5
    assert newest.name in caplog.text
    for path in tmp_path.iterdir():
        path.write_bytes(b"x" * 1000)
    with pytest.raises(CorruptFileError, match="checkpoints are damaged"):
        small_model().train(sentences, **quick, checkpoint=tmp_path)


def test_checkpoints_with_old_option_names_can_be_resumed(
    small_model: MakeModel, sentences: Sentences, quick: Options, tmp_path: Path
) -> None:
    expected = small_model()
    expected.train(sentences, **quick)
    small_model().train(sentences, **quick, max_steps=5, checkpoint=tmp_path)
    (path,) = tmp_path.iterdir()
    archive = read_archive(path)
    training = archive.metadata["run"]["identity"]["training"]
    training["fresh_starts"] = training.pop("state_reset_rate")
    write_archive(path, dict(archive.tensors), archive.metadata)
    resumed = small_model()
    assert resumed.train(sentences, **quick, checkpoint=tmp_path).first_step == 5
    assert everything_of(resumed) == everything_of(expected)


@pytest.mark.parametrize("harm", ["run", "kind", "position", "state", "step", "optimizer", "tensor"])
def test_incomplete_checkpoints_are_refused(
    small_model: MakeModel, sentences: Sentences, quick: Options, tmp_path: Path, harm: str
) -> None:
    small_model().train(sentences, **quick, max_steps=5, checkpoint=tmp_path)
    (path,) = tmp_path.iterdir()
    archive = read_archive(path)
    tensors, metadata = dict(archive.tensors), dict(archive.metadata)
    if harm in ("run", "kind", "optimizer"):
        del metadata[harm]
    elif harm == "position":
        del tensors["position/taken"]
    elif harm == "state":
        del tensors["state_1/0/h"]
    elif harm == "step":
        metadata["run"] = {**metadata["run"], "step": "5"}
    else:
        del tensors["char_embed"]
    write_archive(path, tensors, metadata)
    with pytest.raises(FormatError, match=path.name):
        small_model().train(sentences, **quick, checkpoint=tmp_path)


def test_full_disk_does_not_stop_training(
    small_model: MakeModel, sentences: Sentences, quick: Options, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Training finishes, the old checkpoint remains, and warnings and the report name the failure."""
    resource = pytest.importorskip("resource")
    small_model().train(sentences, **quick, max_steps=5, checkpoint=tmp_path)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, limits[1]))
    try:
        with caplog.at_level(logging.WARNING, "wordkin"):
            report = small_model().train(sentences, **quick, checkpoint=tmp_path, checkpoint_steps=10)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (report.steps, report.stopped_by) == (36, "epochs")
    assert len(report.checkpoint_failures) >= 2
    assert "File too large" in report.checkpoint_failures[0]
    assert "could not write a checkpoint" in caplog.text
    assert report.checkpoint == str(tmp_path / "checkpoint-000001.safetensors")
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-000001.safetensors"]
    assert small_model().train(sentences, **quick, checkpoint=tmp_path).first_step == 5


def test_unusable_checkpoint_folder_raises_os_error(
    small_model: MakeModel, sentences: Sentences, quick: Options, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    model = small_model()
    with pytest.raises(OSError, match="file"):
        model.train(sentences, **quick, checkpoint=tmp_path / "file")
    with pytest.raises(NotFittedError):
        _ = model.parameters


def test_divergence_error_names_the_last_good_checkpoint(
    small_model: MakeModel, sentences: Sentences, quick: Options, tmp_path: Path
) -> None:
    class DamageParameters:
        def on_step_end(self, model: ELMo, report: Any) -> None:
            if report.step == 12:
                model.parameters["softmax/b"][:] = np.nan

    model = small_model()
    with pytest.raises(TrainingDiverged, match=r"step 13: .*last good checkpoint is .*checkpoint-0\d+\.safetensors"):
        model.train(sentences, **quick, checkpoint=tmp_path, checkpoint_steps=10, callbacks=[DamageParameters()])
    # Only one checkpoint is due before the parameters are damaged; a second could be delayed until afterwards.
    assert [read_archive(path).metadata["run"]["step"] for path in tmp_path.iterdir()] == [10]
    assert model.training_report is not None
    assert model.training_report.steps == 12


@needs_posix
def test_interrupted_runs_can_be_resumed(run_script: RunScript, tmp_path: Path) -> None:
    """After KeyboardInterrupt at a random time the model is usable and the run resumes bit for bit."""
    script = """
        import random

        def train(model, **more):
            return model.train(SENTENCES * 6, **{**QUICK, **more})

        expected = ELMo(**SMALL)
        whole = train(expected, epochs=1)
        interrupted, draw = 0, random.Random(7)
        for number in range(6):
            folder = f"{sys.argv[1]}/{number}"
            pause = draw.uniform(0, 1.5 * whole.seconds)
            killer = threading.Timer(pause, os.kill, (os.getpid(), signal.SIGINT))
            model = ELMo(**SMALL)
            try:
                try:
                    killer.start()
                    train(model, epochs=1, checkpoint=folder, checkpoint_steps=3)
                    killer.cancel()
                    time.sleep(0.02)
                except KeyboardInterrupt:
                    report = model.training_report
                    assert threading.active_count() <= 2, threading.enumerate()
                    if report is not None:
                        interrupted += report.interrupted
                        assert abs(len(report.losses) - report.steps) <= 1
                        assert model.perplexity(SENTENCES, workers=1).tokens == 154
            except KeyboardInterrupt:
                pass
            killer.cancel()
            model = ELMo(**SMALL)
            train(model, epochs=1, checkpoint=folder)
            for name, tensor in expected.parameters.items():
                assert tensor.tobytes() == model.parameters[name].tobytes(), (number, name)
        print(interrupted)
    """
    assert int(run_script(script, tmp_path).stdout) >= 2


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forked children")
def test_killed_runs_can_be_resumed(run_script: RunScript, tmp_path: Path) -> None:
    """A run that is killed repeatedly and resumed gives the same model."""
    script = """
        import random

        def train(model, **more):
            return model.train(SENTENCES * 10, **{**QUICK, "epochs": 2, **more})

        expected = ELMo(**SMALL)
        whole = train(expected)
        folder, draw, kills = sys.argv[1], random.Random(3), 0
        for _ in range(6):
            child = os.fork()
            if child == 0:
                train(ELMo(**SMALL), checkpoint=folder, checkpoint_seconds=1e-6)
                os._exit(0)
            time.sleep(draw.uniform(0, whole.seconds / 3))
            os.kill(child, signal.SIGKILL)
            kills += os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
        model = ELMo(**SMALL)
        report = train(model, checkpoint=folder)
        for name, tensor in expected.parameters.items():
            assert tensor.tobytes() == model.parameters[name].tobytes(), name
        print(kills, report.first_step)
    """
    kills, _ = map(int, run_script(script, tmp_path).stdout.split())
    assert kills >= 2


def test_daemon_thread_stops_when_the_interpreter_exits(run_script: RunScript, tmp_path: Path) -> None:
    script = """
        begun = threading.Event()

        class SetEvent:
            def on_step_end(self, model, report):
                begun.set()

        def train():
            options = {**QUICK, "epochs": 10**6, "workers": 2}
            ELMo(**SMALL).train(SENTENCES, **options, callbacks=[SetEvent()], checkpoint=sys.argv[1])

        threading.Thread(target=train, daemon=True).start()
        assert begun.wait(60)
    """
    done = run_script(script, tmp_path)
    assert done.stderr == ""
    assert len(list(tmp_path.glob("checkpoint-*"))) == 1


def test_training_leaves_no_thread(
    small_model: MakeModel, sentences: Sentences, quick: Options, tmp_path: Path
) -> None:
    before = threading.active_count()
    small_model().train(sentences, **quick, checkpoint=tmp_path, checkpoint_steps=3)
    assert threading.active_count() == before


@needs_posix
def test_ctrl_c_saves_a_checkpoint(tmp_path: Path, run_script: RunScript) -> None:
    script = """
        class Signal:
            def on_step_end(self, model, report):
                if report.step == 10:
                    os.kill(os.getpid(), signal.SIGINT)

        model = ELMo(**SMALL)
        try:
            model.train(SENTENCES, **{**QUICK, "epochs": 10**6}, callbacks=[Signal()], checkpoint=sys.argv[1])
        except KeyboardInterrupt:
            report = model.training_report
            print(report.steps, report.interrupted, report.stopped_by)
        model.save_pretrained(sys.argv[1] + "/model")
    """
    steps, is_interrupted, stopped_by = run_script(script, tmp_path).stdout.split()
    assert (is_interrupted, stopped_by) == ("True", "interrupted")
    assert 10 <= int(steps) <= 12
    assert ELMo.from_pretrained(tmp_path / "model").perplexity([["figs"]], workers=1).tokens == 2
    (path,) = tmp_path.glob("checkpoint-*")
    assert read_archive(path).metadata["run"]["step"] == int(steps)
