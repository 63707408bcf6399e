"""Check the built documentation site: links, pictures, and that it works without a network connection.

    python tools/check_site.py build/site             # after `nox -s docs`, which runs this
    python tools/check_site.py build/site --external  # the external links, one per line

Links to pages and sections of the site must exist, pictures need alternative text, and nothing may be loaded from
another host: scripts, style sheets, fonts, pictures. External links are not visited; `sphinx-build -b linkcheck` does
that.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# What a browser loads by itself, as opposed to what a reader may follow.
LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src", "embed": "src"}
LOADED_LINKS = frozenset({"stylesheet", "preload", "prefetch", "icon", "modulepreload"})
CSS_ADDRESS = re.compile(r"""(?:url\(\s*['"]?|@import\s+['"])((?:https?:)?//[^'")\s]+)""")


class Page(HTMLParser):
    """The links, anchors and loaded files of a page, and pictures without alternative text."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.loaded: list[str] = []
        self.pictures_without_text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.anchors.update(values[name] for name in ("id", "name") if name in values)
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if tag == "link" and LOADED_LINKS.intersection(values.get("rel", "").split()):
            self.loaded.append(values.get("href", ""))
        if tag in LOADED and LOADED[tag] in values:
            self.loaded.append(values[LOADED[tag]])
        if tag == "img" and not values.get("alt", "").strip():
            self.pictures_without_text.append(values.get("src", ""))


def read_pages(site: Path) -> dict[Path, Page]:
    pages = {}
    for path in sorted(site.rglob("*.html")):
        pages[path] = Page()
        pages[path].feed(path.read_text(encoding="utf-8"))
    return pages


def is_external(address: str) -> bool:
    return bool(urlsplit(address).scheme or address.startswith("//"))


def problems_of(path: Path, page: Page, pages: dict[Path, Page]) -> list[str]:
    """Return what is wrong with a page, one line each."""
    found = [f"picture without alternative text: {source}" for source in page.pictures_without_text]
    for address in page.loaded:
        if is_external(address) and not address.startswith("data:"):
            found.append(f"loaded from another host: {address}")
        elif not is_external(address) and not (path.parent / unquote(urlsplit(address).path)).exists():
            found.append(f"file does not exist: {address}")
    for address in page.links:
        if is_external(address):
            continue
        parts = urlsplit(address)
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        if not target.exists():
            found.append(f"page does not exist: {address}")
        elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].anchors:
            found.append(f"section does not exist: {address}")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site", type=Path)
    parser.add_argument("--external", action="store_true", help="list the external links instead")
    options = parser.parse_args()
    site = options.site.resolve()
    pages = read_pages(site)
    external = Counter(link for page in pages.values() for link in page.links if is_external(link))
    if options.external:
        print(*sorted(external), sep="\n")
        return 0
    problems = [
        f"{path.relative_to(site)}: {problem}"
        for path, page in pages.items()
        for problem in dict.fromkeys(problems_of(path, page, pages))
    ]
    for path in sorted(site.rglob("*.css")):
        addresses = CSS_ADDRESS.findall(path.read_text(encoding="utf-8"))
        problems += [f"{path.relative_to(site)}: loaded from another host: {address}" for address in addresses]
    print(*problems, sep="\n", end="\n" if problems else "")
    print(f"{len(pages)} pages, {len(external)} external links, {len(problems)} problems")
    return int(bool(problems) or not pages)


if __name__ == "__main__":
    sys.exit(main())
