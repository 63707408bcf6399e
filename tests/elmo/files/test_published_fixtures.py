"""Vectors that the authors of bilm-tf and AllenNLP published together with tiny models."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from wordkin import ELMo

h5py = pytest.importorskip("h5py")

STREAMS, SENTENCES = 3, 10
# Twice the tolerance of the original tests: both sides are float32 sums, taken in different orders.
TOLERANCE = 2e-6
SENTENCES_FILES = {"bilm": "lm_embeddings_sentences.json", "allennlp": "sentences.json"}


@pytest.fixture(params=SENTENCES_FILES)
def maker(request: pytest.FixtureRequest) -> str:
    """Program whose authors published the fixture."""
    return str(request.param)


@pytest.fixture
def folder(data: Path, maker: str) -> Path:
    """Folder of the fixture."""
    path = data / f"elmo-fixture-{maker}"
    if not path.is_dir():
        pytest.skip(f"needs {path}")
    return path


@pytest.fixture
def model(folder: Path) -> ELMo:
    """Model of the fixture."""
    return ELMo.from_pretrained(folder / "options.json", folder / "lm_weights.hdf5")


def expected_vectors(folder: Path, stream: int) -> list[NDArray[np.float32]]:
    with h5py.File(folder / f"lm_embeddings_{stream}.hdf5") as file:
        return [np.concatenate(list(file[str(number)][...]), axis=1) for number in range(SENTENCES)]


def batches(folder: Path, maker: str) -> list[list[list[str]]]:
    """Return for each i a batch of the i-th sentences of all streams."""
    streams = json.loads((folder / SENTENCES_FILES[maker]).read_text(encoding="utf-8"))
    return [[stream[number].split() for stream in streams] for number in range(SENTENCES)]


def test_three_streams_with_carried_state(model: ELMo, folder: Path, maker: str) -> None:
    expected = [expected_vectors(folder, stream) for stream in range(STREAMS)]
    for number, batch in enumerate(batches(folder, maker)):
        given = model.encode(batch, "top", batch_size=STREAMS, stateful=True, workers=1, progress=False)
        for stream, vectors in enumerate(given):
            np.testing.assert_allclose(vectors, expected[stream][number], rtol=0, atol=TOLERANCE)
    # Without state only the first batch has the same vectors; after a reset, it has them again.
    model.reset_state()
    first, second = batches(folder, maker)[:2]
    again = model.encode(first, "top", batch_size=STREAMS, stateful=True)
    for stream, vectors in enumerate(model.encode(first, "top")):
        np.testing.assert_array_equal(vectors, again[stream])
    assert np.abs(model.encode(second, "top")[0] - expected[0][1]).max() > 1e-3


def test_all_streams_in_one_call(model: ELMo, folder: Path, maker: str) -> None:
    inputs = [sentence for batch in batches(folder, maker) for sentence in batch]
    given = model.encode(inputs, "all", batch_size=STREAMS, stateful=True)
    for stream in range(STREAMS):
        for number, expected in enumerate(expected_vectors(folder, stream)):
            np.testing.assert_allclose(given[STREAMS * number + stream][2], expected, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("maker", ["allennlp"])  # the other fixture has no token vectors
def test_token_layer_vectors(model: ELMo, folder: Path) -> None:
    words = (folder / "vocab_test.txt").read_text(encoding="utf-8").split("\n")
    with h5py.File(folder / "elmo_token_embeddings.hdf5") as file:
        expected = file["embedding"][...]
    given = model.to_keyed_vectors(words)
    assert given.index_to_key == words
    np.testing.assert_allclose(given.vectors, expected, rtol=0, atol=TOLERANCE)


def test_bfloat16_vectors_are_nearly_parallel_to_float32_vectors(model: ELMo, folder: Path, maker: str) -> None:
    # Rounding to 8 significant bits changes a factor by at most 2**-9 of its value, independently for every factor, so
    # that the relative error of a sum of n products is about 2**-9. Through three layers it stays below 2 %, and an
    # orthogonal error of 2 % reduces the cosine by 0.02**2 / 2 = 0.0002. (bench/elmo/bfloat16_error.py measures a
    # larger model on real text.)
    inputs = [sentence for batch in batches(folder, maker) for sentence in batch]
    pairs = zip(model.encode(inputs, "all"), model.encode(inputs, "all", precision="bfloat16"), strict=True)
    for one, other in pairs:
        cosines = (one * other).sum(axis=-1) / (np.linalg.norm(one, axis=-1) * np.linalg.norm(other, axis=-1))
        assert cosines.min() >= 0.9998
