"""--distributed without a launcher, and with launchers or libraries that do not fit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from wordkin import KeyedVectors, Word2Vec
from wordkin.cli import processes
from wordkin.cli.program import main


@pytest.fixture
def text(tmp_path: Path) -> Path:
    file = tmp_path / "text.txt"
    file.write_text("a few words\n" * 20, encoding="utf-8")
    return file


def test_one_process_trains_without_a_launcher(
    text: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    output = tmp_path / "v.safetensors"
    assert main(["train", str(text), "-o", str(output), "--distributed", "torch", "--vector-size", "8"]) == 0
    assert "one process trains, as no launcher has started several; use torchrun" in capsys.readouterr().err
    assert len(Word2Vec.load(output).wv) == 3


@pytest.mark.parametrize("flag", ["--from", "--compass"])
def test_models_are_continued_by_one_process(
    text: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flag: str
) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    model, output = tmp_path / "model.safetensors", tmp_path / "v.safetensors"
    Word2Vec(corpus_file=text, vector_size=8, min_count=1).save(model)
    assert main(["train", str(text), "-o", str(output), "--distributed", "torch", flag, str(model)]) == 0
    assert KeyedVectors.load(output).vectors.shape == (3, 8)


class _World:
    def Get_rank(self) -> int:
        return 0

    def Get_size(self) -> int:
        return 1


class _MPI:
    COMM_WORLD = _World()


def test_a_launcher_of_another_library_is_an_error(
    text: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "import_optional", lambda *args, **kwargs: _MPI)
    monkeypatch.setenv("PMI_SIZE", "4")
    assert main(["train", str(text), "-o", str(tmp_path / "v.txt"), "--distributed", "mpi"]) == 2
    assert "4 processes were started, but mpi4py of this one sees no others" in capsys.readouterr().err


def test_a_missing_library_of_mpi_is_an_error(
    text: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("cannot load MPI library\nlibmpi.so: not found")

    monkeypatch.setattr(processes, "import_optional", fail)
    assert main(["train", str(text), "-o", str(tmp_path / "v.txt"), "--distributed", "mpi"]) == 1
    assert "cannot load an MPI library (cannot load MPI library)" in capsys.readouterr().err
