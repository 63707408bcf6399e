"""HDF5 output written without libhdf5, for files whose every byte is accounted for.

libhdf5 writes when it closes a file, where h5py cannot raise: a full disk ends the process with a segmentation fault,
and a single failed write leaves zeros in a file that seems complete. This module needs only a small part of the
format (version 0 of the superblock, groups with a B-tree, contiguous datasets), which every release of libhdf5
reads. Numbers in parentheses refer to sections of the HDF5 File Format Specification, version 3.0.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ...storage.atomic import OutputFile
from ...storage.signatures import HDF5_SIGNATURE

__all__ = ["Hdf5Writer"]

_UNDEFINED = 0xFFFF_FFFF_FFFF_FFFF  # the address of data that do not exist
_SUPERBLOCK_BYTES = 96
_GROUP_HEADER_BYTES = 40
_ROOT = _SUPERBLOCK_BYTES  # address of the root group's object header

# Capacities of the nodes of groups, as libhdf5 chooses them: 2 * 4 entries of a symbol table, 2 * 16 children.
_LEAF_K, _INTERNAL_K = 4, 16
_ENTRIES, _CHILDREN = 2 * _LEAF_K, 2 * _INTERNAL_K
_LEAF_BYTES = 8 + 40 * _ENTRIES
_NODE_BYTES = 24 + 8 * (2 * _CHILDREN + 1)
_NO_FREE_BLOCK = 1
_MIN_COLLECTION_BYTES = 4096

# Types of header messages (IV.A.2).
_DATASPACE, _DATATYPE, _FILL_VALUE, _LAYOUT, _SYMBOL_TABLE = 0x01, 0x03, 0x05, 0x08, 0x11
_CONSTANT = (_DATATYPE, _FILL_VALUE)  # Messages that libhdf5 marks as never changing.

_FLOAT32 = bytes.fromhex("11201f00 04000000 00002000 17080017 7f000000 00000000")
_UTF8_STRING = bytes.fromhex("19010100 10000000 10000000 01000000 00000800 00000000")  # of variable length
_FLOAT32_FILL = bytes.fromhex("02020201 00000000")
_STRING_FILL = bytes.fromhex("02020001 00000000")


class _Group:
    """Members of a group that have been written (their addresses), and groups in it that are written at the end."""

    def __init__(self) -> None:
        self.addresses: dict[str, int] = {}
        self.groups: dict[str, _Group] = {}


class Hdf5Writer:
    """Writes an HDF5 file from its start to its end; nothing but the first 136 bytes is written twice.

    Memory is needed for the names and addresses of the datasets, about 150 bytes each.

    Parameters
    ----------
    file : OutputFile
        The file, of which nothing has been written and which is not a pipe.

    Raises
    ------
    OSError
        If the file cannot be written, also by each of the methods.

    Examples
    --------
    >>> import tempfile
    >>> from wordkin.storage.atomic import replaced_file
    >>> path = tempfile.mkdtemp() + "/vectors.hdf5"
    >>> with replaced_file(path) as file:
    ...     writer = Hdf5Writer(file)
    ...     writer.add("layer/weights", np.ones((2, 3), np.float32))
    ...     writer.finish()
    """

    def __init__(self, file: OutputFile) -> None:
        self._file = file
        self._root = _Group()
        self._end = 0
        self._write(bytes(_SUPERBLOCK_BYTES + _GROUP_HEADER_BYTES))
        self._file.rewrite_start(HDF5_SIGNATURE)  # Fails for a pipe, before hours are spent on what goes into it.

    def add(self, name: str, values: NDArray[np.float32]) -> None:
        """Add a dataset of float32.

        Parameters
        ----------
        name : str
            Name of the dataset, not used before; slashes separate the groups that it is in.
        values : ndarray of float32
            The values.
        """
        content = np.ascontiguousarray(values, "<f4").reshape(-1).view(np.uint8)
        self._add(name, values.shape, _FLOAT32, _FLOAT32_FILL, content.data)

    def add_text(self, name: str, text: str) -> None:
        """Add a dataset of one string.

        Parameters
        ----------
        name : str
            Name of the dataset, as for `add`.
        text : str
            The text.
        """
        content = text.encode("utf-8")
        collection = self._write(_collection(content))
        reference = struct.pack("<IQI", len(content), collection, 1)
        self._add(name, (1,), _UTF8_STRING, _STRING_FILL, memoryview(reference))

    def _add(self, name: str, shape: tuple[int, ...], datatype: bytes, fill: bytes, content: memoryview) -> None:
        *folders, last = name.split("/")
        group = self._root
        for folder in folders:
            group = group.groups.setdefault(folder, _Group())
        messages = [(_DATASPACE, _dataspace(shape)), (_DATATYPE, datatype), (_FILL_VALUE, fill)]
        data = self._end + len(_object_header([*messages, (_LAYOUT, _layout(_UNDEFINED, 0))]))  # after the header
        layout = _layout(data if content.nbytes else _UNDEFINED, content.nbytes)
        group.addresses[last] = self._write(_object_header([*messages, (_LAYOUT, layout)]))
        self._write(content)

    def finish(self) -> None:
        """Write the groups and the superblock, without which the file cannot be read."""
        tree, heap = self._write_group(self._root)
        root_entry = struct.pack("<QQIIQQ", 0, _ROOT, 1, 0, tree, heap)
        superblock = HDF5_SIGNATURE + struct.pack(
            "<8B2HI4Q", 0, 0, 0, 0, 0, 8, 8, 0, _LEAF_K, _INTERNAL_K, 0, 0, _UNDEFINED, self._end, _UNDEFINED
        )
        self._file.rewrite_start(superblock + root_entry + _group_header(tree, heap))

    def _write_group(self, group: _Group) -> tuple[int, int]:
        """Write what a group and the groups in it consist of; return the addresses of its B-tree and its heap."""
        for name, inner in group.groups.items():
            group.addresses[name] = self._write(_group_header(*self._write_group(inner)))
        members = sorted((name.encode("utf-8"), address) for name, address in group.addresses.items())
        offsets, names = _heap_of([name for name, _ in members])
        segment = self._write(names)
        heap = self._write(struct.pack("<4sIQQQ", b"HEAP", 0, len(names), _NO_FREE_BLOCK, segment))
        entries = [(offset, address) for offset, (_, address) in zip(offsets, members, strict=True)]
        return self._write_tree(entries), heap

    def _write_tree(self, entries: Sequence[tuple[int, int]]) -> int:
        """Write a B-tree of names, in ascending order, from its leaves upwards; return the address of its root.

        Parameters
        ----------
        entries : sequence of (int, int)
            Offset of each name in the heap, and the address of what it names.

        Returns
        -------
        int
            The address.
        """
        children = [(part[-1][0], self._write(_leaf(part))) for part in _parts(entries, _ENTRIES)]
        level = 0
        while True:
            # The nodes of a level follow one another, so that the addresses of neighbours are known.
            parts = list(_parts(children, _CHILDREN)) or [[]]
            start, lower_key, parents = self._end, 0, []
            for index, part in enumerate(parts):
                left = start + (index - 1) * _NODE_BYTES if index else _UNDEFINED
                right = start + (index + 1) * _NODE_BYTES if index + 1 < len(parts) else _UNDEFINED
                address = self._write(_node(level, left, right, lower_key, part))
                lower_key = part[-1][0] if part else 0
                parents.append((lower_key, address))
            if len(parents) == 1:
                return parents[0][1]
            children, level = parents, level + 1

    def _write(self, content: bytes | memoryview) -> int:
        """Append content, padded to a multiple of 8 bytes; return its address."""
        address = self._end
        size = self._file.write(content)
        self._end += size + self._file.write(bytes(-size % 8))
        return address


def _parts(values: Sequence[tuple[int, int]], length: int) -> Iterator[Sequence[tuple[int, int]]]:
    for start in range(0, len(values), length):
        yield values[start : start + length]


def _object_header(messages: Sequence[tuple[int, bytes]]) -> bytes:
    """Return the header of an object (IV.A.1.a); the content of each message is a multiple of 8 bytes."""
    body = b"".join(struct.pack("<HHB3x", kind, len(data), kind in _CONSTANT) + data for kind, data in messages)
    return struct.pack("<BxHII4x", 1, len(messages), 1, len(body)) + body


def _group_header(tree: int, heap: int) -> bytes:
    return _object_header([(_SYMBOL_TABLE, struct.pack("<QQ", tree, heap))])


def _dataspace(shape: tuple[int, ...]) -> bytes:
    """Return the message for a shape, which is also the largest shape (IV.A.2.b)."""
    return struct.pack(f"<BBB5x{2 * len(shape)}Q", 1, len(shape), 1, *shape, *shape)


def _layout(address: int, size: int) -> bytes:
    """Return the message for data in one piece (IV.A.2.i)."""
    return struct.pack("<BBQQ6x", 3, 1, address, size)


def _heap_of(names: Sequence[bytes]) -> tuple[list[int], bytes]:
    """Return the offsets of names in the data of a local heap (III.D), and these data."""
    padded = [bytes(8), *(name + bytes(8 - len(name) % 8) for name in names)]  # The empty name comes first.
    ends = list(itertools.accumulate(map(len, padded)))
    return ends[:-1], b"".join(padded)


def _leaf(entries: Sequence[tuple[int, int]]) -> bytes:
    """Return a node of a symbol table (III.B)."""
    content = b"".join(struct.pack("<QQ24x", *entry) for entry in entries)
    return (struct.pack("<4sBxH", b"SNOD", 1, len(entries)) + content).ljust(_LEAF_BYTES, b"\0")


def _node(level: int, left: int, right: int, lower_key: int, children: Sequence[tuple[int, int]]) -> bytes:
    """Return a node of a B-tree (III.A.1); keys are the last names of the children."""
    content = b"".join(struct.pack("<QQ", address, key) for key, address in children)
    head = struct.pack("<4sBBHQQQ", b"TREE", 0, level, len(children), left, right, lower_key)
    return (head + content).ljust(_NODE_BYTES, b"\0")


def _collection(content: bytes) -> bytes:
    """Return a collection of the global heap (III.E) with one object, and the rest of it as free space."""
    padded = content + bytes(-len(content) % 8)
    size = max(_MIN_COLLECTION_BYTES, 16 + 16 + len(padded) + 16)
    start = struct.pack("<4sB3xQ", b"GCOL", 1, size) + struct.pack("<HH4xQ", 1, 0, len(content)) + padded
    return (start + struct.pack("<HH4xQ", 0, 0, size - len(start))).ljust(size, b"\0")
