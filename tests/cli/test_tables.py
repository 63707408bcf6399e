"""Tables: aligned and wrapped on terminals, separated by tabs elsewhere."""

from __future__ import annotations

import sys

import pytest

from wordkin.cli.tables import display_width, print_table, table_lines


def test_tables_in_pipes_have_tabs(capsys: pytest.CaptureFixture[str]) -> None:
    print_table([("name", "count"), ("a", "5"), ("tab\tand\nline", "")], right=[1])
    assert capsys.readouterr().out == "name\tcount\na\t5\ntab\\tand\\nline\t\n"
    print_table([])
    assert capsys.readouterr().out == ""


def test_tables_on_terminals_are_aligned(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "30")
    print_table([("name", "count"), ("a", "5"), ("longer", "1234567")], right=[1])
    assert capsys.readouterr().out == "name      count\na             5\nlonger  1234567\n"
    print_table([("word", "0.5", "a list of many, many words"), ("語", "0.25", "")], right=[1])
    assert capsys.readouterr().out == "word   0.5  a list of many,\n            many words\n語    0.25\n"


@pytest.mark.parametrize(
    ("text", "width"), [("", 0), ("word", 4), ("水滸傳", 6), ("naïve", 5), ("nai\u0308ve", 5), ("ｗ", 2), ("كَتَبَ", 3)]
)
def test_widths(text: str, width: int) -> None:
    assert display_width(text) == width


def test_long_words_are_not_broken() -> None:
    assert table_lines([("donaudampfschifffahrt and more", "x")], width=12) == [
        "donaudampfschifffahrt  x",
        "and more",
    ]


def test_all_wide_columns_share_the_terminal() -> None:
    cell = "one two three four five six seven eight"
    lines = table_lines([("w", cell, cell)], width=50)
    assert max(map(len, lines)) <= 50
    assert [" ".join(" ".join(line[start : start + 23].strip() for line in lines).split()) for start in (3, 27)] == [
        cell,
        cell,
    ]
