"""Saving and loading of the state of one kind of model, and the errors about files of other kinds."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordkin.errors import CorpusError, CorruptFileError, FormatError, WrongKindError
from wordkin.storage import write_archive
from wordkin.storage.archive import Archive
from wordkin.storage.saveable import Saveable


@dataclass
class State:
    vectors: np.ndarray
    name: str


def pack(state: State) -> Archive:
    return Archive(tensors={"vectors": state.vectors}, metadata={"name": state.name})


def unpack(archive: Archive) -> State:
    return State(archive.tensors["vectors"], archive.metadata["name"])


EXAMPLE = Saveable(kind="example", pack=pack, unpack=unpack)
STATE = State(np.arange(6, dtype=np.float32).reshape(2, 3), "ü")


def assert_equal(loaded: State) -> None:
    np.testing.assert_array_equal(loaded.vectors, STATE.vectors)
    assert loaded.vectors.dtype == np.float32
    assert loaded.name == STATE.name


@pytest.mark.parametrize("mmap", [False, True])
def test_files_round_trip(tmp_path: Path, mmap: bool) -> None:
    EXAMPLE.save(STATE, tmp_path / "model")
    loaded = EXAMPLE.load(tmp_path / "model", mmap=mmap)
    assert_equal(loaded)
    assert loaded.vectors.flags.writeable == (not mmap)


def test_bytes_round_trip_and_equal_the_content_of_a_file(tmp_path: Path) -> None:
    EXAMPLE.save(STATE, tmp_path / "model")
    stream = io.BytesIO()
    EXAMPLE.save(STATE, stream)
    data = EXAMPLE.to_bytes(STATE)
    assert data == stream.getvalue() == (tmp_path / "model").read_bytes()
    loaded = EXAMPLE.from_bytes(data)
    assert_equal(loaded)
    assert loaded.vectors.flags.writeable


def test_a_model_of_another_kind_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "model"
    EXAMPLE.save(STATE, path)
    other = Saveable(kind="other", pack=pack, unpack=unpack, hint="load it with Example.load")
    with pytest.raises(WrongKindError) as caught:
        other.load(path)
    message = "the file holds a model of kind 'example', expected 'other'; load it with Example.load"
    assert str(caught.value) == f"{path}: {message}"
    with pytest.raises(WrongKindError, match="a pickled model: the file holds a model of kind 'example'"):
        other.from_bytes(EXAMPLE.to_bytes(STATE))


def test_an_archive_without_a_kind_is_rejected(tmp_path: Path) -> None:
    write_archive(tmp_path / "model", {"vectors": STATE.vectors}, {"name": "ü"})
    with pytest.raises(WrongKindError, match="kind 'unknown', expected 'example'"):
        EXAMPLE.load(tmp_path / "model")


def failing(error: Exception) -> Saveable[Any]:
    def fail(archive: Archive) -> State:
        raise error

    return Saveable(kind="example", pack=pack, unpack=fail)


@pytest.mark.parametrize("error", [KeyError("vectors"), TypeError("not a str"), ValueError("too large")])
def test_errors_about_the_content_become_format_errors(tmp_path: Path, error: Exception) -> None:
    path = tmp_path / "model"
    EXAMPLE.save(STATE, path)
    with pytest.raises(FormatError) as caught:
        failing(error).load(path)
    assert str(caught.value) == f"{path}: invalid content of a 'example' model: {error!r}"
    assert caught.value.__cause__ is error


def test_format_errors_get_the_name_of_the_file_once(tmp_path: Path) -> None:
    path = tmp_path / "model"
    EXAMPLE.save(STATE, path)
    with pytest.raises(CorruptFileError) as caught:
        failing(CorruptFileError("vectors must be a matrix")).load(path)
    assert str(caught.value) == f"{path}: vectors must be a matrix"
    with pytest.raises(CorruptFileError) as caught:
        failing(CorruptFileError(f"{path}: vectors must be a matrix")).load(path)
    assert str(caught.value) == f"{path}: vectors must be a matrix"


def test_other_errors_pass_through(tmp_path: Path) -> None:
    EXAMPLE.save(STATE, tmp_path / "model")
    for error in (CorpusError("of the package"), MemoryError("of the system")):
        with pytest.raises(type(error)) as caught:
            failing(error).load(tmp_path / "model")
        assert caught.value is error


def test_damaged_files_and_bytes_are_rejected(tmp_path: Path) -> None:
    data = bytearray(EXAMPLE.to_bytes(STATE))
    data[-1] ^= 1
    (tmp_path / "model").write_bytes(data)
    with pytest.raises(CorruptFileError, match="has the checksum"):
        EXAMPLE.load(tmp_path / "model")
    with pytest.raises(FormatError):
        EXAMPLE.from_bytes(bytes(data[:-1]))


def test_a_state_that_cannot_be_saved_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "model"
    EXAMPLE.save(STATE, path)
    before = path.read_bytes()
    with pytest.raises(TypeError, match="'vectors' must be"):
        EXAMPLE.save(State(np.array(["text"]), "x"), path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["model"]
