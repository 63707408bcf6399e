"""Real processes of torchrun train what ranks in threads train, and resume after one of them was killed."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import pytest

from wordkin import ELMo

from .killed_run import PHASES
from .launchers import assert_trained_as_by_threads, environment, program, started, train_arguments, write_texts
from .test_elmo import sentences, trained
from .thread_group import in_ranks

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


@pytest.mark.parametrize(("phase", "rank"), [("step", "1"), ("step", "0"), ("streams", "1")])
def test_a_killed_process_of_a_language_model_is_restarted(tmp_path: Path, phase: str, rank: str) -> None:
    corpus = tmp_path / "corpus.txt"
    corpus.write_text("\n".join(map(" ".join, sentences())), encoding="utf-8")
    flags = "--dim 12 --projection-dim 6 --char-dim 3 --filters 1x6 --n-highway 0 --batch-size 4 --unroll-steps 6"
    flags += " --epochs 2 --min-count 1 --workers 1 --negatives 8 --checkpoint-steps 6 --distributed torch"
    script = str(Path(__file__).with_name("killed_run.py"))
    train = ["elmo", "train", str(corpus), "--checkpoint", str(tmp_path / "run"), *flags.split()]
    done = run(torchrun(2, script, phase, rank, *train, "-o", str(tmp_path / "model"), restarts=1))
    assert done.returncode == 0, done.stderr
    assert "exitcode: -9" in done.stderr
    options = {"dim": 12, "projection_dim": 6, "char_dim": 3, "filters": [[1, 6]], "n_highway": 0}
    models = in_ranks(2, lambda group: trained(corpus, options, communicator=group))
    found = ELMo.from_pretrained(tmp_path / "model")
    for name, tensor in models[0].parameters.items():
        assert (found.parameters[name] == tensor).all(), name


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
