"""Real processes of torchrun train what ranks in threads train, and resume after one of them was killed."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import pytest

from .killed_run import PHASES
from .launchers import assert_trained_as_by_threads, environment, program, started, train_arguments, write_texts

pytest.importorskip("torch")

OPTIONS = {"min_count": 1, "vector_size": 24, "epochs": 3, "batch_words": 200, "sync_words": 600, "workers": 1}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_texts(tmp_path)
    return tmp_path


def torchrun(ranks: int, *arguments: str, restarts: int = 0) -> list[str]:
    return [program("torchrun"), "--nproc-per-node", str(ranks), "--max-restarts", str(restarts), *arguments]


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=environment(), capture_output=True, encoding="utf-8", timeout=300)


def test_the_command_trains_as_threads_do(folder: Path) -> None:
    done = run(torchrun(3, "-m", "wordkin", *train_arguments(folder, "torch", OPTIONS)))
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("communication: 3 processes") == 1
    assert_trained_as_by_threads(folder, 3, OPTIONS)


@pytest.mark.parametrize("phase", PHASES)
def test_a_killed_process_is_restarted_and_the_run_resumes(folder: Path, phase: str) -> None:
    rank = "0" if phase in ("save", "vectors") else "1"
    flags = ["--checkpoint", str(folder / "checkpoints"), "--checkpoint-epochs", "1"]
    script = str(Path(__file__).with_name("killed_run.py"))
    done = run(torchrun(2, script, phase, rank, *train_arguments(folder, "torch", OPTIONS), *flags, restarts=1))
    assert done.returncode == 0, done.stderr
    assert "exitcode: -9" in done.stderr
    if phase in ("save", "saved", "vectors"):
        assert "resumed after" in done.stdout
    assert_trained_as_by_threads(folder, 2, OPTIONS)


def test_sigterm_leaves_a_checkpoint(folder: Path) -> None:
    checkpoints = folder / "checkpoints"
    options = {**OPTIONS, "epochs": 2000}
    flags = ["--checkpoint", str(checkpoints), "--checkpoint-epochs", "1"]
    command = torchrun(2, "-m", "wordkin", *train_arguments(folder, "torch", options), *flags)
    with started(command) as process:
        while not list(checkpoints.glob("*.safetensors")):
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
    assert "terminated in epoch" in errors
    assert (folder / "vectors.safetensors").exists()


def test_a_failure_before_the_first_exchange_ends_all(folder: Path) -> None:
    done = run(torchrun(2, "-m", "wordkin", *train_arguments(folder, "torch", {**OPTIONS, "window": 0})))
    assert done.returncode != 0
    assert "window must" in done.stderr
