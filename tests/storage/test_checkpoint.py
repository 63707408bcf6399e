"""Checkpoints are written in the background and atomically; old ones are deleted and damaged ones skipped."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordkin.errors import CorruptFileError
from wordkin.storage import checkpoint
from wordkin.storage.checkpoint import CheckpointFolder


def save(folder: CheckpointFolder, step: int) -> None:
    folder.save({"x": np.full(1000, step)}, {"step": step})
    folder.wait()


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_only_the_newest_checkpoints_are_kept(tmp_path: Path) -> None:
    folder = CheckpointFolder(tmp_path / "a" / "b", keep=2)
    assert folder.find() is None
    for step in range(1, 5):
        save(folder, step)
        assert len(folder.paths()) == min(step, 2)
    found = folder.find()
    assert found is not None
    assert (found.archive.metadata["step"], found.damaged, found.path) == (4, 0, folder.newest)
    assert found.archive.tensors["x"].tolist() == [4] * 1000
    assert names_in(tmp_path / "a" / "b") == ["checkpoint-000003.safetensors", "checkpoint-000004.safetensors"]
    save(CheckpointFolder(tmp_path / "a" / "b", keep=1), 7)
    assert names_in(tmp_path / "a" / "b") == ["checkpoint-000005.safetensors"]


def test_checkpoints_are_ordered_numerically(tmp_path: Path) -> None:
    (tmp_path / "checkpoint-999999.safetensors").touch()
    folder = CheckpointFolder(tmp_path, keep=2)
    save(folder, 1)
    assert folder.paths()[0].name == "checkpoint-1000000.safetensors"


def test_other_files_are_not_deleted(tmp_path: Path) -> None:
    others = ["checkpoint.safetensors", "checkpoint-000001.txt", "model.safetensors", ".wordkin-1-aa.tmp"]
    for name in others:
        (tmp_path / name).touch()
    (tmp_path / "checkpoint-000009.safetensors").mkdir()
    folder = CheckpointFolder(tmp_path, keep=1)
    save(folder, 1)
    save(folder, 2)
    assert {*others, "checkpoint-000009.safetensors"} < set(names_in(tmp_path))
    assert len(folder.paths()) == 1


def test_old_temporary_files_are_removed(tmp_path: Path) -> None:
    old = tmp_path / ".wordkin-1-aa.tmp"
    old.touch()
    os.utime(old, (time.time() - 10_000,) * 2)
    CheckpointFolder(tmp_path)
    assert names_in(tmp_path) == []


def test_arrays_may_change_while_they_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started, resumed = threading.Event(), threading.Event()
    write = checkpoint.write_archive

    def slow(*arguments: Any) -> None:
        started.set()
        assert resumed.wait(60)
        write(*arguments)

    monkeypatch.setattr(checkpoint, "write_archive", slow)
    folder = CheckpointFolder(tmp_path)
    tensor = np.zeros((3, 4), dtype=np.float32)
    folder.save({"x": tensor, "transposed": tensor.T}, {})
    assert started.wait(60)
    assert folder.is_writing
    tensor += 1
    resumed.set()
    found = folder.find()
    assert found is not None
    assert not folder.is_writing
    assert not found.archive.tensors["x"].any()
    assert found.archive.tensors["transposed"].shape == (4, 3)


def test_a_full_disk_is_logged_and_the_old_checkpoint_kept(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    resource = pytest.importorskip("resource")
    folder = CheckpointFolder(tmp_path, keep=1)
    save(folder, 1)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, limits[1]))
    try:
        with caplog.at_level(logging.WARNING, "wordkin"):
            save(folder, 2)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert len(folder.failures) == 1
    assert "checkpoint-000001" in caplog.text
    assert "could not write a checkpoint" in caplog.text
    assert names_in(tmp_path) == ["checkpoint-000001.safetensors"]
    save(folder, 3)
    found = folder.find()
    assert found is not None
    assert found.archive.metadata["step"] == 3
    assert len(folder.failures) == 1


@pytest.mark.parametrize("damage", ["cut", "flipped", "emptied"])
def test_damaged_checkpoints_are_skipped(tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: str) -> None:
    folder = CheckpointFolder(tmp_path, keep=3)
    for step in (1, 2):
        save(folder, step)
    newest = folder.paths()[0]
    content = bytearray(newest.read_bytes())
    if damage == "flipped":
        content[-5] ^= 1
    newest.write_bytes(content if damage == "flipped" else content[:-9] if damage == "cut" else b"")
    with caplog.at_level(logging.WARNING, "wordkin"):
        found = CheckpointFolder(tmp_path).find()
    assert found is not None
    assert (found.archive.metadata["step"], found.damaged) == (1, 1)
    assert newest.name in caplog.text
    folder.paths()[1].write_bytes(b"")
    with pytest.raises(CorruptFileError, match="all 2 checkpoints are damaged"):
        CheckpointFolder(tmp_path).find()


def test_a_checkpoint_is_completed_before_the_process_exits(tmp_path: Path) -> None:
    script = """
        import sys, numpy as np
        from wordkin.storage.checkpoint import CheckpointFolder

        CheckpointFolder(sys.argv[1]).save({"x": np.zeros(3_000_000)}, {})
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(script), str(tmp_path)], check=True, timeout=120)
    found = CheckpointFolder(tmp_path).find()
    assert found is not None
    assert found.archive.tensors["x"].shape == (3_000_000,)


@pytest.mark.parametrize("has_started", [False, True])
def test_an_interruption_while_the_thread_starts_keeps_the_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_started: bool
) -> None:
    """The checkpoint is written exactly once, whether or not the thread has started."""
    start = threading.Thread.start

    def interrupted(thread: threading.Thread) -> None:
        if has_started:
            start(thread)
        raise KeyboardInterrupt

    folder = CheckpointFolder(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", interrupted)
        with pytest.raises(KeyboardInterrupt):
            folder.save({"x": np.arange(3)}, {"step": 1})
    folder.wait()
    assert not folder.is_writing
    assert names_in(tmp_path) == ["checkpoint-000001.safetensors"]
    save(folder, 2)
    assert len(folder.paths()) == 2


def test_checkpoints_are_written_if_no_thread_can_be_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refused)
    folder = CheckpointFolder(tmp_path)
    save(folder, 1)
    assert folder.newest is not None
    assert folder.newest.is_file()


def test_folders_that_cannot_be_created_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError):
        CheckpointFolder(tmp_path / "file")
    with pytest.raises(OSError):
        CheckpointFolder(tmp_path / "file" / "within")
