"""fastText's files, read and written."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from wordkin.errors import CorruptFileError, FormatError, TruncatedFileError
from wordkin.fasttext import load_model
from wordkin.vectors.files.fasttext_format import QuantizedMatrix, read_fasttext_file
from wordkin.vectors.files.fasttext_writer import write_fasttext_file

FILES = Path(__file__).parent.parent / "formats"
MODELS = sorted(path.name for path in (*FILES.glob("fasttext-*.bin"), *FILES.glob("fasttext-*.ftz")))


@pytest.mark.parametrize("name", MODELS)
def test_a_file_is_written_as_fasttext_wrote_it(name: str, tmp_path: Path) -> None:
    load_model(FILES / name).save_model(tmp_path / "m")
    assert (tmp_path / "m").read_bytes() == (FILES / name).read_bytes()


@pytest.mark.parametrize("name", MODELS)
def test_a_truncated_file(name: str, tmp_path: Path) -> None:
    content = (FILES / name).read_bytes()
    for size in [*range(120), *range(120, len(content), 97), len(content) - 1]:
        (tmp_path / "m").write_bytes(content[:size])
        for mmap in (False, True):
            with pytest.raises(FormatError):
                load_model(tmp_path / "m", mmap=mmap)


def test_more_content_than_a_model(tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes((FILES / "fasttext-hs.bin").read_bytes() + b"\0")
    with pytest.raises(CorruptFileError, match="more content after the last matrix"):
        load_model(tmp_path / "m")


@pytest.mark.parametrize(
    ("pairs", "error"),
    [
        ([[-1, 0]], "pruned buckets must be"),
        ([[2**31 - 1, 0]], "pruned buckets must be"),
        ([[5, -3]], "pruned buckets must be"),
        ([[5, 100_000]], "found a matrix of shape"),
    ],
)
def test_pruned_buckets_out_of_range(pairs: list[list[int]], error: str, tmp_path: Path) -> None:
    file = read_fasttext_file(FILES / "fasttext-cutoff.ftz")
    write_fasttext_file(tmp_path / "m", replace(file, pruned=np.array(pairs, np.int32)))
    with pytest.raises(CorruptFileError, match=error):
        load_model(tmp_path / "m")


def test_quantisers_that_do_not_fit(tmp_path: Path) -> None:
    file = read_fasttext_file(FILES / "fasttext-whole.ftz")
    assert isinstance(file.input, QuantizedMatrix)
    write_fasttext_file(tmp_path / "m", file)
    content = (tmp_path / "m").read_bytes()
    quantizer = file.input.quantizer
    head = struct.pack("<4i", quantizer.columns, quantizer.parts, quantizer.part_columns, 2)
    at = content.index(head)
    for wrong in ((6, 2, 3, 3), (5, 3, 3, 2), (5, 2, 0, 2), (5, 2, 3, -1), (5, 2**31 - 1, 3, 2)):
        (tmp_path / "m").write_bytes(content[:at] + struct.pack("<4i", *wrong) + content[at + 16 :])
        with pytest.raises(CorruptFileError, match="found a quantiser of"):
            load_model(tmp_path / "m")


def test_sizes_of_matrices_are_checked_before_memory_is_allocated(tmp_path: Path) -> None:
    file = read_fasttext_file(FILES / "fasttext-ova.bin")
    content = (FILES / "fasttext-ova.bin").read_bytes()
    at = content.index(struct.pack("<2q", *file.input.shape))
    for shape in ((2**60, 5), (-1, 5), (42, 2**60), (43, 5)):
        (tmp_path / "m").write_bytes(content[:at] + struct.pack("<2q", *shape) + content[at + 16 :])
        with pytest.raises(CorruptFileError, match="found a matrix of shape"):
            load_model(tmp_path / "m")


def test_infinite_values(tmp_path: Path) -> None:
    file = read_fasttext_file(FILES / "fasttext-ova.bin")
    assert isinstance(file.input, np.ndarray)
    matrix = file.input.copy()
    matrix[3, 2] = np.inf
    write_fasttext_file(tmp_path / "m", replace(file, input=matrix))
    with pytest.raises(FormatError, match="NaN or infinite values"):
        load_model(tmp_path / "m")


def test_counts_from_which_no_tree_follows(tmp_path: Path) -> None:
    """Huffman trees of counts in any order, of any size: predictions end, and every label is reached."""
    file = read_fasttext_file(FILES / "fasttext-hs.bin")
    for counts in ([0] * 6, [2**62] * 6, [1, 2, 3, 4, 5, 6], [9, 0, 2**61, 0, 1, 1]):
        write_fasttext_file(tmp_path / "m", replace(file, label_counts=np.array(counts, np.int64)))
        labels, probabilities = load_model(tmp_path / "m").predict("the team", k=-1)
        assert sorted(labels) == sorted(label.decode() for label in file.labels)
        assert np.isfinite(probabilities).all()


def test_deep_trees_do_not_exhaust_the_stack(tmp_path: Path) -> None:
    file = read_fasttext_file(FILES / "fasttext-hs.bin")
    size = 100_000
    write_fasttext_file(
        tmp_path / "m",
        replace(
            file,
            labels=[b"__label__%d" % number for number in range(size)],
            label_counts=np.zeros(size, np.int64),
            output=np.zeros((size, 5), np.float32),
        ),
    )
    assert len(load_model(tmp_path / "m").predict("the team", k=3)[0]) == 3


def test_words_that_the_format_cannot_hold(tmp_path: Path) -> None:
    file = read_fasttext_file(FILES / "fasttext-hs.bin")
    with pytest.raises(FormatError, match="cannot hold words with a zero byte"):
        write_fasttext_file(tmp_path / "m", replace(file, words=[b"a\0b", *file.words[1:]]))
    assert not (tmp_path / "m").exists()


def test_repeated_words_have_the_last_row(tmp_path: Path) -> None:
    file = read_fasttext_file(FILES / "fasttext-ova.bin")
    assert isinstance(file.input, np.ndarray)
    words = [*file.words[:-1], file.words[0]]
    write_fasttext_file(tmp_path / "m", replace(file, words=words))
    model = load_model(tmp_path / "m")
    np.testing.assert_array_equal(model.get_word_vector(words[0].decode()), file.input[len(words) - 1])


def test_compressed_files(tmp_path: Path) -> None:
    import gzip

    (tmp_path / "m.gz").write_bytes(gzip.compress((FILES / "fasttext-hs.bin").read_bytes()))
    assert load_model(tmp_path / "m.gz").words == load_model(FILES / "fasttext-hs.bin").words
    with pytest.raises(FormatError, match="mmap needs a file that is not compressed"):
        load_model(tmp_path / "m.gz", mmap=True)
    (tmp_path / "cut.gz").write_bytes(gzip.compress((FILES / "fasttext-hs.bin").read_bytes()[:-8]))
    with pytest.raises(TruncatedFileError):
        load_model(tmp_path / "cut.gz")
