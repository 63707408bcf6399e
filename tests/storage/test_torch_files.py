"""Tensors of PyTorch's legacy files: what is read, and what is refused without executing anything."""

from __future__ import annotations

import io
import pickle
import random
import zipfile
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from wordkin.errors import CorruptFileError, FormatError, TruncatedFileError
from wordkin.storage.torch_files import TorchTensors, read_torch_tensors

from .torch_pickles import MACHINE, STORAGES, dictionary, file_of_tensors, part, storage, tensor, torch_file, whole

VALUES = np.arange(24, dtype=np.float32)


def read(content: bytes) -> dict[str, NDArray[Any]]:
    return dict(read_torch_tensors(io.BytesIO(content), "weights.pkl", len(content)))


def of(opcodes: bytes, **more: Any) -> bytes:
    """Return a file with one object that refers to a storage of 24 numbers."""
    return torch_file(opcodes, {"0": VALUES}, **more)


def floats(count: int = 24) -> bytes:
    return storage(STORAGES["f"], "0", count)


def test_tensors_are_read_with_their_names_in_order() -> None:
    tensors = {
        "b.weight": VALUES.reshape(4, 6),
        "a.ids": np.arange(-3, 3),
        "none": np.zeros((0, 5), np.float32),
        "scalar": np.float32(2.5).reshape(()),
        "naïve": VALUES.reshape(2, 3, 4),
    }
    found = read(file_of_tensors(tensors))
    assert list(found) == list(tensors)
    for name, expected in tensors.items():
        assert found[name].dtype == expected.dtype
        np.testing.assert_array_equal(found[name], expected)


def test_tensors_are_read_one_by_one_into_the_same_memory() -> None:
    content = file_of_tensors({"a": VALUES, "b": VALUES[:3] + 1})
    tensors = TorchTensors(io.BytesIO(content), "weights.pkl", len(content))
    assert tensors.names == ["a", "b"]
    assert tensors.description("b") == ((3,), np.dtype(np.float32))
    first = tensors.read("a")
    assert not first.flags.writeable
    np.testing.assert_array_equal(first, VALUES)
    second = tensors.read("b")
    np.testing.assert_array_equal(second, VALUES[:3] + 1)
    assert np.shares_memory(first, second)
    np.testing.assert_array_equal(tensors.read("a"), VALUES)


def test_tensors_can_be_parts_of_one_storage() -> None:
    parts = {
        "transposed": tensor(floats(), 0, (6, 4), (1, 6)),
        "column": tensor(floats(), 2, (4,), (6,)),
        "rest": tensor(floats(), 20, (2, 2), (2, 1)),
    }
    found = read(of(dictionary(parts)))
    np.testing.assert_array_equal(found["transposed"], VALUES.reshape(4, 6).T)
    np.testing.assert_array_equal(found["column"], [2, 8, 14, 20])
    np.testing.assert_array_equal(found["rest"], [[20, 21], [22, 23]])


@pytest.mark.parametrize(
    "opcodes",
    [
        tensor(floats(), 20, (5,), (1,)),
        tensor(floats(), 0, (5, 6), (6, 1)),
        tensor(floats(), 0, (1 << 40, 1 << 40), (0, 0)),
        tensor(floats(), 0, (25,), (0,)),
        tensor(floats(), -1, (2,), (1,)),
        tensor(floats(), 0, (-1, 2), (2, 1)),
        tensor(floats(), 23, (2,), (-1,)),
        tensor(floats(), 0, (2,), (1, 1)),
        tensor(floats(), 0, (1,) * 9, (1,) * 9),
        tensor(floats(), 0, [2], (1,)),
        tensor(floats(), 0, (2.0,), (1,)),
        tensor(floats(), True, (2,), (1,)),
        tensor(part(3), 0, (2,), (1,)),
        tensor(floats(1 << 40), 0, (2,), (1,)),
        tensor(storage(STORAGES["f"], "0", 24, label="other"), 0, (2,), (1,)),
        tensor(storage(STORAGES["f"], "0", 24, view=part(("0", 0, 2))), 0, (2,), (1,)),
        tensor(storage(b"ccollections\nOrderedDict\n", "0", 24), 0, (2,), (1,)),
        tensor(storage(part(None), "0", 24), 0, (2,), (1,)),
        tensor(b"(" + part(("storage",)) + b"tQ", 0, (2,), (1,)),
    ],
)
def test_damaged_tensors_are_refused(opcodes: bytes) -> None:
    with pytest.raises(CorruptFileError, match=r"weights\.pkl: byte \d+: damaged pickle"):
        read(of(dictionary({"a": opcodes})))


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("os", "system"),
        ("builtins", "eval"),
        ("torch", "load"),
        ("torch", "DoubleStorage"),
        ("torch._utils", "_rebuild_parameter"),
        ("torch._utils", "_rebuild_tensor_v2.__globals__"),
        ("collections", "Counter"),
        ("numpy", "dtype"),
        ("gensim.models.word2vec", "Word2Vec"),
    ],
)
def test_other_names_are_refused_and_nothing_is_executed(module: str, name: str) -> None:
    call = f"c{module}\n{name}\n".encode() + b"(" + part("echo executed") + b"tR"
    for opcodes in (call, dictionary({"a": call})):
        with pytest.raises(FormatError, match=r"refusing .*only dictionaries of tensors are supported"):
            read(of(opcodes))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "expected tensors saved by PyTorch, found b''"),
        (b"hello world", "expected tensors saved by PyTorch"),
        (file_of_tensors({"a": VALUES})[:100], "damaged pickle"),
        (of(part(3)), "expected a dictionary of tensors, found int"),
        (of(dictionary({"a": part(3)})), "expected a dictionary of tensors"),
        (of(dictionary({"a": tensor(floats(), 0, (2,), (1,))}), magic=7), "expected tensors saved by PyTorch"),
        (of(dictionary({"a": tensor(floats(), 0, (2,), (1,))}), version=1002), "version 1001, got 1002"),
        (
            of(dictionary({"a": tensor(floats(), 0, (2,), (1,))}), machine={**MACHINE, "little_endian": False}),
            "byte order",
        ),
        (of(dictionary({"a": tensor(floats(), 0, (2,), (1,))}), machine=[1]), "byte order"),
        (of(dictionary({"a": tensor(floats(), 0, (2,), (1,))}), keys=[]), "list of storages does not match"),
        (of(dictionary({"a": tensor(floats(), 0, (2,), (1,))}), keys=["0", "0"]), "list of storages does not match"),
        (of(dictionary({"a": tensor(floats(23), 0, (2,), (1,))})), "size of a tensor does not match"),
        (file_of_tensors({"a": VALUES}) + b"\0", "expected the end of the file, found 1 bytes"),
        (pickle.dumps({"a": 1}, 4), "expected tensors saved by PyTorch"),
    ],
)
def test_other_files_are_refused(content: bytes, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        read(content)


def test_files_of_later_versions_are_named_with_the_cure() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("archive/data.pkl", whole(part({})))
    with pytest.raises(FormatError, match=r"PyTorch 1\.6 or later.*_use_new_zipfile_serialization=False"):
        read(content.getvalue())


def test_every_truncated_file_is_an_error() -> None:
    content = file_of_tensors({"a": VALUES.reshape(4, 6), "b": np.arange(3)})
    for size in range(len(content)):
        with pytest.raises(FormatError) as caught:
            read(content[:size])
        assert type(caught.value) in (FormatError, CorruptFileError, TruncatedFileError)


def test_changed_bytes_give_tensors_or_errors_of_the_format() -> None:
    content = file_of_tensors({"a": VALUES.reshape(4, 6), "b": np.arange(3)})
    draw = random.Random(1)
    for _ in range(3000):
        changed = bytearray(content)
        for _ in range(draw.randint(1, 4)):
            changed[draw.randrange(len(content) - 24 * 4)] = draw.randrange(256)
        try:
            found = read(bytes(changed))
        except FormatError:
            continue
        assert all(array.size <= len(content) for array in found.values())
