"""The data on the page, its bounds, and hostile words."""

from __future__ import annotations

import base64
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordkin import KeyedVectors
from wordkin.errors import VocabularyError
from wordkin.vectors.explorer.layout import cluster_numbers, map_positions


def random_vectors(words: int, size: int = 10, seed: int = 1) -> KeyedVectors:
    rows = np.random.default_rng(seed).normal(size=(words, size)).astype(np.float32)
    return KeyedVectors.from_vocabulary([f"word{number}" for number in range(words)], rows)


def data_of(page: str) -> Any:
    found = re.search(r'<script id="data" type="application/json">(.*?)</script>', page, flags=re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def rows_of(rows: Any, size: int) -> np.ndarray:
    dtype = {8: "<i1", 16: "<i2"}[rows["bits"]]
    integers = np.frombuffer(base64.b64decode(rows["integers"]), dtype=dtype).reshape(-1, size)
    return integers * np.frombuffer(base64.b64decode(rows["factors"]), dtype="<f4")[:, np.newaxis]


@pytest.mark.parametrize(("words", "bits"), [(200, 16), (12_000, 8)])
def test_rows_are_close_to_the_vectors(words: int, bits: int) -> None:
    vectors = random_vectors(words, size=100)
    data = data_of(vectors.explore(max_words=50_000).html)
    assert data["rows"]["bits"] == bits
    rows = rows_of(data["rows"], 100)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(rows, vectors.get_normed_vectors(), atol=5e-3 if bits == 8 else 2e-5)
    assert data["words"] == vectors.index_to_key
    assert data["counts"] == vectors.expandos["count"].tolist()


def test_twenty_thousand_words_of_100_dimensions_take_at_most_5_megabytes() -> None:
    page = random_vectors(20_000, size=100).explore()
    assert (page.shown, page.total) == (20_000, 20_000)
    assert len(page.html.encode()) <= 5_000_000


def test_the_page_has_no_links_and_escapes_words(tmp_path: Path) -> None:
    words = [
        "</script><script>alert(1)</script>",
        "<b>",
        "&amp;",
        "%%DATA%%",
        "'\"",
        "a\u2028b",
        "\ud800",
        "",
        "\0",
        "<!--",
    ]
    vectors = KeyedVectors(3)
    vectors.add_vectors(words, np.random.default_rng(1).normal(size=(len(words), 3)))
    page = vectors.explore(tmp_path / "page.html", title="</title><script>alert(2)</script> & more")
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert text == page.html
    assert data_of(text)["words"] == words
    tags: list[str] = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
            tags.append(tag)
            for name, value in attributes:
                assert name not in ("src", "href") or value == "data:,", (tag, name, value)
                assert not name.startswith("on")

    Tags().feed(text)
    assert tags.count("script") == 2
    assert "default-src 'none'" in text


def test_another_table_is_shown_for_the_words_that_both_have() -> None:
    vectors, other = random_vectors(50), random_vectors(40, seed=2)
    data = data_of(vectors.explore(other=other).html)
    indices = np.frombuffer(base64.b64decode(data["other"]["indices"]), dtype="<u4")
    assert indices.tolist() == list(range(40))
    np.testing.assert_allclose(rows_of(data["other"]["rows"], 10), other.get_normed_vectors(), atol=2e-5)
    nothing = KeyedVectors(10)
    nothing.add_vectors(["unknown"], np.ones((1, 10)))
    assert data_of(vectors.explore(other=nothing).html)["other"]["indices"] == ""


def test_the_most_frequent_words_of_many_are_shown() -> None:
    page = random_vectors(3000, size=4).explore(max_words=100)
    assert (page.shown, page.total) == (100, 3000)
    data = data_of(page.html)
    assert (len(data["words"]), data["total"]) == (100, 3000)
    assert "100 of 3,000 words" in repr(page)


@pytest.mark.parametrize(
    "rows", [[[1.0, 2.0, 3.0]], [[1.0, 1.0, 1.0]] * 5, [[0.0, 0.0, 0.0]] * 2, [[1.0, 0, 0], [0, 0, 0]]]
)
def test_single_constant_and_zero_vectors(rows: list[list[float]]) -> None:
    vectors = KeyedVectors(3)
    vectors.add_vectors([f"word{number}" for number in range(len(rows))], rows)
    data = data_of(vectors.explore().html)
    positions = np.frombuffer(base64.b64decode(data["positions"]), dtype="<u2").reshape(-1, 2)
    assert len(positions) == len(rows)
    if len(np.unique(np.array(rows), axis=0)) == 1:
        assert (np.abs(positions.astype(int) - 32768) <= 1).all()


def test_one_dimension() -> None:
    vectors = KeyedVectors(1)
    vectors.add_vectors(["a", "b"], [[1.0], [-1.0]])
    assert data_of(vectors.explore().html)["size"] == 1


def test_clusters_follow_directions_and_do_not_depend_on_chance() -> None:
    generator = np.random.default_rng(3)
    centres = np.eye(4)
    rows = np.repeat(centres, [40, 30, 20, 10], axis=0) + 0.01 * generator.normal(size=(100, 4))
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    numbers = cluster_numbers(rows, 4, seed=5)
    assert (numbers == cluster_numbers(rows, 4, seed=5)).all()
    assert max(len(set(numbers[start:stop])) for start, stop in ((0, 40), (40, 70), (70, 90), (90, 100))) == 1
    assert len(cluster_numbers(rows[:2], 12, seed=1)) == 2


def test_principal_components_are_those_of_the_covariance() -> None:
    generator = np.random.default_rng(1)
    rows = (generator.normal(size=(500, 6)) * [9, 5, 1, 1, 1, 1]).astype(np.float32)
    positions = map_positions(rows, "pca", 1).astype(np.float64)
    for axis in (0, 1):
        assert abs(np.corrcoef(positions[:, axis], rows[:, axis])[0, 1]) > 0.99
    assert np.ptp(positions[:, 0]) == 65535


def test_jupyter_shows_a_frame() -> None:
    shown = random_vectors(5).explore()._repr_html_()
    assert shown.startswith("<iframe")
    assert "<script" not in shown


def test_bad_arguments_are_named(tmp_path: Path) -> None:
    vectors = random_vectors(5)
    with pytest.raises(VocabularyError, match="at least one word"):
        KeyedVectors(3).explore()
    with pytest.raises(ValueError, match="max_words must be"):
        vectors.explore(max_words=50_001)
    with pytest.raises(ValueError, match="layout must be one of 'pca', 'umap', 'tsne', got 'mds'"):
        vectors.explore(layout="mds")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="other must have vectors of size 10, got 3"):
        vectors.explore(other=random_vectors(5, size=3))
    broken = random_vectors(5)
    broken.vectors[3] = np.inf
    with pytest.raises(ValueError, match="got NaN or infinite values for 'word3'"):
        broken.explore()
    with pytest.raises(OSError):
        vectors.explore(tmp_path / "missing" / "page.html")


def test_plots_are_returned_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    matplotlib = pytest.importorskip("matplotlib")
    from matplotlib.figure import Figure

    matplotlib.use("agg")
    vectors = random_vectors(20)
    figure = vectors.plot(["word1", "word7"])
    assert isinstance(figure, Figure)
    labels = [text.get_text() for text in figure.axes[0].texts]
    assert labels == ["word1", "word7"]
    axes = Figure().subplots()
    assert vectors.plot(["word3"], ax=axes) is axes.get_figure()
    dollars = KeyedVectors(2)
    dollars.add_vectors(["$a", "b$ \\frac{"], np.eye(2))
    dollars.plot(["$a", "b$ \\frac{"]).canvas.draw()
    with pytest.raises(KeyError):
        vectors.plot(["unknown"])
    with pytest.raises(ValueError, match="words must contain"):
        vectors.plot([])
    with pytest.raises(TypeError, match="words must be a list"):
        vectors.plot("word1")
