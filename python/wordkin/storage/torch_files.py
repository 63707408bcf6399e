"""Tensors of PyTorch's legacy files, read without PyTorch: nothing that a pickle names is imported or executed.

Such a file is five pickles (a magic number, the version of the format, properties of the machine, a dictionary of
tensors, and the keys of their storages), followed by the numbers of each storage.
"""

from __future__ import annotations

import io
import math
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ..errors import CorruptFileError, FormatError, TruncatedFileError
from .restricted_pickle import PickleRules, replaced, unpickle
from .signatures import ZIP_SIGNATURE

__all__ = ["TORCH_MAGIC", "TorchTensors", "read_torch_tensors"]

TORCH_MAGIC = 0x1950A86A20F9469CFC6C  # the first pickle of a file
_VERSION = 1001
_MAX_PICKLES = 16 << 20  # bytes of the five pickles, which hold names and shapes
_COUNT = struct.Struct("<q")
_MAX_DIMENSIONS = 8


@dataclass(eq=False)
class _Storage:
    """The numbers of one or several tensors, and their first byte in the file once that is known."""

    dtype: np.dtype[Any]
    count: int
    position: int = -1


@dataclass(frozen=True, kw_only=True)
class _SavedTensor:
    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


class _SavedDict(dict[Any, Any]):
    """A dictionary whose attributes are ignored; PyTorch saves the version of each module in one."""

    def __setstate__(self, state: object) -> None:
        pass


def _empty_dict(budget: object, *args: object) -> _SavedDict:
    return _SavedDict()


def _tensor(budget: object, storage: Any, offset: Any, shape: Any, strides: Any, *others: object) -> _SavedTensor:
    valid = (
        isinstance(storage, _Storage)
        and _are_sizes((offset,))
        and isinstance(shape, tuple)
        and isinstance(strides, tuple)
        and len(shape) == len(strides) <= _MAX_DIMENSIONS
        and _are_sizes(shape)
        and _are_sizes(strides)
    )
    # A tensor with fewer numbers in the file than it has elements would be larger in memory than in the file.
    if not valid or math.prod(shape) > storage.count:
        raise ValueError("damaged tensor")
    last = offset + sum((size - 1) * stride for size, stride in zip(shape, strides, strict=True))
    if math.prod(shape) > 0 and last >= storage.count:
        raise ValueError("a tensor extends beyond its storage")
    return _SavedTensor(storage=storage, offset=offset, shape=shape, strides=strides)


def _are_sizes(values: tuple[Any, ...]) -> bool:
    return all(type(value) is int and 0 <= value < 1 << 48 for value in values)


class _StorageType:
    """Stands for a class of storages, which is only named, never called."""

    def __init__(self, dtype: str) -> None:
        self.dtype = np.dtype(dtype)

    def __call__(self, budget: object, *args: object, **options: object) -> None:
        raise ValueError("a storage outside the file")


_STORAGES = {("torch", "FloatStorage"): _StorageType("<f4"), ("torch", "LongStorage"): _StorageType("<i8")}


class _Storages:
    """The storages that the pickles of one file name.

    Parameters
    ----------
    size : int
        Size of the file in bytes.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self.by_key: dict[str, _Storage] = {}

    def persistent(self, identity: Any) -> _Storage:
        """Return the storage with an identity, ``("storage", class, key, device, count, view)``."""
        if not isinstance(identity, tuple) or len(identity) != 6 or identity[0] != "storage":
            raise ValueError("damaged storage")
        _, kind, key, _, count, view = identity
        found = replaced(kind)
        if not isinstance(found, _StorageType) or not isinstance(key, str) or not _are_sizes((count,)):
            raise ValueError("damaged storage")
        if view is not None:
            raise ValueError("views of storages are not supported")
        if count * found.dtype.itemsize > self._size:
            raise ValueError("a storage is larger than the file")
        storage = self.by_key.setdefault(key, _Storage(found.dtype, count))
        if (storage.dtype, storage.count) != (found.dtype, count):
            raise ValueError("a storage has two sizes")
        return storage


class TorchTensors:
    """The tensors of a dictionary that PyTorch saved in its legacy format, read one by one.

    The descriptions of all tensors are read and checked at once, their numbers on request: a model that converts one
    tensor after another does not need memory for all of them in both layouts.

    Parameters
    ----------
    stream : BinaryIO or FileIO
        The file, at its start; it must be seekable, and stay open.
    name : str
        Name of the file, for error messages.
    size : int
        Its size in bytes.

    Raises
    ------
    FormatError
        If the file is none of these, or refers to anything but tensors; nothing of it is executed.
    CorruptFileError
        If it is damaged; `TruncatedFileError` if it ends too early.
    OSError
        If it cannot be read.
    """

    def __init__(self, stream: BinaryIO | io.FileIO, name: str, size: int) -> None:
        self._stream = stream
        self._name = name
        pickles = io.BytesIO(stream.read(min(size, _MAX_PICKLES)))
        storages = _Storages(size)
        self._tensors, keys = _read_pickles(pickles, name, storages)
        position = pickles.tell()
        for key in keys:
            position = _locate_storage(stream, name, size, position, storages.by_key[key])
        if position != size:
            raise CorruptFileError(
                f"{name}: byte {position}: expected the end of the file, found {size - position} bytes"
            )
        self._buffer = np.empty(0, np.uint8)

    @property
    def names(self) -> list[str]:
        """Names of the tensors in the order of the file."""
        return list(self._tensors)

    def description(self, name: str) -> tuple[tuple[int, ...], np.dtype[Any]]:
        """Return the shape and the type of the numbers of a tensor.

        Parameters
        ----------
        name : str
            Name of the tensor.

        Returns
        -------
        tuple of int
            The shape.
        dtype
            The type.
        """
        tensor = self._tensors[name]
        return tensor.shape, tensor.storage.dtype

    def read(self, name: str) -> NDArray[np.float32]:
        """Read a tensor.

        Parameters
        ----------
        name : str
            Name of the tensor.

        Returns
        -------
        ndarray of float32
            The tensor, read-only; valid until the next call, which reuses its memory.

        Raises
        ------
        TruncatedFileError
            If the file has become shorter.
        OSError
            If it cannot be read.
        """
        tensor = self._tensors[name]
        storage = tensor.storage
        size = storage.count * storage.dtype.itemsize
        if len(self._buffer) < size:
            self._buffer = np.empty(size, np.uint8)
        _read_numbers(self._stream, self._name, storage.position, memoryview(self._buffer.data)[:size])
        return _array_of(tensor, self._buffer[:size].view(storage.dtype))


def read_torch_tensors(stream: BinaryIO | io.FileIO, name: str, size: int) -> dict[str, NDArray[np.float32]]:
    """Read all tensors of a dictionary that PyTorch saved in its legacy format.

    Parameters
    ----------
    stream : BinaryIO or FileIO
        The file, at its start; it must be seekable.
    name : str
        Name of the file, for error messages.
    size : int
        Its size in bytes.

    Returns
    -------
    dict of str to ndarray of float32
        Copies of the tensors by name, in the order of the file.

    Raises
    ------
    FormatError
        If the file is none of these, or refers to anything but tensors; nothing of it is executed.
    CorruptFileError
        If it is damaged; `TruncatedFileError` if it ends too early.
    OSError
        If it cannot be read.
    """
    tensors = TorchTensors(stream, name, size)
    return {tensor: np.array(tensors.read(tensor)) for tensor in tensors.names}


def _read_pickles(file: io.BytesIO, name: str, storages: _Storages) -> tuple[dict[str, _SavedTensor], list[str]]:
    start = file.getvalue()[:4]
    if start == ZIP_SIGNATURE:
        raise FormatError(
            f"{name}: a file of PyTorch 1.6 or later, which is a zip archive; save it as the original program does, "
            "with torch.save(..., _use_new_zipfile_serialization=False)"
        )
    if not start.startswith(b"\x80\x02"):
        raise FormatError(f"{name}: byte 0: expected tensors saved by PyTorch, found {start!r}")
    rules = PickleRules(
        allowed={
            ("collections", "OrderedDict"): _empty_dict,
            ("torch._utils", "_rebuild_tensor_v2"): _tensor,
            **_STORAGES,
        },
        becomes_record=lambda module, name: None,
        expected="only dictionaries of tensors are supported",
        persistent=storages.persistent,
    )
    magic, version, machine, saved, keys = (unpickle(file, name, rules) for _ in range(5))
    if (magic, version) != (TORCH_MAGIC, _VERSION):
        raise FormatError(f"{name}: byte 0: expected tensors saved by PyTorch, version {_VERSION}, got {version!r:.40}")
    if not isinstance(machine, dict) or machine.get("little_endian") is not True or sys.byteorder != "little":
        raise FormatError(f"{name}: the numbers are not in the byte order of this machine")
    if not isinstance(saved, dict) or not all(
        isinstance(key, str) and isinstance(tensor, _SavedTensor) for key, tensor in saved.items()
    ):
        raise FormatError(f"{name}: expected a dictionary of tensors, found {type(saved).__name__}")
    if not isinstance(keys, list) or sorted(map(repr, keys)) != sorted(map(repr, storages.by_key)):
        raise CorruptFileError(f"{name}: byte {file.tell()}: the list of storages does not match the tensors")
    return saved, keys


def _locate_storage(stream: BinaryIO | io.FileIO, name: str, size: int, position: int, storage: _Storage) -> int:
    """Note where the numbers of a storage are, and return the position after them."""
    end = position + _COUNT.size + storage.count * storage.dtype.itemsize
    if end > size:
        raise TruncatedFileError(f"{name}: byte {size}: unexpected end of file within the numbers of a tensor")
    stream.seek(position)
    head = stream.read(_COUNT.size)
    if len(head) < _COUNT.size or _COUNT.unpack(head)[0] != storage.count:
        raise CorruptFileError(f"{name}: byte {position}: the size of a tensor does not match its description")
    storage.position = position + _COUNT.size
    return end


def _read_numbers(stream: BinaryIO | io.FileIO, name: str, position: int, target: memoryview) -> None:
    stream.seek(position)
    # Raw files, buffered ones and members of zip archives have this method; the type of binary files does not.
    readinto: Callable[[memoryview], int | None] = getattr(stream, "readinto")  # noqa: B009
    done = 0
    while done < len(target):
        count = readinto(target[done:])
        if not count:
            raise TruncatedFileError(f"{name}: byte {position + done}: unexpected end of file within a tensor")
        done += count


def _array_of(tensor: _SavedTensor, values: NDArray[Any]) -> NDArray[np.float32]:
    strides = tuple(stride * values.itemsize for stride in tensor.strides)
    view: NDArray[np.float32] = np.lib.stride_tricks.as_strided(
        values[tensor.offset :], tensor.shape, strides, writeable=False
    )
    return view
