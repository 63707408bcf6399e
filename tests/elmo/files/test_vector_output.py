"""`ELMo.encode_file`: HDF5 and safetensors files hold what `encode` returns."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from elmo.inference.models import assert_identical, scale_parameters
from wordkin import ELMo
from wordkin.errors import FormatError


@pytest.fixture
def model(small_model: Callable[..., ELMo]) -> ELMo:
    """An untrained model whose vectors differ clearly between tokens."""
    return scale_parameters(small_model())


def test_hdf5_has_one_dataset_per_line(model: ELMo, tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    source = tmp_path / "text.txt"
    source.write_bytes("A big apple\r\n\npears\nA/b \u2028c d\n".encode())
    lines = [["A", "big", "apple"], [], ["pears"], ["A/b", "c", "d"]]
    assert model.encode_file(source, tmp_path / "out.hdf5") == 4
    with h5py.File(tmp_path / "out.hdf5") as file:
        assert set(file) == {"0", "1", "2", "3", "sentence_to_index"}
        assert_identical([file[str(index)][...] for index in range(4)], model.encode(lines, "all"))
        index = json.loads(file["sentence_to_index"][0])
        assert index == {" ".join(line): str(number) for number, line in enumerate(lines)}


def test_hdf5_with_pooling_and_progress(model: ELMo, tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    (tmp_path / "text.txt").write_text("a b c\n\nd\n", encoding="utf-8")
    reported: list[int] = []
    output = tmp_path / "out.bin"
    model.encode_file(tmp_path / "text.txt", output, "top", format="hdf5", pooling="mean", progress=reported.append)
    assert reported == [3, 3, 4]
    with h5py.File(output) as file:
        np.testing.assert_array_equal(file["0"][...], model.encode([["a", "b", "c"]], "top", pooling="mean")[0])


@pytest.mark.parametrize(("layers", "pooling"), [("all", None), ("average", None), ("top", "mean"), ("all", "mean")])
def test_safetensors_concatenates_the_tokens_of_all_lines(
    model: ELMo, tmp_path: Path, layers: Any, pooling: Any
) -> None:
    safetensors = pytest.importorskip("safetensors.numpy")
    (tmp_path / "text.txt").write_text("a b c\n\nd\n", encoding="utf-8")
    assert model.encode_file(tmp_path / "text.txt", tmp_path / "o.safetensors", layers, pooling=pooling) == 3
    content = safetensors.load_file(tmp_path / "o.safetensors")
    expected = model.encode([["a", "b", "c"], [], ["d"]], layers, pooling=pooling)
    if pooling:
        np.testing.assert_array_equal(content["vectors"], expected)
        return
    begins = [0, *content["ends"].tolist()]
    for index, (begin, end) in enumerate(itertools.pairwise(begins)):
        rows = content["vectors"][begin:end]
        np.testing.assert_array_equal(np.moveaxis(rows, 1, 0) if layers == "all" else rows, expected[index])


def test_a_failed_call_leaves_no_file(model: ELMo, tmp_path: Path) -> None:
    source = tmp_path / "text.txt"
    source.write_bytes(b"fine\nnot \xff fine\n")
    output = tmp_path / "out.safetensors"
    with pytest.raises(FormatError, match="line 2: invalid UTF-8"):
        model.encode_file(source, output)
    with pytest.raises(ValueError, match="output must end in"):
        model.encode_file(source, tmp_path / "out.txt")
    with pytest.raises(FileNotFoundError):
        model.encode_file(tmp_path / "none.txt", output)
    assert [path.name for path in tmp_path.iterdir()] == ["text.txt"]
