"""Programs that start several processes: mpiexec and torchrun."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from wordkin import Word2Vec

from .thread_group import in_ranks


def program(name: str) -> str:
    """Return the path of a program beside Python, or on the path."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


TEXT = [[f"w{(i * i + j) % 97}" for j in range(3 + i % 23)] for i in range(900)]


def write_texts(folder: Path) -> None:
    """Write two files to the folder `texts` of a folder."""
    texts = folder / "texts"
    texts.mkdir()
    for number in range(2):
        (texts / f"{number}.txt").write_text("\n".join(map(" ".join, TEXT[number::2])) + "\n", encoding="utf-8")


def train_arguments(folder: Path, kind: str, options: Mapping[str, object]) -> list[str]:
    """Return a command line that trains on these files."""
    given = [text for name, value in options.items() for text in ("--" + name.replace("_", "-"), str(value))]
    return ["train", str(folder / "texts"), "-o", str(folder / "vectors.safetensors"), "--distributed", kind, *given]


def assert_trained_as_by_threads(folder: Path, ranks: int, options: Mapping[str, Any]) -> None:
    """Compare the vectors that a command has written with those of ranks in threads."""
    models = in_ranks(ranks, lambda group: Word2Vec(corpus_file=str(folder / "texts"), communicator=group, **options))
    assert isinstance(models[0], Word2Vec), models[0]
    assert (Word2Vec.load(folder / "vectors.safetensors").wv.vectors == models[0].wv.vectors).all()


def mpi_command(*ranks: Sequence[str]) -> list[str]:
    """Return the command that runs Python on several ranks, each with separate arguments."""
    command = [program("mpiexec")]
    for arguments in ranks:
        command += [*([":"] if len(command) > 1 else []), "-n", "1", sys.executable, *arguments]
    return command


def mpiexec(*ranks: Sequence[str], timeout: float = 60.0) -> subprocess.CompletedProcess[str]:
    """Run Python on several ranks, each with separate arguments."""
    return subprocess.run(
        mpi_command(*ranks), env=environment(), capture_output=True, encoding="utf-8", timeout=timeout
    )


@contextmanager
def started(command: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    """Start a command, and end it at the end of the block."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen(command, env=environment(), encoding="utf-8", **pipes)  # type: ignore[call-overload]
    try:
        yield process
    finally:
        process.kill()
        process.communicate()
