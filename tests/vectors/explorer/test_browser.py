"""The page in a real browser: Chromium, driven by playwright."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import wordkin
from wordkin import KeyedVectors

WORDS = 3000


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if executable is None:
        pytest.skip("needs Chromium")
    with playwright.sync_playwright() as manager:
        browser = manager.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def vectors() -> KeyedVectors:
    generator = np.random.default_rng(1)
    centres = generator.normal(size=(60, 50))
    rows = centres[generator.integers(0, 60, size=WORDS)] + 0.5 * generator.normal(size=(WORDS, 50))
    words = [f"word{number}" for number in range(WORDS - 2)] + ["</script><script>window.broken = 1</script>", "ğüş"]
    return KeyedVectors.from_vocabulary(words, rows.astype(np.float32))


class Page:
    """An open page, its messages, and its requests."""

    def __init__(self, browser: Any, path: Path, **options: Any) -> None:
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.messages: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.messages.append(message.text))
        self.page.on("pageerror", lambda error: self.messages.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(path.as_uri())

    def close(self) -> None:
        """Close the page, which must not have failed or used the network."""
        self.context.close()
        assert self.messages == []
        assert [url.split(":")[0] for url in self.requests] == ["file"]

    def listed(self, element: str) -> list[str]:
        """The words of a list."""
        return list(self.page.locator(f"#{element} button span:first-child").all_inner_texts())


SCREENS = [
    {"viewport": {"width": 1280, "height": 800}},
    {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"},
    {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True, "device_scale_factor": 2},
]


@pytest.mark.parametrize("screen", SCREENS, ids=["wide", "dark", "phone"])
def test_search_shows_the_neighbours_of_a_word(
    browser: Any, vectors: KeyedVectors, tmp_path: Path, screen: dict[str, Any]
) -> None:
    vectors.explore(tmp_path / "page.html")
    page = Page(browser, tmp_path / "page.html", **screen)
    page.page.fill("#search", "WORD17")
    assert page.page.locator("#completions li").first.inner_text() == "word17"
    page.page.keyboard.press("ArrowDown")
    page.page.keyboard.press("Enter")
    assert page.page.inner_text("#selected") == "word17"
    assert page.listed("neighbours") == [word for word, _ in vectors.most_similar("word17")]
    page.page.locator("#neighbours button").nth(2).click()
    assert page.page.inner_text("#selected") == vectors.most_similar("word17")[2][0]
    assert page.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.page.evaluate("window.broken === undefined")
    page.close()


def test_neighbours_and_analogies_of_many_words(browser: Any, vectors: KeyedVectors, tmp_path: Path) -> None:
    vectors.explore(tmp_path / "page.html")
    page = Page(browser, tmp_path / "page.html")
    for index in range(0, WORDS, 97):
        found = page.page.evaluate(f"explorer.neighbours({index}, 10)")
        expected = vectors.most_similar(vectors.index_to_key[index])
        assert [vectors.index_to_key[item["index"]] for item in found] == [word for word, _ in expected]
        np.testing.assert_allclose([item["score"] for item in found], [score for _, score in expected], atol=1e-4)
    for name, word in zip("abc", ("word1", "word2", "ğüş"), strict=True):
        page.page.fill(f"#analogy-{name}", word)
    page.page.press("#analogy-c", "Enter")
    answers = vectors.most_similar(positive=["word2", "ğüş"], negative=["word1"])
    assert page.listed("analogy-answers") == [word for word, _ in answers]
    page.page.fill("#analogy-a", "unknown")
    page.page.press("#analogy-a", "Enter")
    assert "unknown" in page.page.inner_text("#analogy-message")
    page.close()


def test_the_map_answers_to_mouse_keys_and_controls(browser: Any, vectors: KeyedVectors, tmp_path: Path) -> None:
    vectors.explore(tmp_path / "page.html")
    page = Page(browser, tmp_path / "page.html")
    before = page.page.screenshot()
    page.page.keyboard.press("/")
    assert page.page.evaluate("document.activeElement.id") == "search"
    box = page.page.locator("#map").bounding_box()
    page.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.page.mouse.wheel(0, -800)
    page.page.focus("#map")
    page.page.keyboard.press("ArrowLeft")
    page.page.wait_for_timeout(100)
    assert page.page.screenshot() != before
    page.page.select_option("#colour", "frequency")
    assert "rare" in page.page.inner_text("#legend")
    page.page.keyboard.press("0")
    page.page.evaluate("explorer.select(5)")
    page.page.focus("#map")
    page.page.keyboard.press("Escape")
    assert "Select a word" in page.page.inner_text("#selected")
    page.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.close()


def test_two_models_are_shown_side_by_side(browser: Any, vectors: KeyedVectors, tmp_path: Path) -> None:
    rows = vectors.vectors.copy()
    rows[3] = rows[1500]
    other = KeyedVectors.from_vocabulary(list(vectors.index_to_key)[: WORDS - 1], rows[: WORDS - 1])
    vectors.explore(tmp_path / "page.html", other=wordkin.align(other, vectors))
    page = Page(browser, tmp_path / "page.html")
    page.page.evaluate("explorer.select(3)")
    assert page.listed("neighbours") == [word for word, _ in vectors.most_similar("word3")]
    assert page.listed("other-neighbours") == [word for word, _ in other.most_similar("word3")]
    assert page.page.evaluate("explorer.agreement(3)") == pytest.approx(
        float(np.dot(*(table.get_vector("word3", norm=True) for table in (vectors, other)))), abs=1e-2
    )
    page.page.evaluate(f"explorer.select({WORDS - 1})")
    assert "not in the other vectors" in page.page.inner_text("#facts")
    page.close()


@pytest.mark.parametrize(("counts", "shown"), [([3, 2, 1], "most frequent"), ([1, 2, 3], "first"), (None, "first")])
def test_the_page_says_what_is_left_out(browser: Any, tmp_path: Path, counts: list[int] | None, shown: str) -> None:
    vectors = KeyedVectors(2)
    vectors.add_vectors(["a", "b", "c"], np.random.default_rng(1).normal(size=(3, 2)))
    if counts is not None:
        for word, count in zip("abc", counts, strict=True):
            vectors.set_vecattr(word, "count", count)
    vectors.explore(tmp_path / "page.html", max_words=2, other=vectors)
    page = Page(browser, tmp_path / "page.html")
    expected = f"the 2 {shown} of 3 words, 2 also in the other vectors, 2 dimensions"
    assert page.page.inner_text("#summary") == expected
    page.close()


def test_a_page_of_one_word(browser: Any, tmp_path: Path) -> None:
    single = KeyedVectors(2)
    single.add_vectors(["alone"], [[1.0, 0.0]])
    single.explore(tmp_path / "page.html")
    page = Page(browser, tmp_path / "page.html")
    page.page.fill("#search", "alone")
    page.page.keyboard.press("Enter")
    assert page.page.inner_text("#selected") == "alone"
    assert page.listed("neighbours") == []
    assert "1 word," in page.page.inner_text("#summary")
    page.close()
