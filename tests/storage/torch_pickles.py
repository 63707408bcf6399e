"""Legacy files of PyTorch, written without PyTorch."""

from __future__ import annotations

import pickle
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

ORDERED = b"ccollections\nOrderedDict\n)R"
REBUILD = b"ctorch._utils\n_rebuild_tensor_v2\n"
STORAGES = {"f": b"ctorch\nFloatStorage\n", "i": b"ctorch\nLongStorage\n"}


def part(value: Any) -> bytes:
    """Return the opcodes of a plain value."""
    return pickle.dumps(value, 2)[2:-1]


def whole(opcodes: bytes) -> bytes:
    return b"\x80\x02" + opcodes + b"."


def storage(kind: bytes, key: str, count: int, *, view: bytes = b"N", label: str = "storage") -> bytes:
    return b"(" + part(label) + kind + part(key) + part("cpu") + part(count) + view + b"tQ"


def tensor(stored: bytes, offset: Any, shape: Any, strides: Any) -> bytes:
    return REBUILD + b"(" + stored + part(offset) + part(shape) + part(strides) + b"\x89" + ORDERED + b"tR"


def dictionary(entries: Mapping[str, bytes]) -> bytes:
    items = b"".join(part(name) + entry for name, entry in entries.items())
    return ORDERED + b"(" + items + b"u}" + part("_metadata") + ORDERED + b"sb"


MACHINE = {"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}


def torch_file(
    opcodes: bytes,
    numbers: Mapping[str, NDArray[Any]],
    *,
    magic: Any = 0x1950A86A20F9469CFC6C,
    version: Any = 1001,
    machine: Any = MACHINE,
    keys: Any = None,
) -> bytes:
    """Return the content of a file with a pickled object and the numbers of its storages."""
    listed = sorted(numbers) if keys is None else keys
    content = b"".join(whole(part(value)) for value in (magic, version, machine))
    content += whole(opcodes) + whole(part(listed))
    return content + b"".join(struct.pack("<q", numbers[key].size) + numbers[key].tobytes() for key in listed)


def file_of_tensors(tensors: Mapping[str, NDArray[Any]]) -> bytes:
    """Return the content of a file with tensors, each with its own storage."""
    entries, numbers = {}, {}
    for key, (name, array) in enumerate(tensors.items()):
        array = np.array(array, order="C")
        strides = tuple(stride // array.itemsize for stride in array.strides)
        stored = storage(STORAGES[array.dtype.kind], str(key), array.size)
        entries[name] = tensor(stored, 0, array.shape, strides)
        numbers[str(key)] = array
    return torch_file(dictionary(entries), numbers)
