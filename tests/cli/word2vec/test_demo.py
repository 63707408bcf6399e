"""``wordkin demo``: vectors trained on the documentation of the running Python."""

from __future__ import annotations

from pathlib import Path

import pytest

from wordkin import Word2Vec
from wordkin.cli.word2vec.demo import SHOWN_WORDS, train_demo
from wordkin.cli.word2vec.python_documentation import documentation_sentences
from wordkin.errors import CorpusError

from ..conftest import Run

# The second word of each pair is among the ten nearest neighbours of the first, for both seeds.
NEIGHBOURS = {
    "directory": "directories",
    "exception": "runtimeerror",
    "list": "tuple",
    "module": "imported",
    "second": "first",
    "seconds": "timeout",
    "socket": "connection",
    "thread": "lock",
    "true": "false",
}


@pytest.fixture(scope="module")
def sentences() -> list[list[str]]:
    return documentation_sentences()


def test_documentation_has_enough_words(sentences: list[list[str]]) -> None:
    assert 200_000 < sum(map(len, sentences)) < 1_000_000
    assert all(word.isascii() and word.islower() for sentence in sentences[:100] for word in sentence)


@pytest.mark.parametrize("seed", [1, 2])
def test_neighbours_are_related_words(sentences: list[list[str]], seed: int) -> None:
    wv = train_demo(sentences, seed=seed).wv
    near = {word: [other for other, _ in wv.most_similar(word, topn=10)] for word in NEIGHBOURS}
    assert [word for word, other in NEIGHBOURS.items() if other not in near[word]] == []


def test_demo_reports_neighbours_and_saves_a_model(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sentences: list[list[str]]
) -> None:
    monkeypatch.setattr("wordkin.cli.word2vec.python_documentation.documentation_sentences", lambda: sentences)
    output = tmp_path / "demo.safetensors"
    report = run("demo", "-o", output, "--json").report
    assert set(report["neighbours"]) == set(SHOWN_WORDS)
    assert report["words_per_second"] > 0
    assert "tuple" in Word2Vec.load(output).wv


def test_suggested_commands_work(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sentences: list[list[str]]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("wordkin.cli.word2vec.python_documentation.documentation_sentences", lambda: sentences)
    Path("corpus.txt").write_text("a few words\n" * 20, encoding="utf-8")
    outcome = run("demo")
    assert outcome.status == 0
    suggested = [line.split()[1:] for line in outcome.out.splitlines() if line.startswith("  wordkin ")]
    assert len(suggested) == 5
    assert [arguments for arguments in suggested if run(*arguments).status != 0] == []


def test_sources_are_parsed_but_not_imported_and_broken_ones_are_skipped(tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text(
        '"""Three words here."""\nraise SystemExit\ndef f():\n    "And four more words."\n', encoding="utf-8"
    )
    (tmp_path / "broken.py").write_text("def", encoding="utf-8")
    (tmp_path / "test").mkdir()
    (tmp_path / "test" / "excluded.py").write_text('"""Tests are not read."""\n', encoding="utf-8")
    (tmp_path / "pydoc_data").mkdir()
    (tmp_path / "pydoc_data" / "topics.py").write_text(
        "topics = {'a': 'One long\\nstring it is\\n\\nToo short'}\n", encoding="utf-8"
    )
    assert documentation_sentences(tmp_path) == [
        ["three", "words", "here"],
        ["and", "four", "more", "words"],
        ["one", "long", "string", "it", "is"],
    ]


def test_missing_sources_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no documented source files"):
        documentation_sentences(tmp_path)
