"""Labels of plots: their positions, and plots of very many, equal or exotic words."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest

from wordkin import KeyedVectors
from wordkin.vectors.explorer.labels import label_corners


def overlaps(corners: np.ndarray, sizes: np.ndarray) -> int:
    ends = corners + sizes
    common = np.minimum(ends[:, np.newaxis], ends) - np.maximum(corners[:, np.newaxis], corners)
    return int(((common > 0).all(axis=2).sum() - len(corners)) // 2)


def test_labels_avoid_each_other_and_points() -> None:
    points = np.array([[0.0, 0.0], [6.0, 0.0], [3.0, 5.0]])
    sizes = np.full((3, 2), [30.0, 10.0])
    corners = label_corners(points, sizes)
    assert overlaps(corners, sizes) == 0
    inside = (points >= corners[:, np.newaxis]) & (points <= (corners + sizes)[:, np.newaxis])
    assert not inside.all(axis=2).any()


def test_labels_without_space_overlap_or_are_left_out() -> None:
    points, sizes = np.zeros((40, 2)), np.full((40, 2), [30.0, 10.0])
    assert overlaps(label_corners(points, sizes), sizes) > 0
    corners = label_corners(points, sizes, may_overlap=False)
    placed = ~np.isnan(corners[:, 0])
    assert 2 <= placed.sum() < 40
    assert overlaps(corners[placed], sizes[placed]) == 0


def vectors_of(words: list[str], rows: np.ndarray | None = None) -> KeyedVectors:
    rows = np.random.default_rng(1).normal(size=(len(words), 3)) if rows is None else rows
    return KeyedVectors.from_vocabulary(words, rows.astype(np.float32))


@pytest.mark.filterwarnings("ignore:Glyph")
@pytest.mark.parametrize("count", [1, 2, 400])
def test_constant_vectors_and_odd_words_can_be_drawn(count: int) -> None:
    pytest.importorskip("matplotlib")
    words = [
        ["$x", "中文", "word", "", "a\nb", "\ud800\0", "\\frac{"][number % 7] * (1 + number // 7)
        for number in range(count)
    ]
    vectors = (
        vectors_of(words, np.ones((count, 3)))
        if count < 4
        else vectors_of([f"{word}{n}" for n, word in enumerate(words)])
    )
    figure = vectors.plot(vectors.index_to_key)
    figure.savefig(BytesIO(), format="png", dpi=20)
    assert figure.axes[0].get_title() == ("labels among the first 300 words" if count > 300 else "")


def test_of_a_million_words_the_first_are_drawn() -> None:
    pytest.importorskip("matplotlib")
    vectors = vectors_of([str(number) for number in range(1000)])
    axes = vectors.plot(vectors.index_to_key * 1000).axes[0]
    assert axes.get_title() == "the first 50,000 of 1,000,000 words; labels among the first 300 words"
    assert len(axes.collections[0].get_offsets()) == 50_000
    assert len(axes.texts) <= 300


def test_by_default_the_first_hundred_words_are_drawn() -> None:
    pytest.importorskip("matplotlib")
    axes = vectors_of([str(number) for number in range(500)]).plot().axes[0]
    assert sorted(text.get_text() for text in axes.texts) == sorted(str(number) for number in range(100))
    with pytest.raises(ValueError, match="words must contain at least one key"):
        KeyedVectors(2).plot()
