"""Static word vectors: the token layer, and means over the occurrences in a text."""

from __future__ import annotations

import numpy as np
import pytest

from wordkin import ELMo, KeyedVectors
from wordkin.errors import CorpusError, VocabularyError


def test_token_layer_vectors(trained: ELMo) -> None:
    vectors = trained.to_keyed_vectors(["pears", "unheard", "pears"])
    assert isinstance(vectors, KeyedVectors)
    assert vectors.index_to_key == ["pears", "unheard"]
    np.testing.assert_array_equal(
        np.hstack([vectors["unheard"]] * 2), trained.encode([["pears", "unheard"]], layers=0)[0][1]
    )
    assert trained.to_keyed_vectors().index_to_key == trained.vocabulary
    assert vectors.most_similar("pears", topn=1)[0][0] == "unheard"


def test_token_layer_vectors_need_a_list_of_words(trained: ELMo) -> None:
    with pytest.raises(VocabularyError, match="at least one word"):
        trained.to_keyed_vectors([])
    with pytest.raises(TypeError, match="list of words"):
        trained.to_keyed_vectors("pears")


def test_distilled_vectors_are_means_over_occurrences(trained: ELMo, sentences: list[list[str]]) -> None:
    text = [*sentences[:5], ["once"]]
    vectors = trained.distill(text, layers="top", min_count=2, workers=1, progress=False)
    encoded = zip(text, trained.encode(text, "top"), strict=True)
    occurrences = [pair for tokens, rows in encoded for pair in zip(tokens, rows, strict=True)]
    for word in ("apples", "red", "plums"):
        rows = [row for token, row in occurrences if token == word]
        np.testing.assert_allclose(vectors[word], np.mean(rows, axis=0), atol=1e-6)
        assert vectors.get_vecattr(word, "count") == len(rows)
    assert "once" not in vectors


def test_invalid_arguments_of_distill_are_rejected(trained: ELMo, sentences: list[list[str]]) -> None:
    with pytest.raises(VocabularyError, match="min_count=100"):
        trained.distill(sentences, min_count=100)
    with pytest.raises(ValueError, match="one vector per token"):
        trained.distill(sentences, layers="all")
    with pytest.raises(CorpusError, match="no words"):
        trained.distill([[]])
