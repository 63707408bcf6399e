"""The names of fastText's Python module beside its models, with what the package fasttext 0.9.2 returns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from wordkin import fasttext
from wordkin.fasttext import util

FILES = Path(__file__).parent.parent / "formats"
CLASSIFIER, VECTORS, QUANTIZED = (
    FILES / name for name in ("fasttext-softmax.bin", "fasttext.bin", "fasttext-whole.ftz")
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a b\nc", ["a", "b", "</s>", "c"]),
        ("", []),
        ("  x\ty\v z\f\r\n\n q ", ["x", "y", "z", "</s>", "</s>", "q"]),
        ("a\0b", ["a", "b"]),
        ("\n", ["</s>"]),
        ("</s> a", ["</s>", "a"]),
        ("a\u00a0b\u3000c", ["a\u00a0b\u3000c"]),
    ],
)
def test_tokens_are_those_of_fasttext(text: str, expected: list[str]) -> None:
    assert fasttext.tokenize(text) == expected


def test_markers() -> None:
    assert (fasttext.EOS, fasttext.BOW, fasttext.EOW) == ("</s>", "<", ">")


def test_the_nearest_row() -> None:
    generator = np.random.default_rng(1)
    vectors, query = generator.random((20, 5), np.float32), generator.random(5, np.float32)
    products = np.empty(20, np.float32)
    order = np.argsort(-(vectors @ query)).tolist()
    assert util.find_nearest_neighbor(query, vectors, set(), products) == order[0]
    np.testing.assert_allclose(products, vectors @ query, rtol=1e-6)
    assert util.find_nearest_neighbor(query, vectors, {*order[:3]}) == order[3]
    with pytest.raises(ValueError, match="must leave one of the 20 rows"):
        util.find_nearest_neighbor(query, vectors, range(20))


def test_precision_and_recall() -> None:
    assert util.test([["a", "b"], ["c", "a"]], [["a"], ["b", "c", "d"]], k=2) == (0.5, 0.5)
    assert np.isnan(util.test([], [])).all()


@pytest.mark.parametrize("path", [CLASSIFIER, VECTORS])
def test_a_model_of_all_components_gives_the_same_products(path: Path) -> None:
    model, whole = (fasttext.load_model(path) for _ in range(2))
    assert util.reduce_model(model, model.get_dimension()) is model
    products = model.get_input_matrix() @ model.get_output_matrix().T
    np.testing.assert_allclose(products, whole.get_input_matrix() @ whole.get_output_matrix().T, atol=1e-5)


def test_a_reduced_model_keeps_the_largest_components(tmp_path: Path) -> None:
    model = fasttext.load_model(CLASSIFIER)
    before = model.get_input_matrix() - model.get_input_matrix().mean(axis=0)
    variances = np.linalg.eigvalsh(before.T.astype(float) @ before)[::-1]
    util.reduce_model(model, 2)
    assert model.get_dimension() == model.get_word_vector("the").shape[0] == 2
    after = model.get_input_matrix() - model.get_input_matrix().mean(axis=0)
    np.testing.assert_allclose((after.astype(float) ** 2).sum(axis=0), variances[:2], rtol=1e-4)
    labels = model.predict("the cup")
    model.save_model(tmp_path / "small.bin")
    assert fasttext.load_model(tmp_path / "small.bin").predict("the cup")[0] == labels[0]


@pytest.mark.parametrize("dimension", [0, 10_000])
def test_dimensions_out_of_range(dimension: int) -> None:
    with pytest.raises(ValueError, match="target_dim must be from 1 to"):
        util.reduce_model(fasttext.load_model(CLASSIFIER), dimension)


def test_matrices_that_do_not_fit() -> None:
    model = fasttext.load_model(CLASSIFIER)
    inputs, outputs = np.array(model.get_input_matrix()), np.array(model.get_output_matrix())
    before = model.predict("the cup")[0]
    for arguments, message in (
        ((inputs[1:], outputs), "input_matrix must have"),
        ((inputs, outputs[:, :2]), "output_matrix must have .* columns"),
        ((inputs[:, :0], outputs[:, :0]), "input_matrix must have"),
        ((inputs * np.nan, outputs), "finite"),
    ):
        with pytest.raises(ValueError, match=message):
            model.set_matrices(*arguments)
    assert model.predict("the cup")[0] == before
    with pytest.raises(ValueError, match="quantised"):
        fasttext.load_model(QUANTIZED).set_matrices(inputs, outputs)


def test_nothing_is_downloaded() -> None:
    with pytest.raises(ValueError, match=r"no network connections: download https://\S+/cc\.nl\.300\.bin\.gz"):
        util.download_model("nl", if_exists="ignore")
