"""Changes of files: of bytes, of words of text, of JSON values, and of the tensors and metadata of model files."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from wordkin.storage import read_archive, write_archive

__all__ = ["MUTATIONS", "change_archive", "change_bytes", "change_json", "change_text"]

_BYTES = [b"", b"\0", b"\xff", b"\x80", b"\n", b"\r", b" ", b"\t", b'"', b"{", b"[", b"\xef\xbb\xbf", b"\xff\xfe"]
_WORDS = ["", "nan", "-inf", "1e999", "-1", "0", "99999999999999999999", "4294967296", "1.5", "\0", "\u2028", "\ufeff",
          "\U0001f600", "\ud7ff", '"', "[", "{}", "# ", ": x", "__label__", ",", ";", "\t", "\r\n", "\n\n"]  # fmt: skip
_VALUES: list[Any] = [None, True, False, 0, -1, 1, 2**31, 2**63, 2**64, 10**30, 0.5, -0.5, 1e308, "", "x", "1", "\0",
                      "..", "/etc/passwd", [], [[]], [None], {}, {"": None}, {"x": [1]}, "\ud800"]  # fmt: skip


def change_bytes(content: bytes, draw: random.Random) -> bytes:
    """Change, insert, remove or repeat some bytes, or cut the content off."""
    changed = bytearray(content)
    for _ in range(draw.choice((1, 1, 1, 2, 5))):
        start = draw.randrange(len(changed) + 1)
        length = min(draw.choice((1, 1, 2, 4, 8, 40)), len(changed) - start)
        kind = draw.randrange(7)
        if kind == 0 and length:
            changed[start] ^= 1 << draw.randrange(8)
        elif kind == 1:
            changed[start : start + length] = draw.randbytes(length)
        elif kind == 2:
            changed[start : start + length] = draw.choice(_BYTES) * draw.choice((1, 1, 8))
        elif kind == 3:
            del changed[start : start + length]
        elif kind == 4:
            changed[start:start] = changed[start : start + length] * draw.choice((1, 50))
        elif kind == 5:
            sizes = (0, 1, 0x7F, 0xFF, 0x7FFFFFFF, 0xFFFFFFFF, 1 << 40, (1 << 64) - 1)
            changed[start : start + 8] = draw.choice(sizes).to_bytes(8, draw.choice(("little", "big")))
        elif draw.random() < 0.3:
            del changed[start:]
    return bytes(changed)


def change_text(content: bytes, draw: random.Random) -> bytes:
    """Replace, remove, repeat or exchange some words or lines of a text."""
    separator = draw.choice((b" ", b"\n", b"\t", b","))
    parts = content.split(separator)
    for _ in range(draw.choice((1, 1, 2, 5))):
        index = draw.randrange(len(parts))
        kind = draw.randrange(4)
        if kind == 0:
            parts[index] = draw.choice(_WORDS).encode("utf-8", "surrogatepass")
        elif kind == 1 and len(parts) > 1:
            del parts[index]
        elif kind == 2:
            parts[index:index] = [parts[index]] * draw.choice((1, 3))
        else:
            parts[index] = parts[draw.randrange(len(parts))]
    return separator.join(parts)


def change_value(value: Any, draw: random.Random) -> Any:
    """Change, remove or add one value of a JSON document, at any depth."""
    value = copy.deepcopy(value)
    containers = list(_containers(value))
    if not containers:
        return draw.choice(_VALUES)
    container = draw.choice(containers)
    keys = list(container) if isinstance(container, dict) else list(range(len(container)))
    kind = draw.randrange(6)
    if not keys or kind == 0:
        added = copy.deepcopy(draw.choice(_VALUES))
        if isinstance(container, dict):
            container[draw.choice(("x", "", "dim", "kind"))] = added
        else:
            container.append(added)
    elif kind == 1:
        del container[draw.choice(keys)]
    elif kind == 2:
        container[draw.choice(keys)] = copy.deepcopy(container[draw.choice(keys)])
    else:
        container[draw.choice(keys)] = copy.deepcopy(draw.choice(_VALUES))
    return value


def _containers(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list):
        yield value
        for item in value.values() if isinstance(value, dict) else value:
            yield from _containers(item)


def change_json(content: bytes, draw: random.Random) -> bytes:
    """Change a value of a JSON document, or of each line of one with a document per line."""
    try:
        return json.dumps(change_value(json.loads(content), draw)).encode()
    except ValueError:
        lines = content.splitlines()
        index = draw.randrange(len(lines))
        try:
            lines[index] = json.dumps(change_value(json.loads(lines[index]), draw)).encode()
        except ValueError:
            return change_text(content, draw)
        return b"\n".join(lines)


def change_archive(content: bytes, draw: random.Random, scratch: Path) -> bytes:
    """Change the metadata or a tensor of a model file, whose checksums then are right."""
    path = scratch / "changed.safetensors"
    path.write_bytes(content)
    archive = read_archive(path)
    tensors, metadata = dict(archive.tensors), archive.metadata
    if draw.random() < 0.75 or not tensors:
        for _ in range(draw.choice((1, 1, 2))):
            changed = change_value(metadata, draw)
            metadata = changed if isinstance(changed, dict) else {}
    else:
        name = draw.choice(sorted(tensors))
        tensors[name] = _changed_tensor(tensors[name], draw)
        if draw.random() < 0.2:
            tensors[draw.choice(("x", "vectors", name + "2"))] = tensors.pop(name)
    try:
        write_archive(path, tensors, metadata)
    except (TypeError, ValueError, OverflowError):  # What cannot be written needs no reader.
        return content
    return path.read_bytes()


def _changed_tensor(tensor: Any, draw: random.Random) -> Any:
    kind = draw.randrange(6)
    if kind == 0:
        return tensor[: len(tensor) // 2] if tensor.ndim else tensor
    if kind == 1:
        return tensor.reshape(-1)
    if kind == 2:
        return tensor.astype(draw.choice((np.float32, np.float64, np.int64, np.uint8, np.bool_)))
    if kind == 3:
        return np.zeros(draw.choice(((0,), (1,), (3, 0), (2, 2, 2), ())), tensor.dtype)
    changed = np.array(tensor)
    if changed.size:
        position = draw.randrange(changed.size)
        values = (0, 1) if changed.dtype.kind in ("b", "u") else (0, -1, 2**31 - 1) if changed.dtype.kind == "i" else (
            np.nan, np.inf, -1.0, 1e30
        )  # fmt: skip
        with np.errstate(over="ignore"):
            changed.reshape(-1)[position] = np.array(draw.choice(values)).astype(changed.dtype)
    return changed


MUTATIONS: dict[str, Callable[[bytes, random.Random, Path], bytes]] = {
    "bytes": lambda content, draw, scratch: change_bytes(content, draw),
    "text": lambda content, draw, scratch: change_text(content, draw),
    "json": lambda content, draw, scratch: change_json(content, draw),
    "archive": change_archive,
}
