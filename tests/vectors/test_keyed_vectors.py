"""Lookup, growth, attributes, copies, and what gensim gets wrong."""

from __future__ import annotations

import copy
import pickle
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from wordkin import KeyedVectors
from wordkin.errors import VocabularyError


def same_content(one: KeyedVectors, other: KeyedVectors) -> bool:
    return (
        one.index_to_key == other.index_to_key
        and one.key_to_index == other.key_to_index
        and np.array_equal(one.vectors, other.vectors)
        and one.vectors.dtype == other.vectors.dtype
        and one.expandos.keys() == other.expandos.keys()
        and all(repr(one.expandos[name]) == repr(other.expandos[name]) for name in one.expandos)
    )


class TestMaking:
    def test_slots_made_ahead_are_filled_in_turn(self) -> None:
        kv = KeyedVectors(3, count=2)
        assert len(kv) == 2 and kv.vectors.shape == (2, 3) and kv.index_to_key == [None, None]
        assert [kv.add_vector("a", [1, 2, 3]), kv.add_vector("b", [4, 5, 6]), kv.add_vector("c", [7, 8, 9])] == [
            0,
            1,
            2,
        ]
        assert kv.index_to_key == ["a", "b", "c"] and kv.vectors.tolist() == [[1, 2, 3], [4, 5, 6], [7, 8, 9]]

    def test_nothing_is_copied_from_the_trainer(self) -> None:
        rows = np.zeros((3, 16), dtype=np.float32)[:, :10]
        words, counts = ["a", "b", "c"], np.array([3, 2, 1])
        kv = KeyedVectors.from_vocabulary(words, rows, counts)
        assert kv.vectors is rows and kv.index_to_key is words and kv.expandos["count"] is counts

    @pytest.mark.parametrize(
        ("words", "rows", "counts"),
        [(["a"], (2, 3), None), (["a", "a"], (2, 3), None), (["a", "b"], (2, 3), 1), (["a", "b"], (6,), None)],
    )
    def test_parts_that_do_not_fit_are_refused(self, words: list[str], rows: Any, counts: int | None) -> None:
        with pytest.raises(VocabularyError):
            KeyedVectors.from_vocabulary(words, np.zeros(rows, np.float32), None if counts is None else np.ones(counts))

    @pytest.mark.parametrize("size", [0, -1, 2.5, "3", None, True])
    def test_vector_size_is_a_whole_number_above_zero(self, size: Any) -> None:
        with pytest.raises(ValueError, match="vector_size"):
            KeyedVectors(size)

    def test_the_matrix_must_be_one_of_floats(self, kv: KeyedVectors) -> None:
        with pytest.raises(TypeError, match="float16, float32 or float64, got int64"):
            kv.vectors = np.zeros((6, 4), dtype=np.int64)
        with pytest.raises(ValueError, match="matrix"):
            kv.vectors = np.zeros(4, dtype=np.float32)

    def test_counts_exist_without_counts(self) -> None:
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

    def test_missing_words_name_their_neighbours_in_spelling(self, kv: KeyedVectors) -> None:
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

    def test_numbers_are_indices_unless_they_are_keys(self) -> None:
        kv = KeyedVectors(2)
        kv.add_vectors([7, "a"], [[1, 0], [0, 1]])
        assert kv[7].tolist() == [1, 0] and kv[1].tolist() == [0, 1] and kv[np.int64(0)].tolist() == [1, 0]
        assert 7 in kv and 1 in kv and 2 not in kv and -1 not in kv

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

    def test_old_ways_warn(self, kv: KeyedVectors) -> None:
        with pytest.warns(DeprecationWarning, match="fill_norms"):
            kv.init_sims()
        with pytest.warns(DeprecationWarning, match="get_vector"):
            assert np.array_equal(kv.word_vec("car"), kv["car"])
        with pytest.warns(DeprecationWarning, match="closer_than"):
            assert kv.words_closer_than("apple", "car") == kv.closer_than("apple", "car")
        with pytest.warns(DeprecationWarning):
            kv.init_sims(replace=True)
        np.testing.assert_allclose(np.linalg.norm(kv.vectors, axis=1), 1, atol=1e-6)

    def test_a_lone_key_is_not_its_letters(self, kv: KeyedVectors) -> None:
        assert np.array_equal(kv.get_mean_vector("apple"), kv.get_mean_vector(["apple"]))
        for ask in (kv.doesnt_match, lambda words: kv.n_similarity(words, ["car"])):
            with pytest.raises(TypeError, match="'apple'"):
                ask("apple")


class TestNorms:
    def test_they_are_computed_once_and_anew_after_changes(self, kv: KeyedVectors) -> None:
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
        np.testing.assert_allclose(kv.get_vector("apple", norm=True), [0, 0, 0.6, 0.8], atol=1e-7)

    def test_float16_is_summed_in_wider_numbers(self) -> None:
        kv = KeyedVectors.from_vocabulary(["a", "b"], np.full((2, 500), 200, dtype=np.float16))
        kv.fill_norms()
        np.testing.assert_allclose(kv.norms, 200 * 500**0.5, rtol=1e-6)  # beyond float16's range
        assert kv.similarity("a", "b") == 1 and kv["a"].dtype == np.float16

    def test_many_threads_may_ask_first(self, random_vectors: Callable[..., KeyedVectors]) -> None:
        kv = random_vectors(5000, 20)
        expected = random_vectors(5000, 20).most_similar("w1")
        results: list[Any] = []
        threads = [threading.Thread(target=lambda: results.append(kv.most_similar("w1"))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert results == [expected] * 8


class TestGrowth:
    def test_adding_one_by_one_moves_rows_seldom(self) -> None:
        kv = KeyedVectors(4)
        blocks = set()
        for number in range(3000):
            assert kv.add_vector(f"w{number}", np.full(4, number)) == number
            blocks.add(id(kv.vectors.base))
        assert len(blocks) < 30
        assert kv.vectors.shape == (3000, 4) and (kv.vectors[:, 0] == np.arange(3000)).all()

    def test_existing_keys_keep_their_vectors_unless_replaced(self, kv: KeyedVectors) -> None:
        old = kv["apple"].copy()
        assert kv.add_vector("apple", [9, 9, 9, 9]) == 0
        kv.add_vectors(["apple", "fig"], np.ones((2, 4)))
        assert np.array_equal(kv["apple"], old) and len(kv) == 7
        kv.add_vectors(["apple", "kiwi"], np.ones((2, 4)), replace=True)
        assert kv["apple"].tolist() == [1, 1, 1, 1] and len(kv) == 8
        kv["apple"] = np.zeros(4)
        kv[["apple", "lime"]] = [np.arange(4), np.arange(4) + 1]
        assert kv["apple"].tolist() == [0, 1, 2, 3] and kv["lime"].tolist() == [1, 2, 3, 4] and len(kv) == 9

    def test_a_key_twice_in_one_call_is_one_key(self) -> None:
        for replace, kept in ((False, 1), (True, 3)):
            kv = KeyedVectors(1)
            kv.add_vectors(["a", "b", "a"], [[1], [2], [3]], replace=replace, extras={"n": np.array([1, 2, 3])})
            assert kv.index_to_key == ["a", "b"] and kv["a"].tolist() == [kept] and kv.get_vecattr("a", "n") == kept

    def test_extras(self, kv: KeyedVectors) -> None:
        kv.add_vectors(["fig", "apple"], np.ones((2, 4)), extras={"count": np.array([5, 7]), "hue": np.array([0.5, 1])})
        assert kv.get_vecattr("fig", "count") == 5 and kv.get_vecattr("apple", "count") == 60
        assert kv.expandos["hue"].tolist() == [0, 0, 0, 0, 0, 0, 0.5]
        kv.add_vectors(["fig", "apple"], np.ones((2, 4)), extras={"count": np.array([8, 9])}, replace=True)
        assert (kv.get_vecattr("fig", "count"), kv.get_vecattr("apple", "count")) == (8, 9)

    @pytest.mark.parametrize(
        ("keys", "weights", "extras"),
        [
            (["x"], [[1, 2, 3]], {}),
            (["x", "y"], [[1, 2, 3, 4]], {}),
            (["x"], [[1, 2, 3, 4]], {"n": np.arange(3)}),
            (["x", "y"], [[1, 2, 3, 4], [1, 2]], {}),
        ],
    )
    def test_what_does_not_fit_changes_nothing(self, kv: KeyedVectors, keys: Any, weights: Any, extras: Any) -> None:
        before = copy.deepcopy(kv)
        with pytest.raises(ValueError):
            kv.add_vectors(keys, weights, extras=extras)
        with pytest.raises(TypeError):
            kv.add_vectors([["unhashable"]], [[1, 2, 3, 4]])
        assert same_content(kv, before)

    def test_read_only_vectors_are_not_written(self, kv: KeyedVectors) -> None:
        kv.vectors.setflags(write=False)
        with pytest.raises(ValueError, match="mmap"):
            kv["apple"] = [1, 2, 3, 4]
        with pytest.raises(ValueError, match="mmap"):
            kv.unit_normalize_all()
        kv.add_vector("fig", [1, 2, 3, 4])  # new rows go into new memory
        assert kv["fig"].tolist() == [1, 2, 3, 4] and len(kv.vectors) == 7

    def test_resize_draws_the_new_rows_only(self, kv: KeyedVectors) -> None:
        old = kv.vectors.copy()
        kv.index_to_key += ["fig", "kiwi"]
        kv.key_to_index |= {"fig": 6, "kiwi": 7}
        kv.resize_vectors(seed=3)
        # gensim's rows for this seed
        expected = np.random.default_rng(3).random((8, 4), dtype=np.float32) * 2 - 1
        assert np.array_equal(kv.vectors[:6], old) and np.array_equal(kv.vectors[6:], expected[6:] / 4)
        assert len(kv.expandos["count"]) == 8
        same = kv.vectors
        kv.resize_vectors()
        assert kv.vectors is same

    def test_sorting_takes_everything_along(self, kv: KeyedVectors) -> None:
        kv.expandos["count"] = np.array([1, 5, 5, 9, 0, 2])
        rows = {key: kv[key].copy() for key in kv.index_to_key}
        kv.sort_by_descending_frequency()
        assert kv.index_to_key == ["car", "pear", "plum", "train", "apple", "bus"]
        assert kv.expandos["count"].tolist() == [9, 5, 5, 2, 1, 0]
        assert all(np.array_equal(kv[key], rows[key]) for key in rows)
        KeyedVectors(2).sort_by_descending_frequency()


class TestAttributes:
    def test_the_first_value_decides_the_type(self, kv: KeyedVectors) -> None:
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

    def test_columns_grow_with_the_keys(self, kv: KeyedVectors) -> None:
        kv.allocate_vecattrs(["flag"], [np.uint8])
        kv.add_vector("fig", [1, 0, 0, 0])
        assert kv.expandos["flag"].shape == kv.expandos["count"].shape == (7,)
        kv.index_to_key.append("kiwi")
        kv.allocate_vecattrs()
        assert kv.expandos["flag"].shape == (8,)

    def test_missing_ones_are_named(self, kv: KeyedVectors) -> None:
        with pytest.raises(KeyError, match=r"no attribute 'hue'; existing attributes: count"):
            kv.get_vecattr("car", "hue")
        with pytest.raises(KeyError, match="not present"):
            kv.set_vecattr("nothing", "hue", 1)
        assert "hue" not in kv.expandos

    def test_vectors_for_all(self, kv: KeyedVectors) -> None:
        some = kv.vectors_for_all(["bus", "nothing", "apple", "bus"], copy_vecattrs=True)
        assert some.index_to_key == ["bus", "apple"] and some.expandos["count"].tolist() == [20, 60]
        assert np.array_equal(some["bus"], kv["bus"]) and not np.shares_memory(some.vectors, kv.vectors)
        assert kv.vectors_for_all(iter(["car"])).expandos == {}


class TestCopies:
    @pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
    def test_pickles_are_our_own_bytes(self, dtype: type, random_vectors: Callable[..., KeyedVectors]) -> None:
        kv = random_vectors(30, 5, dtype)
        kv.add_vectors([12, np.int64(77)], np.ones((2, 5)))
        kv.set_vecattr("w3", "name", "naïve")
        kv.set_vecattr("w3", "code", np.array([1, 0, 1], dtype=np.uint8))
        data = pickle.dumps(kv)
        again = pickle.loads(data)
        assert same_content(kv, again) and again.vectors.flags.writeable
        assert again.get_vecattr("w3", "code").dtype == np.uint8
        assert b"numpy" not in data
        assert again.most_similar("w3") == kv.most_similar("w3")
        again.add_vector("new", np.ones(5))

    def test_values_that_no_file_can_hold_are_refused(self, kv: KeyedVectors) -> None:
        kv.set_vecattr("car", "thing", {1, 2})
        with pytest.raises(TypeError, match="'thing'"):
            pickle.dumps(kv)
        other = KeyedVectors(1)
        other.add_vector((1, 2), [1])
        with pytest.raises(TypeError, match=r"\(1, 2\)"):
            pickle.dumps(other)

    def test_shallow_and_deep(self, kv: KeyedVectors) -> None:
        shallow, deep = copy.copy(kv), copy.deepcopy(kv)
        assert same_content(kv, shallow) and same_content(kv, deep)
        assert shallow.vectors is kv.vectors and not np.shares_memory(deep.vectors, kv.vectors)
        deep["apple"] = [1, 2, 3, 4]
        deep.add_vector("fig", [1, 2, 3, 4])
        deep.expandos["count"][0] = 0
        assert len(kv) == 6 and kv["apple"].tolist() != [1, 2, 3, 4] and kv.expandos["count"][0] == 60

    def test_copies_grow_apart(self) -> None:
        kv = KeyedVectors(1)
        for number in range(20):
            kv.add_vector(number, [number])
        twin = copy.copy(kv)
        twin.index_to_key, twin.key_to_index = list(kv.index_to_key), dict(kv.key_to_index)
        kv.add_vector("mine", [100])
        twin.add_vector("yours", [200])
        assert kv["mine"].tolist() == [100] and twin["yours"].tolist() == [200]


class TestNeighbours:
    def test_arguments_of_every_form(self, kv: KeyedVectors) -> None:
        for form in ("apple", ["apple"], ("apple",), [("apple", 1.0)], ("apple", 1.0), 0, [0], np.array(["apple"])):
            assert kv.most_similar(form, topn=1)[0][0] == "pear"

    @pytest.mark.parametrize("topn", [2.0, "3", [1]])
    def test_topn_is_a_whole_number(self, kv: KeyedVectors, topn: Any) -> None:
        for ask in (kv.most_similar, kv.most_similar_cosmul, kv.most_similar_batch):
            with pytest.raises(TypeError, match="topn"):
                ask("apple", topn=topn)

    def test_more_than_there_are_gives_all(self, kv: KeyedVectors) -> None:
        assert len(kv.most_similar("apple", topn=2**40)) == 5
        assert len(kv.most_similar_cosmul("apple", topn=2**40)) == 5
        indices, _ = kv.most_similar_batch(["apple", "car"], topn=2**40)
        assert indices.shape == (2, 5)

    @pytest.mark.parametrize("bad", [["apple", 1.5], [None], [["apple", 1, 2]], [{"apple": 1}]])
    def test_other_things_are_refused(self, kv: KeyedVectors, bad: Any) -> None:
        with pytest.raises(TypeError, match="positive"):
            kv.most_similar(bad)

    @pytest.mark.parametrize(
        "vector",
        [np.ones(3), np.array(["a"] * 4), np.array([None] * 4), np.ma.masked_equal([1, 2, 3, 4], 3), np.ones(())],
    )
    def test_vectors_of_other_kinds_are_refused(self, kv: KeyedVectors, vector: Any) -> None:
        for ask in (kv.similar_by_vector, kv.distances, lambda row: kv.add_vector("x", row)):
            with pytest.raises((TypeError, ValueError)):
                ask(vector)

    def test_vectors_of_any_layout_are_taken(self, kv: KeyedVectors) -> None:
        row = kv.vectors[1].astype(np.float64)
        expected = kv.similar_by_vector(row)
        unaligned = np.frombuffer(b"\0" + row.tobytes(), dtype=np.float64, offset=1)
        for form in (row.tolist(), row[::-1].copy()[::-1], np.repeat(row, 2)[::2], row.astype(">f8"), unaligned):
            assert kv.similar_by_vector(form) == expected

    def test_cosmul_keeps_to_the_vocabulary_asked(self, kv: KeyedVectors) -> None:
        assert {key for key, _ in kv.most_similar_cosmul("apple", restrict_vocab=3)} == {"pear", "plum"}
        assert kv.most_similar_cosmul("apple", topn=None, restrict_vocab=3).shape == (3,)

    def test_clips_count_from_the_end_too(self, kv: KeyedVectors) -> None:
        assert {key for key, _ in kv.most_similar("apple", clip_start=-2)} == {"bus", "train"}
        assert kv.most_similar("apple", clip_start=4, clip_end=2) == []
        assert kv.most_similar("apple", clip_start=50) == []

    def test_batches_of_other_things(self, kv: KeyedVectors) -> None:
        mixed = kv.most_similar_batch(["apple", kv["car"]], topn=6)[0]
        assert mixed.shape == (2, 5) and mixed[0, 0] == 1 and mixed[1, 0] == 3
        assert kv.most_similar_batch("apple", 2)[0].tolist() == [[1, 2]]
        assert kv.most_similar_batch(kv["apple"], 2)[0].tolist() == [[0, 1]]
        assert kv.most_similar_batch([0, 3], 1)[0].tolist() == [[1], [4]]
        assert kv.most_similar_batch([], 3)[0].shape == (0, 3)
        assert kv.most_similar_batch(["apple"], 0)[0].shape == (1, 0)
        with pytest.raises(KeyError, match="did you mean 'pear'"):
            kv.most_similar_batch(["apple", "pears"])
        with pytest.raises(ValueError, match="rows of 4 numbers"):
            kv.most_similar_batch(np.ones((2, 5)))

    def test_an_indexer_is_asked_instead(self, kv: KeyedVectors) -> None:
        class Indexer:
            def most_similar(self, vector: Any, count: int) -> list[tuple[str, float]]:
                assert vector.shape == (4,) and abs(np.linalg.norm(vector) - 1) < 1e-6
                return [("anything", 0.5)] * count

        assert kv.most_similar("apple", topn=2, indexer=Indexer()) == [("anything", 0.5)] * 2

    def test_empty_sets_raise_what_either_would_catch(self, kv: KeyedVectors) -> None:
        for error in (ZeroDivisionError, ValueError):
            with pytest.raises(error):
                kv.n_similarity([], ["apple"])

    def test_nothing_in_it(self) -> None:
        kv = KeyedVectors(3)
        assert kv.similar_by_vector([1, 2, 3]) == []
        assert kv.most_similar_batch(np.ones((2, 3)))[0].shape == (2, 0)
        assert kv.distances(np.ones(3)).shape == (0,)
        with pytest.raises(KeyError):
            kv.most_similar("a")
