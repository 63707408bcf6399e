"""Quantisation of supervised models."""

from __future__ import annotations

import importlib.util
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from reference.fasttext_prediction import dense
from reference.fasttext_training import nearest
from wordkin.fasttext import FastTextModel, load_model, train_supervised
from wordkin.fasttext.supervised.quantization import quantized_matrix
from wordkin.runtime.compute import Compute
from wordkin.vectors.files.fasttext_format import CENTROIDS, QuantizedMatrix

from .test_supervised import lines_of

TEXT = lines_of(400) + "".join(f"__label__{i % 3} word{i} other{i % 50}\n" for i in range(400))
COMPUTE = Compute.choose(workers=2)


def trained(**options: Any) -> FastTextModel:
    given = {"dim": 7, "thread": 1, "verbose": 0, "lr": 0.5, "wordNgrams": 2, "bucket": 2000, **options}
    return train_supervised(io.BytesIO(TEXT.encode()), **given)


def rows_of(count: int, columns: int) -> NDArray[np.float32]:
    draw = np.random.default_rng(1)
    return (draw.normal(size=(count, columns)) * draw.exponential(size=(count, 1))).astype(np.float32)


@pytest.mark.parametrize("with_norms", [False, True])
@pytest.mark.parametrize(("columns", "part_columns"), [(1, 2), (5, 2), (6, 3), (7, 7), (8, 100)])
def test_codes_are_those_of_the_nearest_centroids(columns: int, part_columns: int, with_norms: bool) -> None:
    rows = rows_of(700, columns)
    rows[3] = 0
    found = quantized_matrix(rows, part_columns, with_norms, COMPUTE)
    assert found.shape == rows.shape
    assert (found.norm_codes is not None) == with_norms
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    expected = rows / np.where(norms == 0, 1, norms) if with_norms else rows
    quantizer = found.quantizer
    for part in range(quantizer.parts):
        first = part * quantizer.part_columns
        width = min(quantizer.part_columns, columns - first)
        start = CENTROIDS * first
        centroids = quantizer.centroids[start : start + CENTROIDS * width].reshape(CENTROIDS, width)
        points = expected[:, first : first + width].astype(np.float64)
        codes = nearest(points, centroids.astype(np.float64))
        distances = [((points - centroids[chosen]) ** 2).sum(axis=1) for chosen in (codes, found.codes[:, part])]
        np.testing.assert_allclose(distances[1], distances[0], atol=1e-5)  # of rounding: the second nearest at times


def test_centroids_are_means_of_their_rows() -> None:
    """After its rounds, k-means has changed the centroids little."""
    rows = rows_of(5000, 2)
    found = quantized_matrix(rows, 2, False, COMPUTE)
    centroids = found.quantizer.centroids.reshape(CENTROIDS, 2)
    used = np.unique(found.codes)
    means = np.array([rows[found.codes[:, 0] == code].mean(axis=0) for code in used])
    assert len(used) > 250
    assert np.abs(means - centroids[used]).mean() < 0.02
    error = ((dense(found) - rows) ** 2).sum() / (rows**2).sum()
    assert error < 0.06


def test_the_number_of_threads_does_not_matter() -> None:
    rows = rows_of(600, 6)
    one, two = (quantized_matrix(rows, 2, True, Compute.choose(workers=workers)) for workers in (1, 2))
    np.testing.assert_array_equal(one.codes, two.codes)
    np.testing.assert_array_equal(one.quantizer.centroids, two.quantizer.centroids)


def test_few_distinct_rows() -> None:
    rows = np.tile(rows_of(3, 4), (100, 1))
    found = quantized_matrix(rows, 2, True, COMPUTE)
    np.testing.assert_allclose(dense(found), rows, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"qnorm": True},
        {"dsub": 3},
        {"dsub": 100, "qnorm": True},
        {"cutoff": 300, "qnorm": True},
        {"cutoff": 300, "qnorm": True, "retrain": True},
        {"cutoff": 10**6, "retrain": True},
    ],
)
def test_accuracy_after_quantisation(options: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "train").write_text(TEXT, encoding="utf-8")
    (tmp_path / "test").write_text(lines_of(200, seed=2), encoding="utf-8")
    model = trained(maxn=3, minn=2)
    before = model.test(tmp_path / "test")
    model.quantize(input=tmp_path / "train", thread=1, **options)
    assert model.is_quantized()
    after = model.test(tmp_path / "test")
    assert after[0] == before[0]
    assert after[1] > before[1] - 0.03
    model.save_model(tmp_path / "m.ftz")
    loaded = load_model(tmp_path / "m.ftz")
    assert loaded.test(tmp_path / "test") == after
    if 0 < options.get("cutoff", 0) < 10**6:
        assert len(loaded.words) < 300
        assert "</s>" in loaded
    if importlib.util.find_spec("fasttext_pybind") is None:  # needs fastText to compare with
        return
    theirs = importlib.import_module("fasttext_pybind").fasttext()
    theirs.loadModel(str(tmp_path / "m.ftz"))
    for text in ("pear snow", "of the zinc", "unheard word7"):
        labels, probabilities = model.predict(text, k=3)
        expected = theirs.predict(text + "\n", 3, 0.0, "strict")
        assert list(labels) == [label for _, label in expected]
        np.testing.assert_allclose(probabilities, [probability for probability, _ in expected], atol=1e-4)


def test_rows_that_are_kept() -> None:
    model = trained()
    rows, words = model.get_input_matrix(), model.words
    norms = np.linalg.norm(rows, axis=1)
    norms[words.index("</s>")] = np.inf
    kept = set(np.argsort(-norms, kind="stable")[:300].tolist())
    model.quantize(cutoff=300)
    assert model.words == [word for row, word in enumerate(words) if row in kept]
    pruned = model._state.file.pruned
    assert pruned is not None
    assert {bucket + len(words) for bucket in pruned[:, 0].tolist()} == {row for row in kept if row >= len(words)}


def test_quantised_output() -> None:
    text = "".join(f"__label__{i} word{i} word{i + 1}\n" for i in range(400))
    model = train_supervised(io.BytesIO(text.encode()), dim=6, lr=1.0, epoch=30, thread=1, verbose=0)
    labels = model.predict([f"word{i}" for i in range(400)])[0]
    model.quantize(qout=True, qnorm=True)
    assert isinstance(model._state.file.output, QuantizedMatrix)
    same = [a == b for a, b in zip(labels, model.predict([f"word{i}" for i in range(400)])[0], strict=True)]
    assert sum(same) > 200


def test_retraining_changes_the_rows(tmp_path: Path) -> None:
    (tmp_path / "train").write_text(TEXT, encoding="utf-8")
    plain, retrained = trained(), trained()
    plain.quantize(cutoff=300)
    retrained.quantize(cutoff=300, input=tmp_path / "train", retrain=True, epoch=2, lr=0.2, thread=1)
    assert plain.words == retrained.words
    assert not np.array_equal(plain.get_output_matrix(), retrained.get_output_matrix())
    assert retrained._state.file.arguments.epoch == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"retrain": True}, "input must be the labelled text if retrain is true, got None"),
        ({"cutoff": 100}, "the input matrix must have at least 256 rows to be quantised, got 100"),
        ({"qout": True}, "the output matrix must have at least 256 rows to be quantised, got 6"),
        ({"dsub": 0}, "dsub must be"),
        ({"cutoff": -1}, "cutoff must be"),
        ({"lr": float("nan")}, "lr must be"),
        ({"epoch": 0}, "epoch must be"),
        ({"thread": 0}, "thread must be from 1 to 4096, got 0"),
    ],
)
def test_bad_arguments(options: dict[str, Any], message: str) -> None:
    model = trained()
    with pytest.raises(ValueError, match=message):
        model.quantize(**options)
    assert not model.is_quantized()


def test_models_that_cannot_be_quantised(tmp_path: Path) -> None:
    model = trained()
    model.quantize()
    with pytest.raises(ValueError, match="got one that is quantised already"):
        model.quantize()
    files = Path(__file__).parent.parent / "formats"
    with pytest.raises(ValueError, match="quantize needs a supervised model"):
        load_model(files / "fasttext.bin").quantize()
