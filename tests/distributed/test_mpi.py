"""Real processes of MPI train the model that ranks in threads train, and a failing rank ends all."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from wordkin import Word2Vec

from .launchers import (
    assert_trained_as_by_threads,
    mpi_command,
    mpiexec,
    started,
    train_arguments,
    write_texts,
)

pytest.importorskip("mpi4py")

OPTIONS = {"min_count": 1, "vector_size": 24, "epochs": 2, "batch_words": 200, "sync_words": 600, "workers": 1}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_texts(tmp_path)
    return tmp_path


def train(folder: Path, *flags: str, **options: object) -> list[str]:
    return [*train_arguments(folder, "mpi", {**OPTIONS, **options}), *flags]


def test_the_command_trains_as_threads_do(folder: Path) -> None:
    done = mpiexec(*[["-m", "wordkin", *train(folder)]] * 2)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("communication: 2 processes") == 1
    assert_trained_as_by_threads(folder, 2, OPTIONS)


def test_a_command_line_that_one_process_rejects_ends_all(folder: Path) -> None:
    done = mpiexec(["-m", "wordkin", *train(folder)], ["-m", "wordkin", *train(folder, "--epochs", "-1")])
    assert done.returncode != 0
    assert "error: rank 1: epochs must" in done.stderr
    assert "rank 1 failed: UsageError: epochs must" in done.stderr
    assert not (folder / "vectors.safetensors").exists()


def test_a_run_resumes_after_a_process_was_killed(folder: Path) -> None:
    script = str(Path(__file__).with_name("killed_run.py"))
    flags = ["--checkpoint", str(folder / "checkpoints"), "--checkpoint-epochs", "1"]
    killed = mpiexec(*[[script, "saved", "1", *train(folder, *flags, epochs=3)]] * 2)
    assert killed.returncode != 0
    assert not (folder / "vectors.safetensors").exists()
    resumed = mpiexec(*[["-m", "wordkin", *train(folder, *flags, epochs=3)]] * 2)
    assert resumed.returncode == 0, resumed.stderr
    assert "resumed after" in resumed.stdout
    assert_trained_as_by_threads(folder, 2, {**OPTIONS, "epochs": 3})


def test_sigterm_leaves_a_checkpoint_and_vectors(folder: Path) -> None:
    checkpoints = folder / "checkpoints"
    flags = ["--checkpoint", str(checkpoints), "--checkpoint-epochs", "1"]
    with started(mpi_command(*[["-m", "wordkin", *train(folder, *flags, epochs=5000)]] * 2)) as process:
        while not list(checkpoints.glob("*.safetensors")):
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 143
    assert "terminated in epoch" in errors
    assert len(Word2Vec.load(folder / "vectors.safetensors").wv) == 97
