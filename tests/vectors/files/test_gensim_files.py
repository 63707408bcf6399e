"""Files saved by gensim are read without executing anything in them."""

from __future__ import annotations

import collections
import gzip
import os
import pickle
import re
import shutil
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wordkin import KeyedVectors
from wordkin.errors import CorruptFileError, FormatError
from wordkin.storage.restricted_pickle import array_of, read_pickle
from wordkin.vectors import FastTextKeyedVectors
from wordkin.vectors.files import read_gensim

from .file_contents import FILES


def test_word2vec_with_negative_sampling() -> None:
    expected = np.load(FILES / "gensim-negative.expected.npz")
    model = read_gensim(FILES / "gensim-negative.model")
    assert model.class_name == "Word2Vec"
    assert model.vectors.words == ["the", "naïve", "ran", "dog", "sat", "cat"]
    assert model.vectors.counts is not None
    assert model.vectors.counts.tolist() == [10, 5, 5, 5, 5, 5]
    np.testing.assert_array_equal(model.vectors.vectors, expected["vectors"])
    np.testing.assert_array_equal(model.syn1neg, expected["syn1neg"])
    assert model.syn1 is None
    assert model.lock_factors is not None
    assert model.lock_factors.tolist() == [1]
    kept = {"vector_size": 6, "negative": 3, "hs": 0, "sg": 0, "window": 5, "alpha": 0.025, "sample": 0.001, "seed": 3}
    assert kept.items() <= model.parameters.items()
    assert not any(isinstance(value, (list, dict)) for value in model.parameters.values())


def test_hierarchical_softmax_with_a_separate_array() -> None:
    expected = np.load(FILES / "gensim-hierarchical.expected.npz")
    model = read_gensim(FILES / "gensim-hierarchical.model")
    np.testing.assert_array_equal(model.vectors.vectors, expected["vectors"])
    np.testing.assert_array_equal(model.syn1, expected["syn1"])
    assert model.syn1neg is None
    assert model.parameters["hs"] == 1


def test_keyed_vectors_with_a_separate_array() -> None:
    model = read_gensim(FILES / "gensim-separate.kv")
    assert model.class_name == "KeyedVectors"
    np.testing.assert_array_equal(model.vectors.vectors, np.load(FILES / "gensim-negative.expected.npz")["vectors"])
    assert model.parameters == {}


def test_fasttext_model_of_gensim_4() -> None:
    expected = np.load(FILES / "fasttext.expected.npz")
    kv = FastTextKeyedVectors.from_gensim(FILES / "gensim-fasttext.model")
    assert kv.index_to_key == expected["words"].tolist()
    np.testing.assert_allclose(kv.vectors, expected["vectors"], rtol=1e-6, atol=1e-8)  # sums in another order
    others = [kv.get_vector(word) for word in expected["others"].tolist()]
    np.testing.assert_allclose(others, expected["other_vectors"], rtol=1e-6, atol=1e-8)


# Files of gensim before version 4, made by make_old_gensim_files.py. Expected values are those that gensim 4.4 reads.

OLD = np.load(FILES / "gensim-old.expected.npz")
OLD_FILES = sorted({name.partition("/")[0] for name in OLD})
OLD_WORDS = {"the", "naïve", "ran", "dog", "sat", "cat"}


def test_old_files_cover_three_layouts_of_gensim_and_both_versions_of_python() -> None:
    versions = {name.rpartition("-")[0] for name in OLD_FILES}
    assert versions == {"gensim-1.0.1-py2", "gensim-3.2.0-py2", "gensim-3.8.3-py2", "gensim-3.8.3-py3"}


@pytest.mark.parametrize("name", OLD_FILES)
def test_old_files_give_what_gensim_4_reads(name: str) -> None:
    model = read_gensim(FILES / name)
    assert set(model.vectors.words) == OLD_WORDS
    if f"{name}/words" in OLD:
        assert model.vectors.words == OLD[f"{name}/words"].tolist()
    np.testing.assert_array_equal(model.vectors.vectors, OLD[f"{name}/vectors"])
    np.testing.assert_array_equal(model.vectors.counts, OLD[f"{name}/counts"])
    if name.endswith(".kv"):
        assert model.parameters == {}
        assert model.syn1neg is None
    else:
        np.testing.assert_array_equal(model.syn1neg, OLD[f"{name}/syn1neg"])
        kept = {"vector_size": 6, "negative": 3, "hs": 0, "sg": 0, "window": 3, "epochs": 2, "min_count": 1, "seed": 3}
        assert kept.items() <= model.parameters.items()


@pytest.mark.parametrize("name", [name for name in OLD_FILES if "fasttext" in name])
def test_old_fasttext_models_with_n_grams(name: str) -> None:
    kv = FastTextKeyedVectors.from_gensim(FILES / name)
    words = ["cats", "naïveté", "dogged", "the cat"]
    np.testing.assert_allclose([kv[word] for word in words], OLD[f"{name}/others"], rtol=1e-6, atol=1e-8)
    assert type(KeyedVectors.from_gensim(FILES / name)) is KeyedVectors


def test_words_that_python_2_saved_as_bytes_are_decoded() -> None:
    # gensim 4 reads "naÃ¯ve" here.
    assert "naïve" in KeyedVectors.from_gensim(FILES / "gensim-1.0.1-py2-bytes.kv")


def old_record(class_name: str, **attributes: Any) -> bytes:
    """Return a pickle of an object of gensim with the given attributes, which hold no other objects of gensim."""
    return b"\x80\x02cgensim.models.x\n" + class_name.encode() + b"\n)\x81" + pickle.dumps(attributes, 2)[2:-1] + b"b."


def test_bytes_of_python_2_that_are_not_utf8_are_decoded_as_latin_1(tmp_path: Path) -> None:
    words = b"]U\x04caf\xe9a"  # SHORT_BINSTRING
    content = pickle.dumps({"vectors": np.eye(1, dtype=np.float32), "index2word": []}, 2)[2:-1]
    state = content.replace(b"]", words, 1)
    path = write(tmp_path, b"\x80\x02cgensim.models.x\nKeyedVectors\n)\x81" + state + b"b.")
    assert read_gensim(path).vectors.words == ["café"]


def test_models_before_gensim_1_have_all_attributes_themselves(tmp_path: Path) -> None:
    vectors = np.arange(6, dtype=np.float32).reshape(2, 3)
    content = old_record("Word2Vec", syn0=vectors, syn1neg=-vectors, index2word=["b", "a"], min_alpha=0.1, iter=7, hs=0)
    model = read_gensim(write(tmp_path, content))
    assert model.vectors.words == ["b", "a"]
    np.testing.assert_array_equal(model.vectors.vectors, vectors)
    np.testing.assert_array_equal(model.syn1neg, -vectors)
    assert model.parameters == {"min_alpha": 0.1, "epochs": 7, "hs": 0}


def test_n_grams_of_incompatible_hashes_are_ignored_with_a_warning(tmp_path: Path) -> None:
    vectors = np.eye(2, dtype=np.float32)
    attributes = {"vectors": vectors, "vectors_ngrams": vectors, "index2word": ["b", "a"], "bucket": 2}
    path = write(tmp_path, old_record("FastTextKeyedVectors", **attributes))
    with pytest.warns(UserWarning, match="gensim before 3.8, which hashed character n-grams differently"):
        assert read_gensim(path).subwords is None
    with pytest.warns(UserWarning, match="hashed"), pytest.raises(FormatError, match=r"KeyedVectors\.from_gensim"):
        FastTextKeyedVectors.from_gensim(path)


def test_document_vectors_are_ignored_with_a_warning(tmp_path: Path) -> None:
    attributes = {"syn0": np.eye(2, dtype=np.float32), "index2word": ["b", "a"], "min_alpha": 0.1}
    path = write(tmp_path, old_record("Doc2Vec", **attributes))
    with pytest.warns(UserWarning, match="document vectors are ignored"):
        saved = read_gensim(path)
    assert saved.vectors.words == ["b", "a"]


def test_output_layers_of_document_models_may_be_wider_than_words(tmp_path: Path) -> None:
    attributes = {"syn0": np.eye(2, dtype=np.float32), "index2word": ["b", "a"], "min_alpha": 0.1}
    layer = np.zeros((2, 2 * 5 + 1), np.float32)  # dm_concat: a row for a whole context
    path = write(tmp_path, old_record("Doc2Vec", **attributes, syn1neg=layer))
    with pytest.warns(UserWarning, match="document vectors are ignored"):
        saved = read_gensim(path)
    assert saved.vectors.words == ["b", "a"]
    assert saved.syn1neg is None
    with pytest.raises(CorruptFileError, match="syn1neg must have 2 columns"):
        read_gensim(write(tmp_path, old_record("Word2Vec", **attributes, syn1neg=layer)))


def test_objects_without_word_vectors_are_named(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="found a LdaModel object of gensim without word vectors"):
        read_gensim(write(tmp_path, old_record("LdaModel", num_topics=3)))


@pytest.mark.parametrize("name", ["Phrases", "Phraser", "FrozenPhrases"])
def test_phrases_are_named(tmp_path: Path, name: str) -> None:
    content = old_record(name, phrasegrams={(b"new", b"york"): (2, 3.5)}, common_terms=frozenset(), delimiter=b"_")
    with pytest.raises(FormatError, match=f"found a {name} object of gensim .*FrozenPhrases.from_gensim"):
        read_gensim(write(tmp_path, content))


def test_vocabulary_without_counts_is_rejected(tmp_path: Path) -> None:
    attributes = {"vectors": np.eye(2, dtype=np.float32), "index2word": ["b", "a"], "vocab": {"b": 1, "a": None}}
    with pytest.raises(CorruptFileError, match="a count for every word"):
        read_gensim(write(tmp_path, old_record("KeyedVectors", **attributes)))


@pytest.mark.parametrize("shape", [(6, 6), (10**6, 10**6)])
def test_compressed_files_with_compressed_arrays(tmp_path: Path, shape: tuple[int, int]) -> None:
    content = (FILES / "gensim-separate.kv").read_bytes()
    (tmp_path / "model.gz").write_bytes(gzip.compress(content))
    array = (FILES / "gensim-separate.kv.vectors.npy").read_bytes()
    array = array.replace(b"(6, 6), }".ljust(20), f"{shape}, }}".encode().ljust(20))
    with zipfile.ZipFile(tmp_path / "model.gz.vectors.npz", "w") as archive:
        archive.writestr("val.npy", array)
    if shape == (6, 6):
        assert read_gensim(tmp_path / "model.gz").vectors.vectors.shape == (6, 6)
    else:
        with pytest.raises(CorruptFileError, match="the header does not match the size"):
            read_gensim(tmp_path / "model.gz")


# Arrays in separate files.


@pytest.fixture
def separate(tmp_path: Path) -> Path:
    for path in FILES.glob("gensim-separate.kv*"):
        shutil.copy(path, tmp_path)
    return tmp_path / "gensim-separate.kv"


def side_of(path: Path) -> Path:
    return path.with_name(path.name + ".vectors.npy")


def test_missing_array_is_reported(separate: Path) -> None:
    side_of(separate).unlink()
    with pytest.raises(FileNotFoundError, match=r"gensim-separate\.kv\.vectors\.npy: gensim stores large arrays"):
        read_gensim(separate)


@pytest.mark.skipif(os.name == "nt", reason="links")
def test_link_out_of_the_folder_is_refused(separate: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    side_of(separate).rename(outside / "secret.npy")
    side_of(separate).symlink_to(outside / "secret.npy")
    with pytest.raises(FormatError, match="link out of the folder"):
        read_gensim(separate)


def npy(header: str, data: bytes = b"") -> bytes:
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + data


BAD_ARRAYS = {
    "empty": b"",
    "no magic": b"hello",
    "objects": npy("{'descr': '|O', 'fortran_order': False, 'shape': (6, 6), }", pickle.dumps([1] * 36)),
    "shape bomb": npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000, 1000000), }", b"\0" * 144),
    "negative shape": npy("{'descr': '<f4', 'fortran_order': False, 'shape': (-6, 6), }", b"\0" * 144),
    "no dictionary": npy("__import__('os').mkdir('canary')"),
    "too short": npy("{'descr': '<f4', 'fortran_order': False, 'shape': (6, 6), }", b"\0" * 143),
    "integers": npy("{'descr': '<i4', 'fortran_order': False, 'shape': (6, 6), }", b"\0" * 144),
    "too few rows": npy("{'descr': '<f4', 'fortran_order': False, 'shape': (5, 6), }", b"\0" * 120),
    "a vector": npy("{'descr': '<f4', 'fortran_order': False, 'shape': (36,), }", b"\0" * 144),
}


@pytest.mark.parametrize("name", BAD_ARRAYS)
def test_invalid_arrays_are_rejected(separate: Path, name: str) -> None:
    side_of(separate).write_bytes(BAD_ARRAYS[name])
    with pytest.raises(CorruptFileError):
        read_gensim(separate)


# Malicious pickles.


class Canary:
    """Calls a function when it is unpickled normally."""

    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        self.call = (function, arguments)

    def __reduce__(self) -> Any:
        return self.call


def write(tmp_path: Path, content: bytes) -> Path:
    (tmp_path / "model").write_bytes(content)
    return tmp_path / "model"


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize(
    "canary",
    [
        Canary(os.mkdir, "canary"),
        Canary(os.system, "mkdir canary"),
        Canary(eval, "__import__('os').mkdir('canary')"),
        Canary(exec, "import os; os.mkdir('canary')"),
        Canary(collections.Counter, "abc"),
        Canary(print, "canary"),
        Canary(pickle.loads, pickle.dumps(Canary(os.mkdir, "canary"))),
    ],
)
def test_code_in_a_pickle_is_refused_and_not_executed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, canary: Canary, protocol: int
) -> None:
    monkeypatch.chdir(tmp_path)
    path = write(tmp_path, pickle.dumps({"wv": [canary]}, protocol=protocol))
    with pytest.raises(FormatError, match="refusing "):
        read_gensim(path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["model"]


def named(module: str, name: str, arguments: bytes = b")") -> bytes:
    """Return a pickle that calls module.name."""
    return b"\x80\x04c" + module.encode() + b"\n" + name.encode() + b"\n" + arguments + b"R."


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("gensim.utils", "os.system"),
        ("gensim.utils.os", "system.x"),
        ("gensim", "utils"),
        ("gensimx.models", "A"),
        ("gensim.models/../os", "system"),
        ("numpy", "load"),
        ("numpy", "memmap"),
        ("numpy.core.multiarray", "fromfile"),
        ("builtins", "getattr"),
        ("builtins", "object"),
        ("collections", "namedtuple"),
        ("wordkin.storage", "read_archive"),
        ("", ""),
        ("__main__", "Canary"),
    ],
)
def test_names_that_resemble_allowed_ones_are_refused(tmp_path: Path, module: str, name: str) -> None:
    with pytest.raises(FormatError, match="refusing"):
        read_gensim(write(tmp_path, named(module, name)))


def test_gensim_classes_are_never_imported(tmp_path: Path) -> None:
    import sys

    record = read_pickle(write(tmp_path, named("gensim.models.nothing", "Anything")))
    assert record.class_name == "Anything"
    assert "gensim" not in sys.modules


def nested_tuples(depth: int) -> bytes:
    """Return a pickle of a dictionary whose key takes 2^depth steps to hash."""
    return b"\x80\x04})" + b"2\x86" * depth + b"Ns."


HOSTILE = {
    "key whose hash never finishes": nested_tuples(64),
    "set of such keys": b"\x80\x04\x8f()" + b"2\x86" * 64 + b"\x90.",
    "frozenset of such keys": b"\x80\x04()" + b"2\x86" * 64 + b"\x91.",
    "set() of such keys": b"\x80\x04cbuiltins\nset\n])" + b"2\x86" * 64 + b"a\x85R.",
    "memo index of 2^32": b"\x80\x04Nr\xff\xff\xff\xff0.",
    "bytes of 2^60": b"\x80\x04\x8e" + struct.pack("<Q", 1 << 60) + b"x.",
    "bytearray of 2^60": b"\x80\x05\x96" + struct.pack("<Q", 1 << 60) + b"x.",
    "text of 2^60": b"\x80\x04\x8d" + struct.pack("<Q", 1 << 60) + b"x.",
    "frame of 2^60": b"\x80\x04\x95" + struct.pack("<Q", 1 << 60) + b"N.",
    "long of 2^31": b"\x80\x04\x8b" + struct.pack("<i", (1 << 31) - 1) + b"x.",
    "number of 10^5 digits": b"\x80\x04I" + b"9" * 100_000 + b"\n.",
    "unknown opcode": b"\x80\x04\xff.",
    "extension": b"\x80\x04\x82\x01.",
    "persistent id": b"\x80\x04Nq\x00Pid\n.",
    "record without a state": b"\x80\x04cgensim.models.keyedvectors\nKeyedVectors\n)\x81.",
    "record whose state is not a dictionary": b"\x80\x04cgensim.models.keyedvectors\nKeyedVectors\n)\x81Nb.",
    "old instance": b"(ios\nsystem\n.",
    "empty stack": b"\x80\x04.",
    "no stop": b"\x80\x04N",
    "protocol 200": b"\x80\xc8N.",
    "only magic": b"\x80\x04",
    "text": b"4 3\nthe 1 2 3\n",
    "100,000 nested lists": b"\x80\x04" + b"]" * 100_000 + b"a" * 99_999 + b".",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_malicious_pickles_raise_format_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(FormatError):
        read_gensim(write(tmp_path, HOSTILE[name]))


def array_pickle(shape: tuple[int, ...], code: str = "f4", content: Any = b"\0" * 24, order: str = "<") -> bytes:
    reconstruct = b"\x80\x04cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\x00\x85C\x01btR"
    frame = (
        pickle.dumps(content, 2)[2:-1]
        if not isinstance(content, bytes)
        else b"B" + struct.pack("<I", len(content)) + content
    )
    state = (
        b"(K\x01"
        + pickle.dumps(shape, 2)[2:-1]
        + b"cnumpy\ndtype\n(X"
        + struct.pack("<I", len(code))
        + code.encode()
        + b"\x89\x88tR(K\x03X\x01\x00\x00\x00"
        + order.encode()
        + b"NNNK\x00K\x00K\x00tb\x89"
        + frame
        + b"tb."
    )
    return reconstruct + state


def test_arrays_are_assembled_from_their_bytes(tmp_path: Path) -> None:
    values = np.arange(6, dtype=np.float32).reshape(2, 3)
    array = array_of(read_pickle(write(tmp_path, array_pickle((2, 3), content=values.tobytes()))))
    np.testing.assert_array_equal(array, values)
    big = array_of(
        read_pickle(write(tmp_path, array_pickle((2, 3), content=values.astype(">f4").tobytes(), order=">")))
    )
    np.testing.assert_array_equal(big, values)
    for protocol in (2, 4, 5):
        for given_array in (
            values,
            values.T,
            np.asfortranarray(values),
            np.float16([1]),
            np.zeros((0, 3)),
            np.arange(3),
        ):
            content = pickle.dumps(given_array, protocol=protocol)
            found = array_of(read_pickle(write(tmp_path, content)))
            np.testing.assert_array_equal(found, given_array)
            assert found is not None
            assert found.dtype == given_array.dtype
    assert read_pickle(write(tmp_path, pickle.dumps(np.float32(2.5)))) == 2.5


@pytest.mark.parametrize(
    "content",
    [
        array_pickle((2, 4)),
        array_pickle((-2, -3)),
        array_pickle((1 << 40, 1 << 40)),
        array_pickle((2, 3), code="V4"),
        array_pickle((2, 3), code="U6"),
        array_pickle((2, 3), code="f4,f4"),
        array_pickle((2, 3), order="x"),
        array_pickle((2, 3), content=[1, 2]),
        array_pickle((1,) * 60),
    ],
)
def test_inconsistent_arrays_are_rejected(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(CorruptFileError):
        read_pickle(write(tmp_path, content))


def test_class_attributes_set_by_a_pickle_do_not_persist(tmp_path: Path) -> None:
    poison = b"\x80\x04cgensim.models.x\nA\n(N}X\x0c\x00\x00\x00__setstate__Nstb."
    path = write(tmp_path, poison)
    with pytest.raises(FormatError):
        read_gensim(path)
    assert read_gensim(FILES / "gensim-separate.kv").class_name == "KeyedVectors"


@pytest.mark.parametrize("value", [[], {}, "text", 3, None, np.zeros((2, 2))])
def test_pickles_without_a_model_are_rejected(tmp_path: Path, value: Any) -> None:
    with pytest.raises(FormatError):
        read_gensim(write(tmp_path, pickle.dumps(value)))


def test_truncation_at_any_byte_is_detected(tmp_path: Path) -> None:
    whole = (FILES / "gensim-separate.kv").read_bytes()
    shutil.copy(side_of(FILES / "gensim-separate.kv"), tmp_path / "model.vectors.npy")
    for length in range(len(whole)):
        with pytest.raises(FormatError):
            read_gensim(write(tmp_path, whole[:length]))


@settings(deadline=None, max_examples=120)
@given(st.data())
def test_modified_bytes_give_a_model_or_an_error(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    content = bytearray((FILES / "gensim-negative.model").read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "fuzzed.model"
    path.write_bytes(content)
    try:
        model = read_gensim(path)
    except (FormatError, FileNotFoundError):
        return
    assert len(model.vectors.words) == len(model.vectors.vectors)


# Complete opcodes: with random bytes, most pickles would fail at once.
OPCODES = [
    *(bytes([opcode]) for opcode in b"N])}(taseuRbdl02\x81\x85\x8f\x90\x91\x92\x93"),
    *(b"K\x01", b"X\x01\x00\x00\x00a", b"q\x00", b"h\x00"),
    *(b"cgensim.models.x\nA\n", b"cnumpy\ndtype\n", b"cbuiltins\nset\n"),
    b"cnumpy._core.multiarray\n_reconstruct\n",
]


@settings(deadline=None, max_examples=120)
@given(st.lists(st.sampled_from(OPCODES), max_size=30))
def test_random_opcodes_raise_format_error(tmp_path_factory: pytest.TempPathFactory, opcodes: list[bytes]) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzzed.opcodes"
    path.write_bytes(b"\x80\x04" + b"".join(opcodes) + b".")
    with pytest.raises(FormatError, match=re.escape(str(path))):  # no combination of them is a complete model
        read_gensim(path)
