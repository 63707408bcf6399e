"""Files of wordkin's own format."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordkin import KeyedVectors
from wordkin.errors import FormatError
from wordkin.storage import read_archive, write_archive


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("mmap", [None, "r"])
def test_round_trip(dtype: type, mmap: str | None, random_vectors: Callable[..., KeyedVectors], tmp_path: Path) -> None:
    kv = random_vectors(60, 7, dtype)
    kv.set_vecattr("w3", "flag", True)
    kv.vectors_lockf = np.arange(60, dtype=np.float32)
    kv.save(tmp_path / "kv")
    again = KeyedVectors.load(tmp_path / "kv", mmap=mmap)
    assert again.index_to_key == kv.index_to_key and np.array_equal(again.vectors, kv.vectors)
    assert again.vectors.flags.writeable is (mmap is None)
    assert again.get_vecattr("w3", "flag") and again.expandos["count"].tolist() == kv.expandos["count"].tolist()
    assert again.vectors_lockf.tolist() == kv.vectors_lockf.tolist()
    assert again.most_similar("w3") == kv.most_similar("w3")
    assert again.most_similar_batch(["w3", "w4"])[0].tolist() == kv.most_similar_batch(["w3", "w4"])[0].tolist()
    again.save(tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == (tmp_path / "kv").read_bytes()


def test_paths_of_every_type(kv: KeyedVectors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    for path in ("plain", "ü 词", b"bytes", Path("object"), "~/home"):
        kv.save(path)
        assert KeyedVectors.load(path).index_to_key == kv.index_to_key
    assert (tmp_path / "home").exists()


def test_gensim_options_of_save_are_accepted(kv: KeyedVectors, tmp_path: Path) -> None:
    kv.save(tmp_path / "kv", separately=None, sep_limit=10, ignore=frozenset(), pickle_protocol=4)
    assert len(KeyedVectors.load(tmp_path / "kv")) == 6


def test_other_files_are_rejected(kv: KeyedVectors, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(pickle.dumps([1, 2]))
    with pytest.raises(FormatError, match="pickle"):
        KeyedVectors.load(path)
    write_archive(path, {}, {"kind": "something"})
    with pytest.raises(FormatError, match="'something'"):
        KeyedVectors.load(path)
    kv.save(path)
    archive = read_archive(path)
    changes: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"vectors": None}, {}),
        ({"vectors": np.zeros((5, 4), np.float32)}, {}),
        ({"vectors": np.zeros((6, 4), np.int32)}, {}),
        ({"words": np.zeros(3, np.uint8)}, {}),
        ({"word_offsets": np.zeros(7, np.int64), "words": np.zeros(0, np.uint8)}, {}),
        ({"attribute.count": np.zeros(5, np.int64)}, {}),
        ({"attribute.count": np.zeros(6, np.uint8)}, {"json_attributes": ["count"]}),
        ({"key_kinds": np.ones(6, np.uint8)}, {}),
        ({}, {"vector_size": 0}),
        ({}, {"vector_size": "many"}),
        ({}, {"next_index": None}),
    ]
    for tensors, metadata in changes:
        changed = {name: tensor for name, tensor in (archive.tensors | tensors).items() if tensor is not None}
        write_archive(path, changed, archive.metadata | metadata)
        with pytest.raises(FormatError):
            KeyedVectors.load(path)
