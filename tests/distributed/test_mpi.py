"""Real processes of MPI train the model that ranks in threads train, and a failing rank ends all."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from wordkin import Word2Vec

from .thread_group import in_ranks

pytest.importorskip("mpi4py")

TEXT = [[f"w{(i * i + j) % 97}" for j in range(3 + i % 23)] for i in range(900)]
OPTIONS = {"min_count": 1, "vector_size": 24, "epochs": 2, "batch_words": 200, "sync_words": 600, "workers": 1}

SCRIPT = f"""
import hashlib, sys
from mpi4py import MPI
from wordkin import Word2Vec
from wordkin.distributed import MpiCommunicator
TEXT = [[f"w{{(i * i + j) % 97}}" for j in range(3 + i % 23)] for i in range(900)]
group = MpiCommunicator(MPI.COMM_WORLD)
options = dict({OPTIONS!r}, window=5 if len(sys.argv) == 1 else 5 + group.rank)
model = Word2Vec(TEXT[group.rank :: group.size], communicator=group, **options)
print(hashlib.sha256(model.wv.vectors.tobytes() + model.syn1neg.tobytes()).hexdigest(), flush=True)
"""


def mpiexec(ranks: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    beside = Path(sys.executable).with_name("mpiexec")
    program = str(beside) if beside.exists() else shutil.which("mpiexec")
    if program is None:
        pytest.skip("mpiexec is not installed")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(
        [program, "-n", str(ranks), sys.executable, "-c", SCRIPT, *arguments],
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )


def test_processes_equal_threads() -> None:
    ranks = 3
    done = mpiexec(ranks)
    assert done.returncode == 0, done.stderr
    models = in_ranks(
        ranks,
        lambda group: Word2Vec(TEXT[group.rank :: ranks], communicator=group, **OPTIONS),  # type: ignore[arg-type]
    )
    assert isinstance(models[0], Word2Vec), models[0]
    digest = hashlib.sha256(models[0].wv.vectors.tobytes() + models[0].syn1neg.tobytes()).hexdigest()
    assert "".join(done.stdout.split()) == digest * ranks  # lines of several processes may run together


def test_different_options_end_all_processes() -> None:
    done = mpiexec(2, "different")
    assert done.returncode != 0
    assert "all ranks must have the same window" in done.stderr
