"""HDF5 files written by wordkin: libhdf5 reads what was written, and errors of the disk reach the caller."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordkin import ELMo
from wordkin.elmo.files.hdf5_output import Hdf5Writer
from wordkin.storage.atomic import replaced_file

h5py = pytest.importorskip("h5py")


def write(path: Path, datasets: dict[str, Any]) -> Path:
    with replaced_file(path) as file:
        writer = Hdf5Writer(file)
        for name, values in datasets.items():
            writer.add_text(name, values) if isinstance(values, str) else writer.add(name, values)
        writer.finish()
    return path


# A leaf has room for 8 names and a node for 32 children: 256 names fill one node, 8,192 fill two levels.
@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 255, 256, 257, 8192, 8193])
def test_libhdf5_finds_every_name(count: int, tmp_path: Path) -> None:
    datasets = {str(index): np.array([index], np.float32) for index in range(count)}
    with h5py.File(write(tmp_path / "file", datasets)) as file:
        assert list(file) == sorted(datasets)  # walks through the B-tree in order
        for name in list(datasets)[:: 1 + count // 500]:  # searches it from the top
            assert file[name][0] == int(name)
        assert "x" not in file
        assert "-1" not in file


@pytest.mark.parametrize("shape", [(1,), (3, 0, 4), (0,), (2, 3, 5), (1, 1, 1, 7), ()], ids=str)
def test_values_shapes_and_types_are_those_of_h5py(shape: tuple[int, ...], tmp_path: Path) -> None:
    values = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    with h5py.File(tmp_path / "expected", "w") as file:
        file.create_dataset("a/b", data=values)
    with h5py.File(write(tmp_path / "file", {"a/b": values})) as file, h5py.File(tmp_path / "expected") as expected:
        found, same = file["a/b"], expected["a/b"]
        np.testing.assert_array_equal(found[()], values)
        if shape:  # `create_dataset` treats scalars differently
            assert (found.shape, found.maxshape) == (same.shape, same.maxshape)
        for name in ("dtype", "chunks", "compression", "fillvalue"):
            assert getattr(found, name) == getattr(same, name)
        assert dict(found.attrs) == {}


@pytest.mark.parametrize("values", ["transposed", "strided", "other byte order", "read-only"])
def test_arrays_of_any_layout(values: str, tmp_path: Path) -> None:
    plain = np.arange(24, dtype=np.float32).reshape(4, 6)
    array = {"transposed": plain.T, "strided": plain[::2, ::3], "other byte order": plain.astype(">f4"),
             "read-only": plain}[values]  # fmt: skip
    array.flags.writeable = False
    with h5py.File(write(tmp_path / "file", {"x": array})) as file:
        np.testing.assert_array_equal(file["x"][()], array)


@pytest.mark.parametrize("text", ["", "{}", "x" * 4047, "x" * 4048, "x" * 4049, "na\u00efve " * 100_000])
def test_texts_of_any_length(text: str, tmp_path: Path) -> None:
    with h5py.File(write(tmp_path / "file", {"0": np.zeros((1, 2), np.float32), "text": text})) as file:
        assert file["text"].dtype == h5py.string_dtype()
        assert file["text"].shape == (1,)
        assert file["text"].asstr()[0] == text


def test_groups_within_groups(tmp_path: Path) -> None:
    names = [f"RNN_{run}/RNN/Cell{cell}/{name}" for run in range(3) for cell in range(12) for name in ("B", "W_0")]
    datasets = {name: np.full((2, 3), index, np.float32) for index, name in enumerate([*names, "char_embed"])}
    with h5py.File(write(tmp_path / "file", datasets)) as file:
        found: list[str] = []
        file.visititems(lambda name, entry: found.append(name) if isinstance(entry, h5py.Dataset) else None)
        assert sorted(found) == sorted(datasets)
        for name, values in datasets.items():
            np.testing.assert_array_equal(file[name][()], values)


def test_libhdf5_can_change_the_file(tmp_path: Path) -> None:
    datasets = {str(index): np.full(3, index, np.float32) for index in range(300)}
    path = write(tmp_path / "file", datasets)
    with h5py.File(path, "r+") as file:
        for index in range(300, 600):  # splits nodes, and makes the heap grow
            file[str(index)] = np.full(3, index, np.float32)
        for index in range(0, 300, 3):
            del file[str(index)]
    with h5py.File(path) as file:
        assert set(file) == {str(index) for index in range(600) if index >= 300 or index % 3}
        assert all(file[name][0] == int(name) for name in file)


def test_the_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    datasets = {str(index): np.full(3, index, np.float32) for index in range(50)}
    assert write(tmp_path / "a", datasets).read_bytes() == write(tmp_path / "b", datasets).read_bytes()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
def test_a_pipe_is_refused_before_anything_is_encoded(small_model: Callable[..., ELMo], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "text").write_text("a b\n", encoding="utf-8")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    model = small_model()
    model.initialize()
    try:
        with pytest.raises(OSError) as caught:
            model.encode_file(tmp_path / "text", tmp_path / "pipe", format="hdf5", progress=pytest.fail)
    finally:
        os.close(reader)
    assert caught.value.errno == errno.ESPIPE


FULL_DISK = """
import resource, signal, sys
from wordkin import ELMo
from wordkin.cli.program import main
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
limit, *command = sys.argv[1:]
model = ELMo.from_pretrained("model") if command[0] == "export" else None
resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), resource.RLIM_INFINITY))
if model is None:
    sys.exit(main(command))
try:
    model.export_hdf5("out")
except OSError as error:
    sys.exit(f"OSError {error.errno}")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs resource limits")
@pytest.mark.parametrize("limit", [100, 5_000, 60_000])
@pytest.mark.parametrize("command", ["export", "encode"])
def test_a_full_disk_is_one_error(command: str, limit: int, small_model: Callable[..., ELMo], tmp_path: Path) -> None:
    """The limit of the file size, below the size of the file, stands for the end of the disk."""
    model = small_model(dim=64, projection_dim=32)
    model.initialize(seed=1)
    model.save_pretrained(tmp_path / "model")
    (tmp_path / "text").write_text("a few words of text\n" * 300, encoding="utf-8")
    (tmp_path / "out").mkdir()
    model.export_hdf5(tmp_path / "out")
    old = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert len(old["weights.hdf5"]) > 60_000
    arguments = ["export"] if command == "export" else ["elmo", "encode", "model", "text", "out/weights.hdf5"]
    run = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(limit), *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        encoding="utf-8",
    )
    assert run.returncode == 1, run.stderr[-1000:]
    assert run.stdout == ""
    assert len(run.stderr.splitlines()) == 1, run.stderr[-1000:]
    assert ("OSError 27" if command == "export" else "File too large") in run.stderr
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == old
