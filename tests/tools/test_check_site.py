"""The check of the documentation site finds broken links, pictures without text, and files of other hosts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TOOL = Path(__file__).resolve().parents[2] / "tools" / "check_site.py"


def check(site: Path, *flags: str) -> tuple[int, list[str]]:
    done = subprocess.run(
        [sys.executable, str(TOOL), str(site), *flags], capture_output=True, encoding="utf-8", check=False
    )
    return done.returncode, done.stdout.splitlines()


def write(site: Path, body: str) -> None:
    (site / "folder").mkdir(exist_ok=True)
    (site / "index.html").write_text(body, encoding="utf-8")
    (site / "folder" / "a page.html").write_text(
        '<h2 id="section">x</h2><a href="../index.html">y</a>', encoding="utf-8"
    )
    (site / "picture.svg").write_text("<svg/>", encoding="utf-8")


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ('<a href="folder/a%20page.html#section">x</a><img src="picture.svg" alt="a chart">', None),
        ('<a id="top"></a><a href="#top">x</a><a href="https://example.org/x#y">z</a>', None),
        ('<a href="none.html">x</a>', "page does not exist: none.html"),
        ('<a href="folder/a%20page.html#none">x</a>', "section does not exist: folder/a%20page.html#none"),
        ('<img src="picture.svg">', "picture without alternative text: picture.svg"),
        ('<img src="none.png" alt="a chart">', "file does not exist: none.png"),
        (
            '<script src="https://cdn.example.org/x.js"></script>',
            "loaded from another host: https://cdn.example.org/x.js",
        ),
        ('<link rel="stylesheet" href="//fonts.example.org/x">', "loaded from another host: //fonts.example.org/x"),
        ('<link rel="canonical" href="https://example.org/">', None),
    ],
)
def test_problems_are_found(tmp_path: Path, body: str, problem: str | None) -> None:
    write(tmp_path, body)
    status, lines = check(tmp_path)
    assert (status, lines[:-1]) == ((1, [f"index.html: {problem}"]) if problem else (0, []))


def test_fonts_of_other_hosts_in_style_sheets(tmp_path: Path) -> None:
    write(tmp_path, "")
    (tmp_path / "x.css").write_text(
        '@import "https://fonts.example.org/a"; b { background: url(x.png) }', encoding="utf-8"
    )
    assert check(tmp_path)[1][0] == "x.css: loaded from another host: https://fonts.example.org/a"


def test_external_links_are_listed(tmp_path: Path) -> None:
    write(tmp_path, '<a href="https://example.org/b">x</a><a href="https://example.org/a">x</a>')
    assert check(tmp_path, "--external") == (0, ["https://example.org/a", "https://example.org/b"])


def test_an_empty_folder_is_not_a_site(tmp_path: Path) -> None:
    assert check(tmp_path)[0] == 1
