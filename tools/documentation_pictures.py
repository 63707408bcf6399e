"""Make the pictures of the explorer in docs/images: vectors of a text, their page, and Chromium.

    python tools/documentation_pictures.py wiki-lower-17m.txt.gz

Needs wordkin, the packages playwright and pillow, and an installed Chromium (`--chromium PATH` if it is not found).
Pictures are stored with 256 colours, which keeps each below 200 kB.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, sync_playwright

import wordkin

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
COLOURS = 256
WIDE, PHONE = (1200, 760), (390, 780)
WORD, ANALOGY = "guitar", ("france", "french", "italy")


def vectors_of(corpus: Path) -> wordkin.KeyedVectors:
    return wordkin.Word2Vec(corpus_file=corpus, sg=1, vector_size=100, min_count=20).wv


def show(page: Page, address: str, analogy: bool) -> None:
    """Open the page, select a word and answer an analogy."""
    page.goto(address)
    page.fill("#search", WORD)
    page.press("#search", "Enter")
    page.wait_for_timeout(500)  # the map moves to the word
    if not analogy:
        return
    for name, word in zip("abc", ANALOGY, strict=True):
        page.fill(f"#analogy-{name}", word)
    page.press("#analogy-c", "Enter")
    page.wait_for_selector("#analogy-answers li")


def picture(browser: Any, address: str, name: str, size: tuple[int, int], scheme: str) -> None:
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, device_scale_factor=1.5
    )
    page = context.new_page()
    show(page, address, analogy=size == WIDE)
    page.mouse.move(0, 0)
    page.evaluate("window.scrollTo(0, 0); document.activeElement.blur()")
    page.wait_for_timeout(200)
    path = IMAGES / f"{name}.png"
    page.screenshot(path=path)
    with Image.open(path) as image:
        image.convert("RGB").quantize(COLOURS).save(path, optimize=True)
    context.close()
    print(f"{path.name}: {path.stat().st_size / 1e3:.0f} kB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--chromium", default=shutil.which("chromium"), help="path of the browser")
    options = parser.parse_args()
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder) / "explorer.html"
        vectors_of(options.corpus).explore(path, max_words=8000, title="Words of Wikipedia")
        browser = playwright.chromium.launch(executable_path=options.chromium)
        picture(browser, path.as_uri(), "explorer-light", WIDE, "light")
        picture(browser, path.as_uri(), "explorer-dark", WIDE, "dark")
        picture(browser, path.as_uri(), "explorer-phone", PHONE, "light")
        browser.close()


if __name__ == "__main__":
    main()
