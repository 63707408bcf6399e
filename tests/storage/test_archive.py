"""Archives, one safetensors file per model: round trips, versions, other formats and damaged data."""

from __future__ import annotations

import io
import os
import pickle
import re
import struct
import subprocess
import sys
import threading
import types
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from wordkin import KeyedVectors, Phrases, Word2Vec
from wordkin.errors import CorruptFileError, FormatError, TruncatedFileError
from wordkin.storage import read_archive, write_archive
from wordkin.storage.archive_bytes import unpack_archive
from wordkin.storage.archive_header import DTYPES

from .archives import GOLDEN, GOLDEN_WITH_CHECKSUM, assert_equal_tensors, edited, golden_content


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("mmap", [False, True])
def test_archives_round_trip_and_saving_again_is_byte_identical(tmp_path: Path, mmap: bool) -> None:
    tensors, metadata = golden_content()
    write_archive(tmp_path / "a", tensors, metadata)
    archive = read_archive(tmp_path / "a", mmap=mmap)
    assert_equal_tensors(tensors, archive.tensors)
    assert archive.metadata == metadata
    write_archive(tmp_path / "b", dict(reversed(archive.tensors.items())), archive.metadata)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize("golden", [GOLDEN, GOLDEN_WITH_CHECKSUM])
def test_both_versions_are_read(golden: Path) -> None:
    tensors, metadata = golden_content()
    archive = read_archive(golden)
    assert_equal_tensors(tensors, archive.tensors)
    assert archive.metadata == metadata


def test_version_1_1_is_written_byte_for_byte(tmp_path: Path) -> None:
    write_archive(tmp_path / "again", *golden_content())
    assert (tmp_path / "again").read_bytes() == GOLDEN_WITH_CHECKSUM.read_bytes()


@pytest.mark.parametrize("golden", [GOLDEN, GOLDEN_WITH_CHECKSUM])
def test_safetensors_library_reads_the_same_tensors(golden: Path) -> None:
    safetensors_numpy = pytest.importorskip("safetensors.numpy")
    assert_equal_tensors(golden_content()[0], safetensors_numpy.load_file(golden))


def test_files_that_another_program_has_written_again_are_read(tmp_path: Path) -> None:
    safetensors = pytest.importorskip("safetensors")
    safetensors_numpy = pytest.importorskip("safetensors.numpy")
    with safetensors.safe_open(GOLDEN_WITH_CHECKSUM, "np") as file:
        metadata = file.metadata()
    safetensors_numpy.save_file(safetensors_numpy.load_file(GOLDEN_WITH_CHECKSUM), tmp_path / "again", metadata)
    archive = read_archive(tmp_path / "again")
    assert_equal_tensors(golden_content()[0], archive.tensors)
    assert archive.metadata == golden_content()[1]


@settings(deadline=None, max_examples=40)
@given(
    st.dictionaries(
        st.text(max_size=20).filter(lambda name: name != "__metadata__"),
        hnp.arrays(
            st.sampled_from(list(DTYPES.values())), hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=5)
        ),
        max_size=5,
    ),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3), max_leaves=5
    ),
)
def test_any_tensors_and_metadata_round_trip(
    tmp_path_factory: pytest.TempPathFactory, tensors: dict[str, np.ndarray], value: Any
) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    write_archive(path, tensors, {"value": value})
    for mmap in (False, True):
        archive = read_archive(path, mmap=mmap)
        assert_equal_tensors(tensors, archive.tensors)
        assert archive.metadata == {"value": value}


def test_any_strides_and_byte_order_are_saved_contiguously(tmp_path: Path) -> None:
    padded = np.arange(60, dtype=np.float32).reshape(5, 12)
    tensors = {
        "padded": padded[:, :10],
        "columns": np.asfortranarray(padded),
        "reversed": padded[::-1, ::-2],
        "big": padded.astype(">f4"),
        "broadcast": np.broadcast_to(np.float32(3), (4, 5)),
    }
    write_archive(tmp_path / "a", tensors, {})
    archive = read_archive(tmp_path / "a")
    for name, array in tensors.items():
        np.testing.assert_array_equal(archive.tensors[name], array)
        assert archive.tensors[name].dtype == np.float32
        assert archive.tensors[name].flags.c_contiguous
        assert archive.tensors[name].flags.writeable


def test_large_padded_matrices_are_written_in_blocks(tmp_path: Path) -> None:
    matrix = np.arange(70_000 * 48, dtype=np.float32).reshape(70_000, 48)[:, :40]  # written in more than one block
    write_archive(tmp_path / "a", {"m": matrix}, {})
    np.testing.assert_array_equal(read_archive(tmp_path / "a").tensors["m"], matrix)


def test_mapped_tensors_are_read_only_and_aligned(tmp_path: Path) -> None:
    write_archive(tmp_path / "a", {"x": np.ones((3, 5), np.float32), "y": np.ones(3, np.uint8)}, {})
    tensors = read_archive(tmp_path / "a", mmap=True).tensors
    assert not tensors["x"].flags.writeable
    assert tensors["x"].ctypes.data % 64 == 0


def test_a_tensor_that_changes_while_it_is_saved_gives_a_valid_file(tmp_path: Path) -> None:
    matrix = np.zeros((20_000, 100), np.float32)
    stop = threading.Event()

    def train() -> None:
        while not stop.is_set():
            matrix[:] += 1

    thread = threading.Thread(target=train)
    thread.start()
    try:
        write_archive(tmp_path / "a", {"m": matrix}, {})
    finally:
        stop.set()
        thread.join()
    tensor = read_archive(tmp_path / "a").tensors["m"]  # also checks the checksum
    assert tensor.shape == matrix.shape
    assert ((tensor >= 0) & (tensor <= matrix.max())).all()


@pytest.mark.parametrize("array", [np.array(["text"]), np.array([object()]), np.array([1j]), np.zeros(2, "M8[s]")])
def test_unsupported_dtypes_are_rejected_and_leave_no_file(tmp_path: Path, array: np.ndarray) -> None:
    with pytest.raises(TypeError, match="'x' must be"):
        write_archive(tmp_path / "a", {"x": array}, {})
    assert names_in(tmp_path) == set()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), b"bytes"])
def test_metadata_that_json_cannot_represent_is_rejected(tmp_path: Path, value: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        write_archive(tmp_path / "a", {}, {"value": value})
    assert names_in(tmp_path) == set()


class Canary:
    def __reduce__(self) -> Any:
        return (os.mkdir, ("canary",))


@pytest.mark.parametrize("protocol", range(6))
def test_pickles_are_refused_and_not_executed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, protocol: int) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "model"
    path.write_bytes(pickle.dumps({"vectors": np.zeros(9), "x": Canary()}, protocol=protocol))
    with pytest.raises(FormatError, match="refusing to load a pickle" if protocol >= 2 else "model: byte 8: expected"):
        read_archive(path)
    assert names_in(tmp_path) == {"model"}


def test_zip_archives_are_refused_and_not_extracted(tmp_path: Path) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("../outside.npy", b"anything")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "model.npz").write_bytes(content.getvalue())
    with pytest.raises(FormatError, match="zip archive"):
        read_archive(tmp_path / "folder" / "model.npz")
    assert names_in(tmp_path) == {"folder"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "found an empty file"),
        (b"abc", "ends within the header"),
        (b"5 3\nword 1 2 3\n", "load_word2vec_format"),
        (struct.pack("<Q", 2) + b"{}", "expected a safetensors file with"),
        (struct.pack("<Q", 20) + b'{"__metadata__": {}}', "expected a safetensors file with"),
    ],
)
def test_files_of_other_formats_are_rejected_with_a_hint(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "model"
    path.write_bytes(content)
    with pytest.raises(FormatError, match=message) as caught:
        read_archive(path)
    assert str(path) in str(caught.value)


def load_bytes(tmp_path: Path, content: bytes) -> Any:
    path = tmp_path / "model"
    path.write_bytes(content)
    for mmap in (False, True):
        archive = read_archive(path, mmap=mmap)
    return archive


def set_version(version: Any) -> bytes:
    return edited(lambda table: table["__metadata__"].update(version=version))


def test_newer_major_versions_are_rejected_and_newer_minor_versions_read(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"version 2\.0; this version of wordkin reads 1\.0 to 1\.x") as caught:
        load_bytes(tmp_path, set_version("2.0"))
    assert not isinstance(caught.value, CorruptFileError)
    assert_equal_tensors(golden_content()[0], load_bytes(tmp_path, set_version("1.7")).tensors)


@pytest.mark.parametrize("version", [None, 1, "1", "", "1.", ".0", "x.y", "-1.0", "1.0.0", "1." + "0" * 100, "١.0"])
def test_invalid_versions_are_corrupt(tmp_path: Path, version: Any) -> None:
    with pytest.raises(CorruptFileError, match="version"):
        load_bytes(tmp_path, set_version(version))


def test_truncation_at_any_byte_is_detected(tmp_path: Path) -> None:
    whole = GOLDEN.read_bytes()
    path = tmp_path / "cut"
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(FormatError):
            read_archive(path, mmap=length % 2 == 0)


def test_truncated_data_is_an_eof_error(tmp_path: Path) -> None:
    with pytest.raises(EOFError):
        load_bytes(tmp_path, GOLDEN.read_bytes()[:-1])
    assert issubclass(TruncatedFileError, EOFError)


def test_a_changed_byte_of_the_data_fails_the_checksum(tmp_path: Path) -> None:
    whole = bytearray(GOLDEN.read_bytes())
    start = 8 + struct.unpack("<Q", whole[:8])[0]
    for position in range(start, len(whole)):
        whole[position] ^= 1
        (tmp_path / "model").write_bytes(whole)
        with pytest.raises(CorruptFileError, match="has the checksum"):
            read_archive(tmp_path / "model")
        read_archive(tmp_path / "model", mmap=True)  # mapping does not read the data
        whole[position] ^= 1


@settings(deadline=None, max_examples=120)
@given(st.data())
def test_modified_bytes_give_an_archive_or_a_format_error(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    whole = bytearray(GOLDEN.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "fuzzed"
    path.write_bytes(whole)
    try:
        archive = read_archive(path)
    except FormatError as error:
        assert str(path) in str(error)
    else:  # only names and metadata can change without a wrong checksum
        assert sorted(tensor.tobytes() for tensor in archive.tensors.values()) == sorted(
            tensor.tobytes() for tensor in golden_content()[0].values()
        )


def test_pipes_are_rejected(tmp_path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("needs pipes")
    os.mkfifo(tmp_path / "pipe")
    holder = os.open(tmp_path / "pipe", os.O_RDWR)
    try:
        with pytest.raises(FormatError, match="must be a regular file"):
            read_archive(tmp_path / "pipe")
    finally:
        os.close(holder)


def test_os_errors_pass_through(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_archive(tmp_path / "missing")
    with pytest.raises(IsADirectoryError):
        read_archive(tmp_path)


def test_importing_storage_does_not_import_large_packages() -> None:
    code = "import sys, wordkin.storage; print(sorted(sys.modules))"
    modules = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="locale", check=True).stdout
    for heavy in ("safetensors", "zstandard", "scipy"):
        assert f"'{heavy}'" not in modules


@pytest.mark.parametrize("protocol", range(2, 6))
@pytest.mark.parametrize(
    ("module", "name", "advice"),
    [
        ("word2vec", "Word2Vec", "it holds Word2Vec of gensim, which Word2Vec.from_gensim reads"),
        ("keyedvectors", "KeyedVectors", "which KeyedVectors.from_gensim reads"),
        ("keyedvectors", "EuclideanKeyedVectors", "which KeyedVectors.from_gensim reads"),
        ("fasttext", "FastText", "which wordkin.vectors.FastTextKeyedVectors.from_gensim reads"),
        ("doc2vec", "Doc2Vec", "which KeyedVectors.from_gensim reads"),
        ("phrases", "Phrases", "which Phrases.from_gensim reads"),
        ("phrases", "Phraser", "which FrozenPhrases.from_gensim reads"),
        ("phrases", "FrozenPhrases", "which FrozenPhrases.from_gensim reads"),
        ("ldamodel", "LdaModel", "it holds LdaModel of gensim, which wordkin does not read"),
        (None, "Word2Vec", "if gensim saved it, KeyedVectors.from_gensim, Word2Vec.from_gensim or Phrases.from_gensim"),
    ],
)
def test_the_error_names_what_reads_a_pickle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str | None, name: str, advice: str, protocol: int
) -> None:
    stand_in = types.ModuleType("some.module" if module is None else f"gensim.models.{module}")
    saved = type(name, (), {"__module__": stand_in.__name__})
    setattr(stand_in, name, saved)
    for package in (stand_in.__name__.split(".")[0], "gensim.models"):
        monkeypatch.setitem(sys.modules, package, types.ModuleType(package))
    monkeypatch.setitem(sys.modules, stand_in.__name__, stand_in)
    instance = saved()
    instance.vocab = {"a": 1}
    content = pickle.dumps(instance, protocol=protocol)
    path = tmp_path / "model"
    path.write_bytes(content)
    for load in (Word2Vec.load, KeyedVectors.load, Phrases.load, KeyedVectors.load_word2vec_format):
        with pytest.raises(FormatError, match="which can execute.*" + re.escape(advice)):
            load(path)
    with pytest.raises(FormatError, match=re.escape(advice)):
        unpack_archive(content)
