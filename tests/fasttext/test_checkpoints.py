"""Checkpoints of supervised training: resumption, runs that differ, and damaged files."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordkin.errors import CorruptFileError, FormatError
from wordkin.fasttext import SupervisedProgressEvent, train_supervised
from wordkin.storage import read_archive, write_archive

from .test_supervised import lines_of

QUICK: dict[str, Any] = {"dim": 6, "bucket": 500, "wordNgrams": 2, "thread": 1, "epoch": 5, "lr": 0.5, "verbose": 0}


class Stop(Exception):
    pass


def stop_in_epoch(number: int) -> Any:
    def progress(event: SupervisedProgressEvent) -> None:
        if event.epoch >= number:
            raise Stop

    return progress


def trained(text: str | None = None, **options: Any) -> Any:
    return train_supervised(io.StringIO(lines_of(300) if text is None else text), **{**QUICK, **options})


def stopped(folder: Path, number: int = 2, **options: Any) -> None:
    with pytest.raises(Stop):
        trained(checkpoint=folder, checkpoint_epochs=1, progress=stop_in_epoch(number), **options)


@pytest.mark.parametrize("loss", ["softmax", "ns", "hs", "ova"])
def test_a_resumed_run_gives_the_same_model(tmp_path: Path, loss: str) -> None:
    whole = trained(loss=loss)
    stopped(tmp_path, loss=loss)
    resumed = trained(loss=loss, checkpoint=tmp_path)
    np.testing.assert_array_equal(resumed.get_input_matrix(), whole.get_input_matrix())
    np.testing.assert_array_equal(resumed.get_output_matrix(), whole.get_output_matrix())
    report = resumed.training_report
    assert report.resumed_epochs in (1, 2)  # none is saved while the previous one is still being written
    assert (len(report.epochs), report.interrupted) == (5, False)
    assert [epoch.loss for epoch in report.epochs] == pytest.approx([e.loss for e in whole.training_report.epochs])
    assert report.checkpoint is not None
    assert report.lines_left_out == whole.training_report.lines_left_out


def test_a_complete_run_is_not_trained_again(tmp_path: Path) -> None:
    first = trained(checkpoint=tmp_path)
    again = trained(checkpoint=tmp_path)
    assert again.training_report.resumed_epochs == 5
    np.testing.assert_array_equal(again.get_input_matrix(), first.get_input_matrix())
    second = trained(checkpoint=tmp_path, resume=False)
    assert second.training_report.resumed_epochs == 0
    assert len(list(tmp_path.glob("checkpoint-*"))) == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"lr": 0.4}, "lr=0.5"),
        ({"epoch": 6}, "epoch=5"),
        ({"dim": 7}, "dim=6"),
        ({"seed": 1}, "seed=0"),
        ({"text": lines_of(301)}, "text: lines=300"),
        ({"text": lines_of(300).replace("pear", "plum")}, "checksum"),
    ],
)
def test_other_runs_are_refused(tmp_path: Path, options: dict[str, Any], message: str) -> None:
    stopped(tmp_path)
    with pytest.raises(FormatError, match=message):
        trained(checkpoint=tmp_path, **options)


def test_damaged_checkpoints(tmp_path: Path) -> None:
    stopped(tmp_path, 1)
    (path,) = tmp_path.glob("checkpoint-*")
    content = path.read_bytes()
    path.write_bytes(content[:-100])
    with pytest.raises(CorruptFileError):
        trained(checkpoint=tmp_path)
    path.write_bytes(content)
    archive = read_archive(path)
    tensors = {name: np.array(tensor) for name, tensor in archive.tensors.items()}
    run: Any = archive.metadata["run"]
    for changed, metadata in (
        ({**tensors, "input": tensors["input"][1:]}, archive.metadata),
        ({"input": tensors["input"]}, archive.metadata),
        ({**tensors, "output": tensors["output"].astype(np.float64)}, archive.metadata),
        (tensors, {**archive.metadata, "kind": "word2vec"}),
        (tensors, {**archive.metadata, "run": None}),
        (tensors, {**archive.metadata, "run": {**run, "jobs": -1}}),
        (tensors, {**archive.metadata, "run": {**run, "tokens": "many"}}),
        (tensors, {**archive.metadata, "run": {**run, "epochs": [{}]}}),
        (tensors, {**archive.metadata, "run": {**run, "epochs": 3}}),
    ):
        write_archive(path, changed, metadata)
        with pytest.raises(FormatError):
            trained(checkpoint=tmp_path)


def test_checkpoints_of_other_models_are_refused(tmp_path: Path) -> None:
    from wordkin import Word2Vec

    Word2Vec(
        [["a", "b"]] * 5, min_count=1, vector_size=4, workers=1, epochs=1, checkpoint=tmp_path, checkpoint_epochs=1
    )
    with pytest.raises(FormatError, match="not a checkpoint of supervised training"):
        trained(checkpoint=tmp_path)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"autotuneDuration": 5}, "autotuneValidationFile must be given"),
        ({"autotuneModelSize": "2M"}, "autotuneValidationFile must be given"),
        ({"keep": 0}, "keep"),
        ({"checkpoint_epochs": 0}, "checkpoint_epochs"),
    ],
)
def test_arguments(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        trained(**options)


def test_a_search_has_no_checkpoints(tmp_path: Path) -> None:
    (tmp_path / "valid.txt").write_text(lines_of(10), encoding="utf-8")
    with pytest.raises(ValueError, match="a search has no checkpoints"):
        trained(checkpoint=tmp_path / "run", autotuneValidationFile=tmp_path / "valid.txt")
