"""TensorBoard projector files: one with vectors, one with words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from wordkin.errors import FormatError
from wordkin.vectors.files import read_projector_tsv, write_projector_tsv

from .file_contents import VECTORS, WORDS


def test_round_trip_and_layout(tmp_path: Path) -> None:
    words = [*WORDS[:3], "New York"]
    write_projector_tsv(tmp_path / "t", tmp_path / "m", words, VECTORS)
    assert (tmp_path / "t").read_text(encoding="utf-8").splitlines()[0] == "1.0\t2.5\t-0.125"
    assert (tmp_path / "m").read_text(encoding="utf8") == "the\nnaïve\n漢字\nNew York\n"
    loaded = read_projector_tsv(tmp_path / "t", tmp_path / "m")
    assert loaded.words == words
    np.testing.assert_array_equal(loaded.vectors, VECTORS)


def test_byte_order_mark_is_dropped_and_not_written(tmp_path: Path) -> None:
    (tmp_path / "t").write_bytes(b"1\t2\n")
    (tmp_path / "m").write_bytes(b"\xef\xbb\xbfword\n")
    assert read_projector_tsv(tmp_path / "t", tmp_path / "m").words == ["word"]
    with pytest.raises(FormatError, match="byte-order mark"):
        write_projector_tsv(tmp_path / "t", tmp_path / "m", ["\ufeffword"], VECTORS[:1])


def test_one_dimension_and_other_float_types(tmp_path: Path) -> None:
    for dtype in (np.float16, np.float64):
        write_projector_tsv(tmp_path / "t", tmp_path / "m", ["a", "b"], np.array([[1], [2]], dtype))
        assert read_projector_tsv(tmp_path / "t", tmp_path / "m").vectors.tolist() == [[1], [2]]


@pytest.mark.parametrize("word", ["", "a\tb", "a\nb", "a\rb"])
def test_words_that_cannot_be_written_are_rejected(tmp_path: Path, word: str) -> None:
    with pytest.raises(FormatError, match="word number 1"):
        write_projector_tsv(tmp_path / "t", tmp_path / "m", [word], VECTORS[:1])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("tensor", "metadata", "message"),
    [
        (b"1\t2\n3\n", b"a\nb\n", "line 2: found 1 numbers"),
        (b"1\t2\n3\t4\t5\n", b"a\nb\n", "line 2: found more than 2 numbers"),
        (b"1\t2\n3\tx\n", b"a\nb\n", "line 2: found b'x'"),
        (b"1\t2\n\n3\t4\n", b"a\nb\nc\n", "line 2: found an empty line"),
        (b"1\t2\n3\t4\n", b"a\n", "found 2 vectors, expected 1"),
        (b"1\t2\n", b"\xff\n", "invalid UTF-8"),
    ],
)
def test_malformed_files_are_rejected(tmp_path: Path, tensor: bytes, metadata: bytes, message: str) -> None:
    (tmp_path / "t").write_bytes(tensor)
    (tmp_path / "m").write_bytes(metadata)
    with pytest.raises(FormatError, match=message):
        read_projector_tsv(tmp_path / "t", tmp_path / "m")


def test_counts_are_a_second_column_with_a_heading(tmp_path: Path) -> None:
    tensor, metadata = tmp_path / "t.tsv", tmp_path / "m.tsv"
    words = ["cat", "New York"]
    write_projector_tsv(tensor, metadata, words, np.eye(2), counts=np.array([7, 3]))
    assert metadata.read_text(encoding="utf-8") == "word\tcount\ncat\t7\nNew York\t3\n"
    loaded = read_projector_tsv(tensor, metadata)
    assert loaded.words == words
    assert loaded.counts is not None
    assert loaded.counts.tolist() == [7, 3]
    metadata.write_text("word\tcount\ncat\t7\nNew York\tx\n", encoding="utf-8")
    with pytest.raises(FormatError, match="line 3: expected a word and its count, got 'x'"):
        read_projector_tsv(tensor, metadata)


def test_configuration_for_a_local_tensorboard(tmp_path: Path) -> None:
    names = [tmp_path / 'a "b"_tensor.tsv', tmp_path / "m.tsv"]
    write_projector_tsv(*names, ["cat"], np.eye(1), config_path=tmp_path / "projector_config.pbtxt")
    assert (tmp_path / "projector_config.pbtxt").read_text(encoding="utf-8") == (
        'embeddings {\n  tensor_name: "word vectors"\n'
        '  tensor_path: "a \\"b\\"_tensor.tsv"\n  metadata_path: "m.tsv"\n}\n'
    )


def test_whitespace_is_replaced_if_requested(tmp_path: Path) -> None:
    names = tmp_path / "t.tsv", tmp_path / "m.tsv"
    with pytest.raises(FormatError, match="must not be empty or contain tabs or line breaks"):
        write_projector_tsv(*names, ["\n"], np.eye(1))
    write_projector_tsv(*names, ["\n", "a\tb"], np.eye(2), replace_whitespace=True)
    assert read_projector_tsv(*names).words == ["\\n", "a\\tb"]
