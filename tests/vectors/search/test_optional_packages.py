"""Features that need optional packages: POT, usearch and SciPy."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from wordkin import KeyedVectors
from wordkin.errors import FormatError
from wordkin.vectors import UsearchIndexer


def test_missing_packages_are_reported_with_the_extra(
    kv: KeyedVectors, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("ot", "usearch", "scipy"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError, match=r"wordkin\[wmd\]"):
        kv.wmdistance(["apple"], ["pear"])
    with pytest.raises(ImportError, match=r"wordkin\[index\]"):
        UsearchIndexer(kv)
    with pytest.raises(ImportError, match=r"wordkin\[evaluation\]"):
        kv.evaluate_word_pairs(tmp_path / "pairs.tsv")


# Expected values are computed from float32 vectors, and usearch computes cosines in float32: hence the tolerances.


class TestWordMoversDistance:
    @pytest.fixture(autouse=True)
    def package(self) -> None:
        pytest.importorskip("ot", reason="POT is not installed")

    def test_distance_of_single_words_is_euclidean(self, kv: KeyedVectors) -> None:
        expected = np.linalg.norm(kv.get_vector("apple", norm=True) - kv.get_vector("car", norm=True))
        assert kv.wmdistance(["apple"], ["car"]) == pytest.approx(expected, abs=1e-6)
        expected = np.linalg.norm(kv["apple"] - kv["car"])
        assert kv.wmdistance(["apple"], ["car"], norm=False) == pytest.approx(expected, abs=1e-6)

    def test_words_are_moved_to_the_nearest(self, kv: KeyedVectors) -> None:
        one, two = ["apple", "car", "nothing"], ["bus", "pear", "pear", "bus"]
        pairs = [("apple", "pear"), ("car", "bus")]
        expected = np.mean([np.linalg.norm(kv[a] - kv[b]) for a, b in pairs])
        assert kv.wmdistance(one, two, norm=False) == pytest.approx(expected, abs=1e-6)
        assert kv.wmdistance(two, one, norm=False) == pytest.approx(expected, abs=1e-6)

    def test_empty_and_identical_documents(self, kv: KeyedVectors) -> None:
        assert kv.wmdistance(["apple"], ["apple", "apple"]) == 0.0
        assert kv.wmdistance(["apple", "car"], ["car", "apple"]) == pytest.approx(0, abs=1e-6)
        assert kv.wmdistance(["nothing"], ["apple"]) == kv.wmdistance([], ["apple"]) == float("inf")
        kv["pear"] = kv["apple"]
        assert kv.wmdistance(["apple"], ["pear"]) == float("inf")  # as in gensim


class TestUsearchIndexer:
    @pytest.fixture(autouse=True)
    def package(self) -> None:
        pytest.importorskip("usearch", reason="usearch is not installed")

    def test_results_equal_exact_search(self, random_vectors: Callable[..., KeyedVectors], tmp_path: Path) -> None:
        vectors = random_vectors(500, 16)
        index = UsearchIndexer(vectors, expansion_search=500, workers=1)
        for indexer in (index, self.saved_and_loaded(index, tmp_path)):
            exact = [("w9", pytest.approx(1.0, abs=1e-5)), *vectors.most_similar("w9", topn=4)]
            found = vectors.most_similar("w9", topn=5, indexer=indexer)
            assert [key for key, _ in found] == [key for key, _ in exact]
            # usearch 2.9 approximates the lengths of vectors.
            assert [cosine for _, cosine in found] == pytest.approx([1.0, *(c for _, c in exact[1:])], abs=1e-4)
        assert index.most_similar(vectors["w9"], 0) == [] and len(index.most_similar(vectors["w9"], 10_000)) == 500

    @staticmethod
    def saved_and_loaded(index: UsearchIndexer, folder: Path) -> UsearchIndexer:
        index.save(folder / "index.safetensors")
        return UsearchIndexer.load(folder / "index.safetensors")

    def test_other_files_are_rejected(self, kv: KeyedVectors, tmp_path: Path) -> None:
        kv.save(tmp_path / "vectors.safetensors")
        with pytest.raises(FormatError, match="keyed_vectors"):
            UsearchIndexer.load(tmp_path / "vectors.safetensors")
