"""Phrases of texts that are prepared before they are counted."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest

import wordkin
from wordkin import FrozenPhrases, Phrases
from wordkin.cli.program import main
from wordkin.errors import CorpusError
from wordkin.text import PreparationOptions

OPTIONS: dict[str, Any] = {"tokenizer": "words", "lowercase": True, "min_token_length": 2}
PREPARATION = PreparationOptions(**OPTIONS)
TEXT = "In New York, it rains.\nNew York!\nA new NEW\u00a0YORK?\nOld York.\n"
LISTS = [PREPARATION.tokens(line) for line in TEXT.splitlines()]


def split(text: str) -> list[str]:
    return text.lower().replace("new york", "new-york").split()


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "text"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.fixture
def phrases(text: Path) -> Phrases:
    return Phrases(text, min_count=1, threshold=0.5, **OPTIONS)


def test_prepared_texts_are_counted_as_their_tokens(phrases: Phrases, text: Path) -> None:
    expected = Phrases(LISTS, min_count=1, threshold=0.5)
    of_texts = Phrases(TEXT.splitlines(), min_count=1, threshold=0.5, **OPTIONS)
    assert phrases.vocab == of_texts.vocab == expected.vocab
    phrases.add_vocab(text, workers=2)
    assert phrases.vocab["new_york"] == 2 * expected.vocab["new_york"]


@pytest.mark.parametrize(
    "derive", [lambda model: model, FrozenPhrases, lambda model: pickle.loads(pickle.dumps(model))]
)
def test_texts_are_prepared_before_phrases_are_joined(phrases: Phrases, derive: Any, text: Path) -> None:
    model = derive(phrases)
    assert model.preparation == PREPARATION
    joined = [model[tokens] for tokens in LISTS]
    assert joined[0] == ["in", "new_york", "it", "rains"]
    assert [*model[text]] == [*model[text]] == joined
    assert [model[line] for line in TEXT.splitlines()] == joined
    found = model.find_phrases(text)
    assert found == model.find_phrases(LISTS) == model.find_phrases(TEXT.splitlines())
    report = model.apply_file(text, text.with_name("joined"), workers=2)
    assert text.with_name("joined").read_text(encoding="utf-8").splitlines() == [" ".join(tokens) for tokens in joined]
    assert report.words == sum(map(len, LISTS))


@pytest.mark.parametrize("cls", [Phrases, FrozenPhrases])
def test_the_preparation_is_saved(phrases: Phrases, cls: Any, tmp_path: Path) -> None:
    model = phrases if cls is Phrases else phrases.freeze()
    model.save(tmp_path / "model")
    loaded = cls.load(tmp_path / "model")
    assert loaded.preparation == PREPARATION
    assert loaded["NEW York!"] == ["new_york"]
    plain = Phrases(LISTS) if cls is Phrases else Phrases(LISTS).freeze()
    plain.save(tmp_path / "plain")
    assert b"preparation" not in (tmp_path / "plain").read_bytes()
    assert wordkin.load(tmp_path / "plain").preparation.is_default


@pytest.mark.parametrize("freezes", [False, True])
def test_the_description_of_a_file_has_the_preparation(
    phrases: Phrases, freezes: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (phrases.freeze() if freezes else phrases).save(tmp_path / "model")
    assert main(["info", str(tmp_path / "model")]) == 0
    shown = capsys.readouterr().out
    assert "tokenizer=words, lowercase=True, min_token_length=2" in shown
    assert "threshold" in shown


def test_a_function_as_tokenizer(text: Path, tmp_path: Path) -> None:
    phrases = Phrases(text, min_count=1, threshold=0.5, tokenizer=split)
    lists = [wordkin.preprocess(line, tokenizer=split) for line in TEXT.splitlines()]
    expected = Phrases(lists, min_count=1, threshold=0.5)
    assert phrases.vocab == expected.vocab
    assert [*phrases[text]] == [expected[tokens] for tokens in lists]
    phrases.apply_file(text, tmp_path / "joined")
    lines = (tmp_path / "joined").read_text(encoding="utf-8").splitlines()
    assert lines == [" ".join(expected[tokens]) for tokens in lists]
    phrases.preparation = PreparationOptions(tokenizer=lambda text: [text])
    with pytest.raises(CorpusError, match=r"must not contain whitespace, got .In New York"):
        phrases.apply_file(text, tmp_path / "joined")


def test_token_lists_cannot_be_counted_with_options() -> None:
    with pytest.raises(TypeError, match="sentences must be texts"):
        Phrases(LISTS, **OPTIONS)
    with pytest.raises(TypeError, match="not split into tokens"):
        Phrases(LISTS)["a text"]


def test_the_command_prepares_texts_once(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.txt").write_text(TEXT * 3, encoding="utf-8")
    (folder / "sub" / "b.txt").write_text(TEXT * 3, encoding="utf-8")
    (folder / "c.md").write_text("ignored\n", encoding="utf-8")
    output, saved = tmp_path / "joined", tmp_path / "saved"
    flags = ["--tokenizer", "words", "--lowercase", "--min-token-length", "2", "--glob", "*.txt", "--min-count", "1"]
    flags += ["--threshold", "0.1", "--save", str(saved)]
    assert main(["phrases", str(folder), "-o", str(output), *flags]) == 0
    model = Phrases.load(saved)
    assert model.preparation == PREPARATION
    lines = output.read_text(encoding="utf-8").splitlines()
    assert lines == [" ".join(model[tokens]) for tokens in LISTS * 6]
    assert main(["phrases", str(folder), "-o", str(output), *flags, "--passes", "2"]) == 0
    second = Phrases.load(saved)
    assert second.preparation.is_default
    assert output.read_text(encoding="utf-8").splitlines() == [" ".join(second[model[tokens]]) for tokens in LISTS * 6]
