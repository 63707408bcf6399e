"""Models saved by gensim: loading, continued training, conversion."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from wordkin import Word2Vec
from wordkin.cli import main
from wordkin.errors import FormatError
from wordkin.word2vec.files.gensim_model import NotContinuableError

FILES = Path(__file__).resolve().parents[2] / "formats"


def test_a_model_is_loaded_completely() -> None:
    expected = np.load(FILES / "gensim-negative.expected.npz")
    model = Word2Vec.from_gensim(FILES / "gensim-negative.model")
    np.testing.assert_array_equal(model.wv.vectors, expected["vectors"])
    np.testing.assert_array_equal(model.syn1neg, expected["syn1neg"])
    assert (model.vector_size, model.negative, model.hs, model.sg, model.window, model.seed) == (6, 3, 0, 0, 5, 3)
    assert model.wv.get_vecattr("the", "count") == 10
    assert model.corpus_count > 0
    assert model.train_count == 1
    sentences = [["the", "dog", "ran"], ["the", "cat", "sat"]] * 5
    model.sample = 0
    assert model.train(sentences, total_examples=len(sentences), epochs=1) == (30, 30)
    assert not np.array_equal(model.wv.vectors, expected["vectors"])


def test_models_whose_training_cannot_continue_are_rejected() -> None:
    with pytest.raises(NotContinuableError, match="hierarchical softmax"):
        Word2Vec.from_gensim(FILES / "gensim-hierarchical.model")
    with pytest.raises(FormatError, match="vectors without a model"):
        Word2Vec.from_gensim(FILES / "gensim-separate.kv")


def test_convert_keeps_the_model_if_possible(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    expected = np.load(FILES / "gensim-negative.expected.npz")
    target = str(tmp_path / "model.safetensors")
    assert main(["convert", str(FILES / "gensim-negative.model"), target]) == 0
    assert "(model)" in capsys.readouterr().out
    np.testing.assert_array_equal(Word2Vec.load(target).syn1neg, expected["syn1neg"])
    for name in ("gensim-hierarchical.model", "gensim-separate.kv"):
        assert main(["convert", str(FILES / name), target]) == 0
        captured = capsys.readouterr()
        assert "(vectors)" in captured.out
        assert ("only the vectors are written" in captured.err) == ("hierarchical" in name)
        assert main(["convert", str(FILES / name), target, "--to", "model"]) == 2
        capsys.readouterr()
