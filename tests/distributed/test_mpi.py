"""Real processes of MPI train the model that ranks in threads train, and a failing rank ends all."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from wordkin import Word2Vec

from .launchers import mpiexec
from .thread_group import in_ranks

pytest.importorskip("mpi4py")

TEXT = [[f"w{(i * i + j) % 97}" for j in range(3 + i % 23)] for i in range(900)]
OPTIONS = {"min_count": 1, "vector_size": 24, "epochs": 2, "batch_words": 200, "sync_words": 600, "workers": 1}

SCRIPT = f"""
import hashlib
from mpi4py import MPI
from wordkin import Word2Vec
from wordkin.distributed import MpiCommunicator
TEXT = [[f"w{{(i * i + j) % 97}}" for j in range(3 + i % 23)] for i in range(900)]
group = MpiCommunicator(MPI.COMM_WORLD)
model = Word2Vec(TEXT[group.rank :: group.size], communicator=group, **{OPTIONS!r})
print(hashlib.sha256(model.wv.vectors.tobytes() + model.syn1neg.tobytes()).hexdigest(), flush=True)
"""


def test_processes_equal_threads() -> None:
    ranks = 3
    done = mpiexec(*[["-c", SCRIPT]] * ranks)
    assert done.returncode == 0, done.stderr
    models = in_ranks(
        ranks,
        lambda group: Word2Vec(TEXT[group.rank :: ranks], communicator=group, **OPTIONS),  # type: ignore[arg-type]
    )
    assert isinstance(models[0], Word2Vec), models[0]
    digest = hashlib.sha256(models[0].wv.vectors.tobytes() + models[0].syn1neg.tobytes()).hexdigest()
    assert "".join(done.stdout.split()) == digest * ranks  # lines of several processes may run together


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    texts = tmp_path / "texts"
    texts.mkdir()
    for number in range(2):
        (texts / f"{number}.txt").write_text("\n".join(map(" ".join, TEXT[number::2])) + "\n", encoding="utf-8")
    return tmp_path


def train(folder: Path, *flags: str) -> list[str]:
    output = str(folder / "vectors.safetensors")
    given = ["--min-count", "1", "--vector-size", "24", "--epochs", "2", "--batch-words", "200", "--workers", "1"]
    return ["-m", "wordkin", "train", str(folder / "texts"), "-o", output, "--distributed", "mpi", *given, *flags]


def test_the_command_trains_as_threads_do(folder: Path) -> None:
    done = mpiexec(*[train(folder, "--sync-words", "600")] * 2)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("communication: 2 processes") == 1
    models = in_ranks(
        2,
        lambda group: Word2Vec(corpus_file=str(folder / "texts"), communicator=group, **OPTIONS),  # type: ignore[arg-type]
    )
    assert isinstance(models[0], Word2Vec), models[0]
    assert (Word2Vec.load(folder / "vectors.safetensors").wv.vectors == models[0].wv.vectors).all()


@pytest.mark.parametrize(
    ("flags", "messages"),
    [
        (["--epochs", "-1"], ["error: rank 1: epochs must", "rank 1 failed: UsageError: epochs must"]),
        (["--window", "7"], ["rank 1 has 7", "error: rank 1: all ranks must have the same window"]),
    ],
)
def test_different_flags_end_all_processes(folder: Path, flags: list[str], messages: list[str]) -> None:
    done = mpiexec(train(folder), train(folder, *flags))
    assert done.returncode != 0
    assert all(message in done.stderr for message in messages), done.stderr
    assert not (folder / "vectors.safetensors").exists()
