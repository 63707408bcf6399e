"""An archive of versions 1.0 and 1.1 and its content, for tests of reading and writing."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

FORMATS = Path(__file__).parent.parent / "formats"
GOLDEN = FORMATS / "wordkin-1.0.safetensors"
GOLDEN_WITH_CHECKSUM = FORMATS / "wordkin-1.1.safetensors"  # of the header


def golden_content() -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Return the tensors and the metadata of the golden file."""
    tensors = {
        "vectors": (np.arange(12, dtype=np.float32) / 8 - 1).reshape(3, 4),
        "half": np.array([0.5, -2.0], np.float16),
        "counts": np.array([1 << 40, 5, 0], np.int64),
        "scalar": np.array(2.5),
        "empty": np.zeros((0, 4), np.float32),
        "flags": np.array([True, False, True]),
    }
    return tensors, {"kind": "example", "nested": {"list": [1, 2.5, None, True, "ü"]}}


def assert_equal_tensors(left: dict[str, np.ndarray], right: dict[str, np.ndarray]) -> None:
    assert left.keys() == right.keys()
    for name, array in left.items():
        assert right[name].dtype == array.dtype
        assert right[name].shape == array.shape
        np.testing.assert_array_equal(right[name], array)


def edited(change: Callable[[dict[str, Any]], object]) -> bytes:
    """Return the golden file with a changed header."""
    raw = GOLDEN.read_bytes()
    length = struct.unpack("<Q", raw[:8])[0]
    table = json.loads(raw[8 : 8 + length])
    change(table)
    text = json.dumps(table).encode()
    return struct.pack("<Q", len(text)) + text + raw[8 + length :]


def edited_entry(name: str, **changes: Any) -> bytes:
    """Return the golden file with a changed entry of one tensor."""
    return edited(lambda table: table[name].update(changes))
