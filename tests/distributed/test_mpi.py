"""Real processes of MPI train the model that ranks in threads train, and a failing rank ends all."""

from __future__ import annotations

import signal
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from wordkin import KeyedVectors, Word2Vec

from .launchers import (
    TEXT,
    assert_trained_as_by_threads,
    mpi_command,
    mpiexec,
    started,
    train_arguments,
    write_texts,
)
from .thread_group import in_ranks

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


def test_the_command_continues_a_model_and_trains_on_a_slice(folder: Path) -> None:
    texts, model, vectors = (str(folder / name) for name in ("texts", "model.safetensors", "vectors.safetensors"))
    Word2Vec(TEXT[:300], **OPTIONS).save(model)
    run = ["--distributed", "mpi", "--epochs", "2", "--sync-words", "600", "--workers", "1", "--batch-words", "200"]
    first = ["train", texts, "-o", vectors, "--from", model, "--vocabulary-change", "extend", *run]
    done = mpiexec(*[["-m", "wordkin", *first]] * 2)
    assert done.returncode == 0, done.stderr

    def continued(group: Any) -> Word2Vec:
        own = Word2Vec.load(model)
        own.communicator, own.sync_words, own.epochs = group, 600, 2
        own.build_vocab(corpus_file=texts, update=True)
        own.train(corpus_file=texts, total_examples=1, epochs=2)
        return own

    expected = in_ranks(2, continued)[0]
    assert (Word2Vec.load(vectors).wv.vectors == expected.wv.vectors).all()
    second = ["train", texts, "-o", vectors, "--compass", model, "--min-count", "30", *run]
    done = mpiexec(*[["-m", "wordkin", *second]] * 2)
    assert done.returncode == 0, done.stderr
    counts = Counter(word for sentence in TEXT for word in sentence)
    kept = {word for word in Word2Vec.load(model).wv.index_to_key if counts[word] >= 30}
    assert set(KeyedVectors.load(vectors).index_to_key) == kept


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


def test_a_slow_process_changes_nothing(folder: Path) -> None:
    script = str(Path(__file__).with_name("killed_run.py"))
    done = mpiexec(*[[script, "pause", "1", *train(folder)]] * 2)
    assert done.returncode == 0, done.stderr
    assert_trained_as_by_threads(folder, 2, OPTIONS)


# A limit of the size of files stands for a full disk.
FULL_DISK = """
import resource, signal, sys
from mpi4py import MPI
from wordkin.cli.program import main

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))
sys.exit(main(sys.argv[1:]))
"""


def test_a_full_disk_ends_all_processes(folder: Path) -> None:
    done = mpiexec(["-c", FULL_DISK, *train(folder)], ["-m", "wordkin", *train(folder)])
    assert done.returncode != 0
    assert "saving the vectors ended because rank 0 failed: OSError" in done.stderr
    assert [path.name for path in folder.iterdir()] == ["texts"]


def test_sigterm_leaves_a_checkpoint_and_vectors(folder: Path) -> None:
    checkpoints = folder / "checkpoints"
    flags = ["--checkpoint", str(checkpoints), "--checkpoint-epochs", "1"]
    with started(mpi_command(*[["-m", "wordkin", *train(folder, *flags, epochs=5000)]] * 2)) as process:
        while not list(checkpoints.glob("*.safetensors")):
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=30)
    # The status of mpiexec, which was signalled too, is not always that of the ranks.
    assert "terminated in epoch" in errors
    assert "rank 1: terminated" in errors
    assert len(Word2Vec.load(folder / "vectors.safetensors").wv) == 97
