"""Models that gensim 4.4 saved."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from wordkin import Doc2Vec, TaggedDocument
from wordkin.errors import FormatError
from wordkin.vectors.files import read_gensim

FORMATS = Path(__file__).parent.parent.parent / "formats"
SENTENCES = [["the", "cat", "sat"], ["the", "dog", "ran", "naïve"]] * 5


@pytest.mark.parametrize("name", ["dbow", "mean", "concat"])
def test_weights_tags_and_settings_are_those_of_gensim(name: str) -> None:
    expected = np.load(FORMATS / "gensim-documents.expected.npz")
    model = Doc2Vec.from_gensim(FORMATS / f"gensim-{name}.model")
    for array, part in ((model.dv.vectors, "dv"), (model.wv.vectors, "wv"), (model.syn1neg, "syn1neg")):
        np.testing.assert_array_equal(array, expected[f"{name}_{part}"])
    strings = [] if name == "concat" else ["group 0", "group 1"]
    assert model.dv.index_to_key == [*range(10), *strings]
    mode = {"dbow": "dbow+w", "mean": "dm/m", "concat": "dm/c"}[name]
    assert str(model).startswith(f"Doc2Vec<{mode},d6,n3,w2")
    assert (model.epochs, model.corpus_count) == (2, 10)
    assert model.infer_vector(["the", "cat"]).any()
    documents = [TaggedDocument(words, [number]) for number, words in enumerate(SENTENCES)]
    model.train(documents, total_examples=10, epochs=1)
    assert not np.array_equal(model.dv.vectors, expected[f"{name}_dv"])


def test_other_files_are_refused() -> None:
    with pytest.raises(FormatError, match="hierarchical softmax"):
        Doc2Vec.from_gensim(FORMATS / "gensim-doc-hierarchical.model")
    with pytest.raises(FormatError, match="must hold a Doc2Vec model of gensim 4, got a Word2Vec"):
        Doc2Vec.from_gensim(FORMATS / "gensim-negative.model")


def test_models_of_gensim_before_4_are_refused() -> None:
    saved = replace(read_gensim(FORMATS / "gensim-dbow.model"), tags=None)  # whose tags were elsewhere
    with pytest.raises(FormatError, match=r"saved by gensim before 4\.0"):
        Doc2Vec.from_gensim(saved)
