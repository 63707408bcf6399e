"""Bounds of content that is read into memory as a whole: bombs, endless files and long lines are errors."""

from __future__ import annotations

import gzip
import io
import os
import pickle
import sys
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordkin.alignment import read_dictionary, read_word_list
from wordkin.cli.phrases.command import _connector_words
from wordkin.downstream.files.labelled_files import read_labelled, read_tagged
from wordkin.elmo import vocabulary
from wordkin.elmo.files.official_options import read_official_options
from wordkin.elmo.vocabulary import parse_vocabulary
from wordkin.errors import CorruptFileError, FormatError, WordkinError
from wordkin.storage import bounds
from wordkin.storage.bounds import Bound, data_bound, file_bound, read_content
from wordkin.storage.restricted_pickle import read_pickle
from wordkin.storage.zip_files import opened_member, opened_zip
from wordkin.vectors.evaluation import read_analogies, read_word_pairs, test_sets
from wordkin.vectors.files import read_gensim, read_projector_tsv, read_vocabulary, read_word2vec

MIB = 1 << 20

READERS: dict[str, Callable[[Path], Any]] = {
    "ELMo vocabulary": parse_vocabulary,
    "ELMo options": read_official_options,
    "analogies": read_analogies,
    "word pairs": read_word_pairs,
    "labels": read_labelled,
    "tags": read_tagged,
    "dictionary": read_dictionary,
    "word list": read_word_list,
    "connector words": lambda path: _connector_words(str(path)),
    "gensim": read_gensim,
    "projector metadata": lambda path: read_projector_tsv(path, path),
    "word counts": read_vocabulary,
    "word2vec text": read_word2vec,
}


@pytest.fixture(scope="module")
def bombs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return files of 70 MB without a line end: a plain one, a compressed one, and one that never ends."""
    folder = tmp_path_factory.mktemp("bombs")
    block = b"x" * (7 * MIB)
    (folder / "line").write_bytes(b"word " + 10 * block)
    with gzip.open(folder / "gzip", "wb", compresslevel=1) as file:
        for _ in range(10):
            file.write(bytes(len(block)))
    found = {path.name: path for path in folder.iterdir()}
    if Path("/dev/zero").exists():
        found["endless"] = Path("/dev/zero")
    return found


def peak_of(read: Callable[[], object]) -> int:
    """Return the peak of memory of a call that must raise one of the errors of this package."""
    tracemalloc.start()
    try:
        with pytest.raises(WordkinError):
            read()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("reader", READERS)
def test_no_reader_takes_more_memory_than_its_bound(reader: str, bombs: dict[str, Path]) -> None:
    for bomb, path in bombs.items():
        peak = peak_of(lambda path=path: READERS[reader](path))  # type: ignore[misc]
        assert peak < 200 * MIB, (bomb, peak)  # the longest line is 64 MiB


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
@pytest.mark.parametrize("line", [b"\n", b"a b c d\n", b"1 2\n"])
def test_many_short_lines_are_bounded(
    line: bytes, compress: Callable[[bytes], bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vocabulary, "_FILE_BOUND", Bound(size=MIB, cure="pass an iterable"))
    monkeypatch.setattr(test_sets, "_BOUND", Bound(size=MIB, cure="split it"))
    monkeypatch.setattr(bounds, "memory_limit", lambda: 2 * MIB)
    (tmp_path / "bomb").write_bytes(compress(line * 20_000))
    for reader in ("ELMo vocabulary", "analogies", "word pairs", "labels", "tags", "dictionary", "word list"):
        tracemalloc.start()
        with pytest.raises(WordkinError, match=r"line 1: |permitted 1 MiB"):
            READERS[reader](tmp_path / "bomb")
        assert tracemalloc.get_traced_memory()[1] < 3 * MIB
        tracemalloc.stop()


def test_bounds_of_data_and_of_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain, packed = tmp_path / "plain", tmp_path / "packed"
    plain.write_bytes(b"x" * 1000)
    packed.write_bytes(gzip.compress(os.urandom(1000)))
    size = packed.stat().st_size
    monkeypatch.setattr(bounds, "memory_limit", lambda: 1 << 40)
    assert data_bound(plain).size == data_bound(io.BytesIO()).size == 1 << 39
    assert data_bound(packed).size == 1 << 30
    assert file_bound(plain).size == file_bound(packed).size == 64 * MIB
    monkeypatch.setattr(bounds, "_MIN_DATA_BYTES", 0)
    monkeypatch.setattr(bounds, "_MIN_FILE_BYTES", 0)
    assert data_bound(packed).size == 200 * size
    assert file_bound(packed).size == 100 * size
    assert file_bound(plain).size == 1000
    monkeypatch.setattr(bounds, "memory_limit", lambda: 2000)
    assert data_bound(packed).size == data_bound(plain).size == 1000
    monkeypatch.setattr(bounds, "memory_limit", lambda: None)
    assert data_bound(plain).size == 1 << 62


def test_content_up_to_the_bound_is_read() -> None:
    content = os.urandom(3 * MIB)
    assert read_content(io.BytesIO(content), "a file", Bound(size=3 * MIB, cure="")) == content
    with pytest.raises(FormatError, match="a file: the content needs more than the permitted 2 MiB of memory; cut it"):
        read_content(io.BytesIO(content), "a file", Bound(size=3 * MIB - 1, cure="cut it"))


AMPLIFIED = {
    "lists": b"\x80\x04(" + b"]" * 100_000 + b"l.",
    "dictionaries": b"\x80\x04(" + b"}" * 100_000 + b"l.",
    "sets": b"\x80\x04(" + b"\x8f" * 100_000 + b"l.",
    "marks": b"\x80\x04" + b"(" * 100_000 + b"l.",
    "memo": b"\x80\x04K\x01" + b"\x94" * 100_000 + b".",
    "copies of bytes": b"\x80\x02(X" + (100_000).to_bytes(4, "little") + b"x" * 100_000 + b"q\x00"
    + b"c_codecs\nencode\nh\x00X\x06\x00\x00\x00latin1\x86R" * 100 + b"l.",
    "copies of sets": b"\x80\x02](" + b"K\x01" * 50_000 + b"eq\x00(" + b"c__builtin__\nset\nh\x00\x85R" * 100 + b"l.",
}  # fmt: skip


@pytest.mark.parametrize("kind", AMPLIFIED)
def test_objects_of_a_pickle_are_not_much_larger_than_the_file(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "pickle"
    path.write_bytes(AMPLIFIED[kind])
    tracemalloc.start()
    with pytest.raises(CorruptFileError, match=r"for a file of this size|larger than the file"):
        read_pickle(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40 * len(AMPLIFIED[kind]), peak / len(AMPLIFIED[kind])


def test_an_array_is_copied_once(tmp_path: Path) -> None:
    array = np.zeros(100_000, np.uint8)
    state = array.__reduce__()[2]
    path = tmp_path / "pickle"

    class Repeated:
        def __reduce__(self) -> Any:
            return (*array.__reduce__()[:2], state)

    path.write_bytes(pickle.dumps([array, array], protocol=2))
    assert len(read_pickle(path)) == 2
    path.write_bytes(pickle.dumps([Repeated() for _ in range(100)], protocol=2))
    with pytest.raises(CorruptFileError, match="larger than the file"):
        read_pickle(path)


def damaged_zips(content: bytes) -> Iterator[bytes]:
    generator = np.random.default_rng(0)
    for _ in range(150):
        changed = bytearray(content)
        for position in generator.integers(0, len(content), 3):
            changed[position] = generator.integers(256)
        yield bytes(changed)
    for length in range(0, len(content), 17):
        yield content[:length]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_every_fault_of_a_zip_archive_is_damage(method: int, tmp_path: Path) -> None:
    path = tmp_path / "zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("na\u00efve.txt", b"some text " * 30)
        archive.writestr("folder/b", b"more text")
    damaged = 0
    for content in damaged_zips(path.read_bytes()):
        path.write_bytes(content)
        try:
            with opened_zip(path) as archive:
                for member in archive.infolist():
                    with opened_member(archive, member) as file:
                        file.read()
        except CorruptFileError as error:
            damaged += 1
            assert str(path) in str(error)
        except FormatError as error:
            assert "compressed to" in str(error)
    assert damaged > 50


def test_other_errors_within_a_zip_archive_pass_through(tmp_path: Path) -> None:
    path = tmp_path / "zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a", b"text")
    with pytest.raises(FileNotFoundError), opened_zip(tmp_path / "none"):
        pass
    with (
        opened_zip(path) as archive,
        pytest.raises(OSError, match="disk full"),
        opened_member(archive, archive.infolist()[0]),
    ):
        raise OSError(28, "disk full")


@pytest.mark.skipif(sys.platform == "win32", reason="needs devices")
def test_streams_without_size_have_the_bound_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "memory_limit", lambda: 1000)
    assert data_bound("/dev/null").size == 500
    assert file_bound("/dev/null").size == 64 * MIB
