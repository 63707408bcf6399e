"""Construction, lookup, norms, attributes and copies of `KeyedVectors`."""

from __future__ import annotations

import copy
import pickle
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordkin import KeyedVectors
from wordkin.errors import VocabularyError

from .conftest import have_equal_content


class TestConstruction:
    def test_preallocated_rows_are_filled_in_order(self) -> None:
        kv = KeyedVectors(3, count=2)
        assert len(kv) == 2 and kv.vectors.shape == (2, 3) and kv.index_to_key == [None, None]
        assert [kv.add_vector("a", [1, 2, 3]), kv.add_vector("b", [4, 5, 6]), kv.add_vector("c", [7, 8, 9])] == [
            0,
            1,
            2,
        ]
        assert kv.index_to_key == ["a", "b", "c"] and kv.vectors.tolist() == [[1, 2, 3], [4, 5, 6], [7, 8, 9]]

    def test_from_vocabulary_copies_nothing(self) -> None:
        rows = np.zeros((3, 16), dtype=np.float32)[:, :10]
        words, counts = ["a", "b", "c"], np.array([3, 2, 1])
        kv = KeyedVectors.from_vocabulary(words, rows, counts)
        assert kv.vectors is rows and kv.index_to_key is words and kv.expandos["count"] is counts

    @pytest.mark.parametrize(
        ("words", "rows", "counts"),
        [(["a"], (2, 3), None), (["a", "a"], (2, 3), None), (["a", "b"], (2, 3), 1), (["a", "b"], (6,), None)],
    )
    def test_from_vocabulary_rejects_inconsistent_lengths_and_repeated_words(
        self, words: list[str], rows: Any, counts: int | None
    ) -> None:
        with pytest.raises(VocabularyError):
            KeyedVectors.from_vocabulary(words, np.zeros(rows, np.float32), None if counts is None else np.ones(counts))

    @pytest.mark.parametrize("size", [0, -1, 2.5, "3", None, True])
    def test_vector_size_must_be_a_positive_integer(self, size: Any) -> None:
        with pytest.raises(ValueError, match="vector_size"):
            KeyedVectors(size)

    def test_vectors_must_be_a_matrix_of_floats(self, kv: KeyedVectors) -> None:
        with pytest.raises(TypeError, match="float16, float32 or float64, got int64"):
            kv.vectors = np.zeros((6, 4), dtype=np.int64)
        with pytest.raises(ValueError, match="matrix"):
            kv.vectors = np.zeros(4, dtype=np.float32)

    def test_counts_are_made_up_by_default(self) -> None:
        kv = KeyedVectors.from_vocabulary(["a", "b"], np.eye(2, dtype=np.float32))
        assert (kv.get_vecattr("a", "count"), kv.get_vecattr("b", "count")) == (2, 1)


class TestLookup:
    def test_vectors_are_read_only_views(self, kv: KeyedVectors) -> None:
        vector = kv["apple"]
        assert np.shares_memory(vector, kv.vectors)
        with pytest.raises(ValueError, match="read-only"):
            vector[0] = 5
        with pytest.raises(ValueError, match="read-only"):
            kv.get_vector("apple", norm=True)[0] = 5
        assert kv.vectors.flags.writeable

    def test_missing_keys_suggest_similar_spellings(self, kv: KeyedVectors) -> None:
        for ask in (
            kv.get_vector,
            kv.get_index,
            kv.most_similar,
            kv.__getitem__,
            lambda key: kv.similarity("car", key),
        ):
            with pytest.raises(KeyError, match=r"Key 'aple' not present; did you mean 'apple'\?"):
                ask("aple")
        with pytest.raises(KeyError, match=r"Key 'zebra' not present$"):
            kv["zebra"]

    def test_integers_are_row_numbers_unless_they_are_keys(self) -> None:
        kv = KeyedVectors(2)
        kv.add_vectors([7, "a"], [[1, 0], [0, 1]])
        assert kv[7].tolist() == [1, 0] and kv[1].tolist() == [0, 1] and kv[np.int64(1)].tolist() == [0, 1]
        assert 7 in kv and 1 in kv and 2 not in kv and -1 not in kv
        assert 0 not in kv  # the key of row 0 is an integer, so that 0 is meant as a key

    def test_get_index_returns_the_default_for_missing_keys(self, kv: KeyedVectors) -> None:
        assert kv.get_index("pear", -1) == 1
        assert kv.get_index("fig", -1) == -1 and kv.get_index("fig", "none") == "none"

    def test_removed_names_give_advice(self, kv: KeyedVectors) -> None:
        for name, advice in {
            "vocab": "key_to_index",
            "index2word": "index_to_key",
            "index2entity": "index_to_key",
            "vectors_norm": "get_normed_vectors",
            "syn0": "vectors",
        }.items():
            with pytest.raises(AttributeError, match=advice):
                getattr(kv, name)
            with pytest.raises(AttributeError, match=advice):
                setattr(kv, name, 1)
            assert not hasattr(kv, name)

    def test_deprecated_methods_warn(self, kv: KeyedVectors) -> None:
        with pytest.warns(DeprecationWarning, match="fill_norms"):
            kv.init_sims()
        with pytest.warns(DeprecationWarning, match="get_vector"):
            assert np.array_equal(kv.word_vec("car"), kv["car"])
        with pytest.warns(DeprecationWarning, match="closer_than"):
            assert kv.words_closer_than("apple", "car") == kv.closer_than("apple", "car")
        with pytest.warns(DeprecationWarning):
            kv.init_sims(replace=True)
        # The norm and each of the 4 components are rounded to float32, and so are the squares and sums of this check.
        np.testing.assert_allclose(np.linalg.norm(kv.vectors, axis=1), 1, atol=4 * np.finfo(np.float32).eps)

    def test_a_single_string_is_not_a_list_of_characters(self, kv: KeyedVectors) -> None:
        assert np.array_equal(kv.get_mean_vector("apple"), kv.get_mean_vector(["apple"]))
        for ask in (kv.doesnt_match, lambda words: kv.n_similarity(words, ["car"])):
            with pytest.raises(TypeError, match="'apple'"):
                ask("apple")


class TestNorms:
    def test_norms_are_cached_until_vectors_change(self, kv: KeyedVectors) -> None:
        assert kv.norms is None
        kv.fill_norms()
        first = kv.norms
        kv.fill_norms()
        assert kv.norms is first
        kv.fill_norms(force=True)
        assert kv.norms is not first
        for change in (
            lambda: kv.add_vector("fig", [1, 0, 0, 0]),
            lambda: kv.add_vectors(["kiwi"], [[1, 0, 0, 0]]),
            lambda: kv.__setitem__("apple", [0, 0, 3, 4]),
            lambda: setattr(kv, "vectors", kv.vectors.copy()),
            lambda: kv.sort_by_descending_frequency(),
        ):
            kv.fill_norms()
            change()
            assert kv.norms is None
        kv["apple"] = [0, 0, 3, 4]
        np.testing.assert_array_equal(kv.get_vector("apple", norm=True), np.array([0, 0, 0.6, 0.8], np.float32))

    def test_norms_of_float16_do_not_overflow(self) -> None:
        kv = KeyedVectors.from_vocabulary(["a", "b"], np.full((2, 500), 200, dtype=np.float16))
        kv.fill_norms()
        assert kv.norms is not None
        assert kv.norms.tolist() == [np.float32(200 * 500**0.5)] * 2  # the squares are beyond the range of float16
        assert kv.similarity("a", "b") == 1 and kv["a"].dtype == np.float16

    def test_first_queries_from_many_threads_agree(self, random_vectors: Callable[..., KeyedVectors]) -> None:
        kv = random_vectors(5000, 20)
        expected = random_vectors(5000, 20).most_similar("w1")
        results: list[Any] = []
        threads = [threading.Thread(target=lambda: results.append(kv.most_similar("w1"))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert results == [expected] * 8


class TestAttributes:
    def test_first_value_determines_the_type(self, kv: KeyedVectors) -> None:
        for name, value, dtype in (
            ("n", 3, np.int64),
            ("x", 1.5, np.float64),
            ("s", "text", object),
            ("b", True, bool),
        ):
            kv.set_vecattr("car", name, value)
            assert kv.expandos[name].dtype == dtype and kv.get_vecattr("car", name) == value
        with pytest.raises(TypeError, match="'n'"):
            kv.set_vecattr("car", "n", 1.5)
        kv.set_vecattr("car", "path", np.array([1, 2, 3]))
        assert kv.get_vecattr("car", "path").tolist() == [1, 2, 3]

    def test_attributes_grow_with_the_keys(self, kv: KeyedVectors) -> None:
        kv.allocate_vecattrs(["flag"], [np.uint8])
        kv.add_vector("fig", [1, 0, 0, 0])
        assert kv.expandos["flag"].shape == kv.expandos["count"].shape == (7,)
        kv.index_to_key.append("kiwi")
        kv.allocate_vecattrs()
        assert kv.expandos["flag"].shape == (8,)

    def test_missing_attributes_and_keys_raise_key_errors(self, kv: KeyedVectors) -> None:
        with pytest.raises(KeyError, match=r"no attribute 'hue'; existing attributes: count"):
            kv.get_vecattr("car", "hue")
        with pytest.raises(KeyError, match="not present"):
            kv.set_vecattr("nothing", "hue", 1)
        assert "hue" not in kv.expandos

    def test_vectors_for_all(self, kv: KeyedVectors) -> None:
        some = kv.vectors_for_all(["bus", "nothing", "apple", "bus"], copy_vecattrs=True)
        assert some.index_to_key == ["bus", "apple"] and some.expandos["count"].tolist() == [20, 60]
        assert np.array_equal(some["bus"], kv["bus"]) and not np.shares_memory(some.vectors, kv.vectors)
        assert kv.vectors_for_all(iter(["car", "apple"])).expandos["count"].tolist() == [2, 1]  # as gensim makes up


class TestCopies:
    @pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
    def test_pickles_contain_the_bytes_of_the_file_format(
        self, dtype: type, random_vectors: Callable[..., KeyedVectors]
    ) -> None:
        kv = random_vectors(30, 5, dtype)
        kv.add_vectors([12, np.int64(77)], np.ones((2, 5)))
        kv.set_vecattr("w3", "name", "naïve")
        kv.set_vecattr("w3", "code", np.array([1, 0, 1], dtype=np.uint8))
        data = pickle.dumps(kv)
        again = pickle.loads(data)
        assert have_equal_content(kv, again) and again.vectors.flags.writeable
        assert again.get_vecattr("w3", "code").dtype == np.uint8
        assert b"numpy" not in data
        assert again.most_similar("w3") == kv.most_similar("w3")
        again.add_vector("new", np.ones(5))

    def test_values_that_cannot_be_saved_are_rejected(self, kv: KeyedVectors) -> None:
        kv.set_vecattr("car", "thing", {1, 2})
        with pytest.raises(TypeError, match="'thing'"):
            pickle.dumps(kv)
        other = KeyedVectors(1)
        other.add_vector((1, 2j), [1])
        with pytest.raises(TypeError, match=r"\(1, 2j\)"):
            pickle.dumps(other)

    def test_shallow_and_deep_copies(self, kv: KeyedVectors) -> None:
        shallow, deep = copy.copy(kv), copy.deepcopy(kv)
        assert have_equal_content(kv, shallow) and have_equal_content(kv, deep)
        assert shallow.vectors is kv.vectors and not np.shares_memory(deep.vectors, kv.vectors)
        deep["apple"] = [1, 2, 3, 4]
        deep.add_vector("fig", [1, 2, 3, 4])
        deep.expandos["count"][0] = 0
        assert len(kv) == 6 and kv["apple"].tolist() != [1, 2, 3, 4] and kv.expandos["count"][0] == 60

    def test_copies_grow_independently(self) -> None:
        kv = KeyedVectors(1)
        for number in range(20):
            kv.add_vector(number, [number])
        twin = copy.copy(kv)
        twin.index_to_key, twin.key_to_index = list(kv.index_to_key), dict(kv.key_to_index)
        kv.add_vector("mine", [100])
        twin.add_vector("yours", [200])
        assert kv["mine"].tolist() == [100] and twin["yours"].tolist() == [200]


class TestSubclasses:
    def test_overridden_lookup_applies_to_queries(self, kv: KeyedVectors) -> None:
        class WithUnknownWords(KeyedVectors):
            """Has the vector of "apple" for every unknown word."""

            def __contains__(self, key: object) -> bool:
                return True

            def get_vector(self, key: Any, norm: bool = False) -> Any:
                return super().get_vector(key if self.has_index_for(key) else "apple", norm)

        vectors = WithUnknownWords.from_vocabulary(kv.index_to_key, kv.vectors)
        assert vectors.most_similar("unknown", topn=1)[0][0] == "apple"
        assert vectors.similarity("unknown", "apple") == 1
        assert vectors.most_similar_batch(["unknown"], topn=1)[0].tolist() == [[0]]
        assert vectors.vectors_for_all(["unknown"])["unknown"].tolist() == kv["apple"].tolist()

    def test_copies_keep_class_and_attributes(self, kv: KeyedVectors) -> None:
        class Named(KeyedVectors):
            name = ""

        vectors = Named.from_vocabulary(kv.index_to_key, kv.vectors)
        vectors.name = "fruit"
        for twin in (copy.copy(vectors), copy.deepcopy(vectors)):
            assert type(twin) is Named and twin.name == "fruit" and have_equal_content(twin, vectors)

    def test_load_returns_the_class(self, kv: KeyedVectors, tmp_path: Path) -> None:
        class Named(KeyedVectors):
            pass

        kv.save(tmp_path / "kv")
        assert type(Named.load(tmp_path / "kv")) is Named
        assert isinstance(Named.load(tmp_path / "kv"), KeyedVectors)
