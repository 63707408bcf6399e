"""fastText's ``.bin`` models: vectors of words and of unknown words, compared with gensim's."""

from __future__ import annotations

import copy
import gzip
import pickle
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wordkin._core import vector_files
from wordkin.errors import CorruptFileError, FormatError, TruncatedFileError
from wordkin.vectors import FastTextKeyedVectors, KeyedVectors
from wordkin.vectors.files import read_fasttext, recognise

from .file_contents import FILES

MODEL = FILES / "fasttext.bin"


def fnv(text: str) -> int:
    """Return fastText's hash: FNV-1a, except that bytes are sign-extended."""
    value = 2166136261
    for byte in text.encode():
        value ^= byte if byte < 128 else byte | 0xFFFFFF00
        value = value * 16777619 % (1 << 32)
    return value


def subwords(word: str, min_n: int, max_n: int) -> list[str]:
    """Return the n-grams of <word> by start and length, without the single characters < and >."""
    bounded = f"<{word}>"
    return [
        bounded[start : start + length]
        for start in range(len(bounded))
        for length in range(1, max_n + 1)
        if start + length <= len(bounded) and length >= min_n and (length > 1 or 0 < start < len(bounded) - 1)
    ]


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(0, 4), st.integers(0, 7), st.integers(1, 1000))
def test_buckets_are_hashes_of_character_ngrams(word: str, min_n: int, max_n: int, buckets: int) -> None:
    found = vector_files.subword_buckets(word.encode(), min_n=min_n, max_n=max_n, buckets=buckets)
    assert found == ([] if word == "</s>" else [fnv(gram) % buckets for gram in subwords(word, min_n, max_n)])


@given(st.binary())
def test_buckets_of_invalid_utf8(word: bytes) -> None:
    assert all(0 <= row < 7 for row in vector_files.subword_buckets(word, min_n=2, max_n=5, buckets=7))


def test_vectors_equal_those_of_gensim() -> None:
    expected = np.load(FILES / "fasttext.expected.npz")
    table = FastTextKeyedVectors.load_fasttext_format(MODEL)
    assert table.index_to_key == expected["words"].tolist()
    np.testing.assert_array_equal(table.vectors, expected["vectors"])
    assert table.get_vecattr("the", "count") == 10
    for word, vector in zip(expected["others"].tolist(), expected["other_vectors"], strict=True):
        assert word in table
        assert not table.has_index_for(word)
        # gensim may add the float32 vectors of the n-grams in another order.
        np.testing.assert_allclose(table[word], vector, rtol=1e-6, atol=1e-9)
        assert not table[word].flags.writeable


def test_queries_accept_unknown_words() -> None:
    table = FastTextKeyedVectors.load_fasttext_format(MODEL)
    assert np.linalg.norm(table.get_vector("cats", norm=True)) == pytest.approx(1, abs=1e-6)
    assert table.most_similar("cats", topn=6)[0][0] in table.index_to_key
    assert table.similarity("cats", "cats") == 1
    assert table.get_sentence_vector(["the", "cats"]).shape == (6,)
    assert table.vectors_for_all(["cats", "the"]).index_to_key == ["cats", "the"]
    assert not FastTextKeyedVectors(2, bucket=5).get_vector("", norm=True).any()  # without n-grams: zeros, not NaN
    with pytest.raises(KeyError):
        table.get_vector(99)


def test_unknown_words_are_missing_without_buckets() -> None:
    table = FastTextKeyedVectors(2)
    table.add_vector("a", [1, 0])
    assert "b" not in table
    with pytest.raises(KeyError):
        table["b"]
    with pytest.raises(ValueError, match="bucket must be"):
        FastTextKeyedVectors(2, bucket=-1)


def test_save_load_pickle_and_copies_keep_subwords(tmp_path: Path) -> None:
    table = FastTextKeyedVectors.load_fasttext_format(MODEL)
    table.save(tmp_path / "a")
    loaded = FastTextKeyedVectors.load(tmp_path / "a")
    loaded.save(tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    mapped = FastTextKeyedVectors.load(tmp_path / "a", mmap="r")
    for twin in (loaded, mapped, pickle.loads(pickle.dumps(table)), copy.copy(table), copy.deepcopy(table)):
        for word in ("the", "cats"):
            np.testing.assert_array_equal(twin[word], table[word])
    with pytest.raises(FormatError, match="fasttext_keyed_vectors"):
        KeyedVectors.load(tmp_path / "a")
    KeyedVectors(2).save(tmp_path / "c")
    with pytest.raises(FormatError, match="keyed_vectors"):
        FastTextKeyedVectors.load(tmp_path / "c")


def test_subwords_of_copies_are_independent() -> None:
    table = FastTextKeyedVectors(2, min_n=2, max_n=3, bucket=4)
    assert isinstance(table, KeyedVectors)
    shallow, deep = copy.copy(table), copy.deepcopy(table)
    assert shallow.vectors_ngrams is table.vectors_ngrams
    assert not np.shares_memory(deep.vectors_ngrams, table.vectors_ngrams)
    shallow.min_n, deep.max_n = 1, 9
    assert (table.min_n, table.max_n) == (2, 3)
    table.vectors_ngrams = np.ones((8, 2), np.float32)
    assert table.bucket == 8 and shallow.bucket == 4
    assert table["any"].tolist() == [1, 1]


def test_compressed_model(tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(gzip.compress(MODEL.read_bytes()))
    assert read_fasttext(tmp_path / "m").vectors.words == read_fasttext(MODEL).vectors.words


def edited(tmp_path: Path, position: int, value: bytes) -> Path:
    content = bytearray(MODEL.read_bytes())
    content[position : position + len(value)] = value
    (tmp_path / "edited.bin").write_bytes(content)
    return tmp_path / "edited.bin"


WORDS = 6
DICTIONARY = 64
ENTRIES = DICTIONARY + 28
INPUT = ENTRIES + sum(len(word.encode()) + 10 for word in ["the", "naïve", "ran", "dog", "sat", "cat"])

BAD = {
    "magic": (0, b"\x00", FormatError, "expected a fastText model"),
    "version 10": (4, struct.pack("<i", 10), FormatError, "expected format version 11 or 12, found version 10"),
    "vector size 0": (8, struct.pack("<i", 0), CorruptFileError, "vector size 0"),
    "vector size -1": (8, struct.pack("<i", -1), CorruptFileError, "vector size -1"),
    "other vector size": (8, struct.pack("<i", 7), CorruptFileError, "expected 6 words and 30 buckets x 7"),
    "other buckets": (8 + 32, struct.pack("<i", 31), CorruptFileError, "31 buckets"),
    "negative buckets": (8 + 32, struct.pack("<i", -5), CorruptFileError, "-5 buckets"),
    "negative n": (8 + 36, struct.pack("<i", -5), CorruptFileError, "n-grams of -5"),
    "huge n": (8 + 40, struct.pack("<i", 1 << 30), CorruptFileError, "n-grams of"),
    "huge dictionary": (DICTIONARY, struct.pack("<2i", 1 << 30, 1 << 30), CorruptFileError, None),
    "negative dictionary": (DICTIONARY, struct.pack("<2i", -1, -1), CorruptFileError, "-1 words"),
    "labels": (DICTIONARY + 8, struct.pack("<i", 5), CorruptFileError, "5 labels"),
    "pruned": (DICTIONARY + 20, struct.pack("<q", 3), FormatError, "pruned"),
    "negative count": (ENTRIES + 4, struct.pack("<q", -3), CorruptFileError, "entries must be words or labels"),
    "kind": (ENTRIES + 12, b"\x07", CorruptFileError, "entries must be words or labels"),
    "quantised": (INPUT, b"\x01", FormatError, "quantised"),
    "rows": (INPUT + 1, struct.pack("<q", 1 << 60), CorruptFileError, "matrix of"),
    "columns": (INPUT + 9, struct.pack("<q", -6), CorruptFileError, "matrix of"),
    "NaN": (INPUT + 17, struct.pack("<f", float("nan")), FormatError, "NaN"),
    "output rows": (INPUT + 17 + 36 * 24 + 1, struct.pack("<q", 7), TruncatedFileError, "unexpected end of file"),
    "fewer output rows": (INPUT + 17 + 36 * 24 + 1, struct.pack("<q", 5), CorruptFileError, "more content"),
    "output overflow": (INPUT + 17 + 36 * 24 + 1, struct.pack("<2q", 1 << 62, 1 << 62), CorruptFileError, None),
}


@pytest.mark.parametrize("name", BAD)
def test_invalid_fields_are_reported(tmp_path: Path, name: str) -> None:
    position, value, error, message = BAD[name]
    with pytest.raises(error, match=message) as caught:
        read_fasttext(edited(tmp_path, position, value))
    assert "edited.bin: byte" in str(caught.value)


def test_quantised_models_are_rejected_before_their_sizes_are_read(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"quantised models \(.ftz\)"):
        FastTextKeyedVectors.load_fasttext_format(edited(tmp_path, INPUT, b"\x01\x05"))


def test_truncation_at_any_byte_is_detected(tmp_path: Path) -> None:
    whole = MODEL.read_bytes()
    for length in range(len(whole)):
        (tmp_path / "cut").write_bytes(whole[:length])
        with pytest.raises(FormatError):
            read_fasttext(tmp_path / "cut")
    (tmp_path / "long").write_bytes(whole + b"\0")
    with pytest.raises(CorruptFileError, match="more content"):
        read_fasttext(tmp_path / "long")


@settings(deadline=None, max_examples=120)
@given(st.data())
def test_modified_bytes_give_a_model_or_a_format_error(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = bytearray(MODEL.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, INPUT + 30))] = data.draw(st.sampled_from([0, 1, 0x7F, 0x80, 0xFF]))
    path = tmp_path_factory.getbasetemp() / "fuzzed.bin"
    path.write_bytes(content)
    try:
        model = read_fasttext(path)
    except FormatError:
        return
    assert len(model.vectors.words) == len(model.vectors.vectors)


def without_magic(content: bytes) -> bytes:
    """Return a model in the format before May 2017: no magic number, version, pruned words or quantisation flags."""
    size, words, labels = struct.unpack_from("<3i", content, 64)
    assert size == words + labels
    at = 64 + 12 + 8 + 8
    old = content[8 : at - 8]
    end = at
    for _ in range(size):
        end = content.index(b"\0", end) + 1 + 8 + 1
    old += content[at:end]
    rows, columns = struct.unpack_from("<2q", content, end + 1)
    second = end + 1 + 16 + 4 * rows * columns
    return old + content[end + 1 : second] + content[second + 1 :]


def test_models_without_a_magic_number(tmp_path: Path) -> None:
    content = without_magic((FILES / "fasttext.bin").read_bytes())
    path = tmp_path / "old.bin"
    path.write_bytes(content)
    assert recognise(path) == "fasttext"
    old, new = read_fasttext(path), read_fasttext(FILES / "fasttext.bin")
    assert old.vectors.words == new.vectors.words
    assert (old.min_n, old.max_n) == (new.min_n, new.max_n)
    np.testing.assert_array_equal(old.vectors.vectors, new.vectors.vectors)
    np.testing.assert_array_equal(old.vectors.counts, new.vectors.counts)
    np.testing.assert_array_equal(old.subword_vectors, new.subword_vectors)
    for length in range(len(content)):
        path.write_bytes(content[:length])
        with pytest.raises(FormatError):
            read_fasttext(path)
    path.write_bytes(content + b"\0")
    with pytest.raises(CorruptFileError, match="more content"):
        read_fasttext(path)
