"""Keys in files: their types are kept where the format can hold them, and refused elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordkin import KeyedVectors, Word2Vec
from wordkin.errors import FormatError
from wordkin.storage import read_archive, write_archive
from wordkin.vectors.key_storage import keys_as_words, pack_keys, unpack_keys

KEYS: list[Any] = ["word", "5", 5, -7, 2.5, ("item", 5), b"\xff", frozenset({1, "a"}), 2**70, "naïve"]


def vectors_of(keys: list[Any]) -> KeyedVectors:
    kv = KeyedVectors(2)
    kv.add_vectors(keys, np.arange(2.0 * len(keys)).reshape(-1, 2))
    return kv


def test_own_files_keep_keys_of_every_type(tmp_path: Path) -> None:
    kv = vectors_of(KEYS)
    kv.save(tmp_path / "kv")
    loaded = KeyedVectors.load(tmp_path / "kv")
    assert loaded.index_to_key == KEYS
    assert [type(key) for key in loaded.index_to_key] == [type(key) for key in KEYS]
    for key in KEYS:
        np.testing.assert_array_equal(loaded.get_vector(key), kv.get_vector(key))


def test_keys_that_are_all_text_are_stored_as_before() -> None:
    assert set(pack_keys(["a", "b"])) == {"words", "word_offsets"}


def test_files_with_numbers_that_were_written_before_are_read(tmp_path: Path) -> None:
    kv = vectors_of(["a", 5])
    kv.save(tmp_path / "kv")
    archive = read_archive(tmp_path / "kv")
    assert archive.tensors["words"].tobytes() == b"a5"
    assert archive.tensors["key_kinds"].tolist() == [0, 1]


@pytest.mark.parametrize("kind", [3, 4, 255])
def test_kinds_that_do_not_fit_the_keys_are_rejected(tmp_path: Path, kind: int) -> None:
    vectors_of(["a", 5]).save(tmp_path / "kv")
    archive = read_archive(tmp_path / "kv")
    changed = {**archive.tensors, "key_kinds": np.full(2, kind, np.uint8)}
    write_archive(tmp_path / "changed", changed, archive.metadata)
    with pytest.raises(FormatError):
        KeyedVectors.load(tmp_path / "changed")


def test_keys_that_cannot_be_stored_are_rejected(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match=r"keys must be text, numbers or tuples of them to be saved, got 1j"):
        vectors_of([1j]).save(tmp_path / "kv")
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("binary", [False, True])
def test_text_formats_hold_integers_as_digits_and_refuse_what_would_be_misread(tmp_path: Path, binary: bool) -> None:
    path = tmp_path / "vectors"
    vectors_of(["a", 5, -7]).save_word2vec_format(path, binary=binary)
    assert KeyedVectors.load_word2vec_format(path).index_to_key == ["a", "5", "-7"]
    for keys, message in {
        ("5", 5): "keys must be different as text in text formats, got '5' and 5",
        ("a", 2.5): "keys must be text or integers in text formats, got 2.5",
        ("a", (1, 2)): r"keys must be text or integers in text formats, got \(1, 2\)",
    }.items():
        with pytest.raises(FormatError, match=message):
            vectors_of([*keys]).save_word2vec_format(path, binary=binary)
    assert KeyedVectors.load_word2vec_format(path).index_to_key == ["a", "5", "-7"]


def test_words_of_text_formats() -> None:
    assert keys_as_words(["a", np.int64(3), 4]) == ["a", "3", "4"]
    assert keys_as_words([]) == []
    assert unpack_keys(pack_keys([None, "a"])) == [None, "a"]


def test_a_missing_number_is_not_taken_for_the_row_of_another_number() -> None:
    kv = vectors_of([7, 1, "a"])
    assert kv.get_index(1) == 1
    with pytest.raises(KeyError, match="Key '0' not present"):
        kv[0]
    assert 0 not in kv
    assert kv.get_index(2) == 2  # the row of a word, as in gensim
    assert vectors_of(["a", "b"]).get_index(1) == 1


def test_every_query_takes_keys_of_any_type() -> None:
    kv = KeyedVectors(2)
    kv.add_vectors([("item", 1), ("item", 2), 3, "item"], [[1, 0], [1, 0.1], [0, 1], [-1, 0]])
    assert kv[("item", 1)].tolist() == [1, 0]
    assert kv[[("item", 1), 3]].tolist() == [[1, 0], [0, 1]]
    for positive in (("item", 1), [("item", 1)]):
        assert kv.most_similar(positive, topn=1)[0][0] == ("item", 2)
        assert kv.most_similar_cosmul(positive, topn=1)[0][0] == ("item", 2)
        assert kv.most_similar_batch(positive, topn=1)[0].tolist() == [[1]]
    assert kv.most_similar([("item", 0.5)], topn=3)[-1][0] == ("item", 1)  # not a key: "item" with a weight
    assert kv.similarity(("item", 1), 3) == 0
    assert kv.distances(("item", 1)).round(6).tolist()[2:] == [1, 2]
    assert kv.n_similarity([("item", 1)], [3]) == 0
    assert kv.rank(("item", 1), ("item", 2)) == 1
    assert kv.doesnt_match([("item", 1), ("item", 2), "item"]) == "item"
    assert kv.vectors_for_all([3, ("item", 2)]).index_to_key == [3, ("item", 2)]
    assert kv.get_mean_vector(("item", 1)).tolist() == [1, 0]


def test_random_walks_are_learnt_from_and_saved(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    walks = [rng.integers(10 * part, 10 * part + 10, 12).tolist() for part in (0, 1) for _ in range(150)]
    model = Word2Vec(walks, vector_size=8, min_count=1, window=4, epochs=10, seed=1, workers=1)
    assert sorted(model.wv.index_to_key) == [*range(20)]
    assert {key for key, _ in model.wv.most_similar(3, topn=8)} <= {*range(10)}
    assert np.shares_memory(model.wv[13], model.wv.get_vector(13))
    assert next(key for key, _ in model.predict_output_word([1, 2], topn=1) or []) < 10
    model.save(tmp_path / "model")
    loaded = Word2Vec.load(tmp_path / "model")
    assert loaded.wv.index_to_key == model.wv.index_to_key
    loaded.build_vocab([["new", 25, 25, 3]], update=True)
    loaded.train(walks, total_examples=len(walks), epochs=1)
    assert loaded.wv.index_to_key[-2:] == ["new", 25]
    assert loaded.wv.get_vecattr(3, "count") == model.wv.get_vecattr(3, "count") + 1


def test_numbers_give_the_vectors_that_the_same_words_give() -> None:
    rng = np.random.default_rng(4)
    walks = rng.integers(100, 200, (60, 12))  # three digits: numbers and words are sorted alike
    options: dict[str, Any] = {"vector_size": 6, "min_count": 1, "seed": 2, "workers": 1, "epochs": 2}
    numbers = Word2Vec(walks, **options)
    words = Word2Vec([[str(token) for token in walk] for walk in walks], **options)
    assert [str(key) for key in numbers.wv.index_to_key] == words.wv.index_to_key
    np.testing.assert_array_equal(numbers.wv.vectors, words.wv.vectors)


def test_keys_that_are_the_numbers_of_their_rows() -> None:
    keys = list(range(1000))
    tensors = pack_keys(keys)
    assert list(tensors) == ["row_numbers"]
    assert unpack_keys({**tensors, "vectors": np.zeros((1000, 2))}) == keys
    for other in ([1, 0], [0, "1"], [0, True], [0, 2]):
        assert "row_numbers" not in pack_keys(other)
    for count in (-1, 1001, 2**62):
        with pytest.raises(ValueError, match="row_numbers must be"):
            unpack_keys({"row_numbers": np.array([count]), "vectors": np.zeros((1000, 2))})
