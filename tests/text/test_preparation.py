"""Preparation of text in C++ against Python's own str methods and the rule for words."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import wordkin
from wordkin import Word2Vec
from wordkin.errors import CorpusError, VocabularyError
from wordkin.text import LineSentence, PreparationOptions, open_corpus
from wordkin.text.character_tables import _CASE_IGNORABLE, _CASED, _index, character_tables
from wordkin.text.preparation import core_preparer
from wordkin.text.tokenization import character_kind, split_words

# Letters with accents, case rules of Greek and Turkish, joiners, scripts without spaces, Hangul, emoji, ligatures.
CHARACTERS = (
    "aAbB.,'ΣσςİiıéÉ\u0301\u0308\u0323\u0327\u200d\u200c\u200b\ufeff\u0e01\u0e33\u0e49\u1100\u1161\u11a8\uac00\uac01"
    "\ufe0f\u094d\u0915\u1039\u1000\u17d2\u1780 \u00a0\u3000\u00a8\ufb01\u01c5🇩🇪👍🏽👩💻"
    "\u0600\u06451ª²½…_-\U000e0100\u0345"
)


def expected_tokens(line: str, form: Any, splits_words: bool, lowercase: bool) -> list[str]:
    if form is not None:
        line = unicodedata.normalize(form, line)
    if lowercase:
        line = line.lower()
    return split_words(line) if splits_words else line.split()


@pytest.mark.parametrize("form", [None, "NFC", "NFKC"])
@pytest.mark.parametrize("tokenizer", ["whitespace", "words"])
@pytest.mark.parametrize("lowercase", [False, True])
def test_tokens_are_those_of_python(form: Any, tokenizer: Any, lowercase: bool) -> None:
    generator = random.Random(f"{form} {tokenizer} {lowercase}")
    assigned = [chr(c) for c in range(0x11, 0x33480) if unicodedata.category(chr(c)) not in ("Cn", "Cs", "Co")]
    options = PreparationOptions(tokenizer=tokenizer, lowercase=lowercase, normalize=form)
    preparer = core_preparer(options)
    for _ in range(1000):
        pool = CHARACTERS if generator.random() < 0.6 else assigned
        line = "".join(generator.choice(pool) for _ in range(generator.randrange(1, 14)))
        given = line.encode()
        prepared = given if preparer is None else preparer.prepare(given)
        wanted = expected_tokens(line, form, tokenizer == "words", lowercase)
        assert prepared.decode().split() == wanted, [hex(ord(char)) for char in line]


def test_the_tables_are_those_of_unicodedata() -> None:
    tables = character_tables("NFKC")
    composed = dict(zip(tables["pairs"].tolist(), tables["composed"].tolist(), strict=True))
    for code in (*range(0xD800), *range(0xE000, 0x34000), *range(0xE0000, 0xE0300), 0x10FFFF):
        character, index = chr(code), _index(code)
        assert tables["properties"][index] & 15 == character_kind(character).value, hex(code)
        assert tables["combining_classes"][index] == unicodedata.combining(character), hex(code)
        lowered = character.lower()
        if len(lowered) == 1:
            assert (tables["lower"][index] if tables["lower"][index] >= 0 else code) == ord(lowered), hex(code)
        is_cased = (character + "Σ").lower()[-1] == "ς"
        assert bool(tables["properties"][index] & _CASED) == is_cased, hex(code)
        is_ignorable = not is_cased and ("A" + character + "Σ").lower()[-1] == "ς"
        assert bool(tables["properties"][index] & _CASE_IGNORABLE) == is_ignorable, hex(code)
    assert composed[ord("e") << 32 | 0x301] == ord("é")


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        ("The Café's CLOSED.", {"tokenizer": "words", "lowercase": True}, "the café ' s closed ."),
        ("cafe\u0301 \u210c", {"normalize": "NFC"}, "café ℌ"),
        ("cafe\u0301 \u210c \ufb01n", {"normalize": "NFKC"}, "café H fin"),
        ("one two three", {"min_token_length": 4}, "three"),
        ("one two three", {"max_token_length": 3}, "one two"),
        ("«Да», — сказал ОН.", {"tokenizer": "words", "lowercase": True, "min_token_length": 2}, "да сказал он"),
        ("العَرَبِيَّة طـــويل", {"remove_arabic_marks": True}, "العربية طويل"),
        ("القرآن الله", {"remove_arabic_marks": True, "normalize": "NFC"}, "القرآن الله"),
        ("ΟΔΟΣ ΣΑΣ", {"lowercase": True}, "οδος σας"),
        ("红楼梦 is a novel", {"tokenizer": "words"}, "红 楼 梦 is a novel"),
        ("", {}, ""),
        (" \n\t ", {"tokenizer": "words"}, ""),
    ],
)
def test_preprocess(text: str, options: dict[str, Any], expected: str) -> None:
    assert wordkin.preprocess(text, **options) == expected.split()


SENTENCES = [
    ("It rains. We stay!", ["It rains.", "We stay!"]),
    ("Mr. Smith met J. R. Jones. They talked.", ["Mr. Smith met J. R. Jones.", "They talked."]),
    ('"Why?" he asked. "Because." She left.', ['"Why?" he asked.', '"Because."', "She left."]),
    ("See also e.g. this one.", ["See also e.g. this one."]),
    ("Broken\nlines of\none sentence. Another\none.", ["Broken lines of one sentence.", "Another one."]),
    ("A heading\n\nThe text begins", ["A heading", "The text begins"]),
    ("Он ушёл… Она осталась? Да!", ["Он ушёл…", "Она осталась?", "Да!"]),
    ("Windows\r\nlines.\r\n\r\nNext.", ["Windows lines.", "Next."]),
]


@pytest.mark.parametrize(("text", "expected"), SENTENCES)
def test_sentences_of_paragraphs(text: str, expected: list[str], tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_bytes(text.encode())
    reader = LineSentence(path).reader(PreparationOptions(sentences_per="sentence"))
    assert [" ".join(sentence) for sentence in reader.sentences()] == expected


def test_sentences_of_chinese() -> None:
    options = PreparationOptions(sentences_per="sentence", tokenizer="words")
    preparer = core_preparer(options)
    assert preparer is not None
    lines = preparer.prepare("他说：“好。”我走了。\n明天见！".encode()).decode().splitlines()
    assert ["".join(line.split()) for line in lines] == ["他说：“好。”", "我走了。", "明天见！"]


def test_paragraphs_end_at_empty_lines(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_text("one\ntwo\n\n  \nthree\nfour\n", encoding="utf-8")
    reader = LineSentence(path).reader(PreparationOptions(sentences_per="paragraph"))
    assert list(reader.sentences()) == [["one", "two"], ["three", "four"]]


def test_all_entrances_give_the_same_words(tmp_path: Path) -> None:
    lines = ["The CAT sat; the Dog ran.", "Ünïcode “quotes” — and dashes", "", "İstanbul'da ΣΙΣΥΦΟΣ"] * 20
    path = tmp_path / "text"
    path.write_text("\n".join(lines), encoding="utf-8")
    options: dict[str, Any] = {"tokenizer": "words", "lowercase": True, "normalize": "NFC"}
    wanted = Word2Vec(min_count=1)
    tokens = [wordkin.preprocess(line, **options) for line in lines]
    wanted.build_vocab([sentence for sentence in tokens if sentence])
    corpora: list[Callable[[], dict[str, Any]]] = [
        lambda: {"corpus_file": path},
        lambda: {"corpus_iterable": LineSentence(path)},
        lambda: {"corpus_iterable": lines},
        lambda: {"corpus_iterable": (line for line in lines)},
    ]
    for corpus in corpora:
        model = Word2Vec(min_count=1, **options)
        model.build_vocab(**corpus())
        assert model.wv.index_to_key == wanted.wv.index_to_key
        assert (model.wv.expandos["count"] == wanted.wv.expandos["count"]).all()
    bounded = open_corpus(corpus_file=path, preparation=PreparationOptions(**options))
    assert bounded.scan(1, keep_ids=False, max_vocab_size=1000).counts.raw_words == sum(map(len, tokens))


def test_a_function_as_tokenizer(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_text("one-two three\nfour-five\n" * 10, encoding="utf-8")

    def split(text: str) -> list[str]:
        return text.replace("-", " ").split()

    model = Word2Vec(corpus_file=path, tokenizer=split, min_count=1, vector_size=4, min_token_length=4)
    assert set(model.wv.index_to_key) == {"three", "four", "five"}
    model.save(tmp_path / "model")
    loaded = Word2Vec.load(tmp_path / "model")
    with pytest.raises(ValueError, match=r"split by a function \(.*split\), which is not saved"):
        loaded.build_vocab(corpus_file=path, update=True)
    with pytest.raises(TypeError, match="the tokenizer's result"):
        Word2Vec(corpus_file=path, tokenizer=lambda text: None, min_count=1)


def test_options_are_saved_with_the_model(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_text("The Cat sat. The cat ran.\n" * 5, encoding="utf-8")
    model = Word2Vec(corpus_file=path, min_count=1, tokenizer="words", lowercase=True, vector_size=4)
    assert "cat" in model.wv
    assert "Cat" not in model.wv
    model.save(tmp_path / "model")
    loaded = Word2Vec.load(tmp_path / "model")
    loaded.build_vocab(corpus_file=path, update=True)
    assert set(loaded.wv.index_to_key) == set(model.wv.index_to_key)


def test_bad_arguments_are_named(tmp_path: Path) -> None:
    for options, error, message in (
        ({"tokenizer": "spacy"}, ValueError, "tokenizer must be one of whitespace, words, or a callable, got 'spacy'"),
        ({"tokenizer": 3}, TypeError, "tokenizer must be a str or a callable"),
        ({"normalize": "NFD"}, ValueError, "normalize must be None, 'NFC' or 'NFKC', got 'NFD'"),
        ({"lowercase": "yes"}, TypeError, "lowercase"),
        ({"min_token_length": 0}, ValueError, "min_token_length must be"),
        ({"min_token_length": 3, "max_token_length": 2}, ValueError, "max_token_length must be at least"),
        ({"sentences_per": "word"}, ValueError, "sentences_per must be one of"),
    ):
        with pytest.raises(error, match=message):
            Word2Vec(**options)
    with pytest.raises(TypeError, match=r"sentences must be texts .* got a list at index 0"):
        Word2Vec([["a", "b"]], lowercase=True, min_count=1)
    with pytest.raises(TypeError, match="text must be a str"):
        wordkin.preprocess(b"bytes")  # type: ignore[arg-type]
    with pytest.raises(CorpusError, match="surrogates"):
        wordkin.preprocess("\ud800", lowercase=True)
    (tmp_path / "invalid").write_bytes(b"good\n\xff bad\n")
    with pytest.raises(CorpusError, match="byte 5"):
        Word2Vec(corpus_file=tmp_path / "invalid", lowercase=True, min_count=1)


@pytest.mark.parametrize("options", [{}, {"lowercase": True}, {"tokenizer": "words", "normalize": "NFC"}])
@pytest.mark.parametrize("letter", ["y", "é"])
def test_the_place_of_a_word_that_is_too_long_is_that_in_the_file(
    options: dict[str, Any], letter: str, tmp_path: Path
) -> None:
    path = tmp_path / "text"
    path.write_text("It's — ok\n" * 10 + letter * 70_000 + "\nmore\n", encoding="utf-8")
    with pytest.raises(CorpusError, match="byte 120: a word is longer than 65535 bytes"):
        Word2Vec(corpus_file=path, min_count=1, **options)
    with pytest.raises(CorpusError, match="byte 0: a word is longer"):
        wordkin.preprocess(letter * 70_000, tokenizer="words")


def words_of_python(text: str, lowercase: bool, least: int, most: int | None) -> list[list[str]]:
    lines = [split_words(line.lower() if lowercase else line) for line in text.replace("\r", "\n").split("\n")]
    kept = [[token for token in line if least <= len(token) <= (most or 10**9)] for line in lines]
    return [line for line in kept if line]


@pytest.mark.parametrize("lowercase", [False, True])
@pytest.mark.parametrize(("least", "most"), [(1, None), (2, None), (1, 8), (8, 8), (9, 17)])
def test_words_of_ascii_at_all_lengths_and_offsets(lowercase: bool, least: int, most: int | None) -> None:
    generator = random.Random(f"{lowercase} {least} {most}")
    options = PreparationOptions(tokenizer="words", lowercase=lowercase, min_token_length=least, max_token_length=most)
    preparer = core_preparer(options)
    assert preparer is not None
    pieces = [
        "A",
        "z",
        "_",
        "09",
        "@",
        "[",
        "`",
        "{",
        "/",
        ":",
        ".",
        "~",
        " ",
        "\t",
        "\n",
        "\r\n",
        "\x1c",
        "é",
        "Ж",
        "\u00a0",
    ]
    pieces += ["AbCdEfGh", "aBcDeFgHi", "Abcdefgh" * 2, "x" * 17, "words and Spaces "]
    for _ in range(400):
        text = "".join(generator.choice(pieces) for _ in range(generator.randrange(1, 30)))
        prepared = preparer.prepare(text.encode()).decode()
        assert [line.split() for line in prepared.split("\n") if line] == words_of_python(text, lowercase, least, most)


def test_every_ascii_character_alone_and_within_words() -> None:
    options = PreparationOptions(tokenizer="words", lowercase=True)
    for code in range(128):
        for text in (chr(code), f"a{chr(code)}b", f"seven77{chr(code)}", f"eight888{chr(code)}Z"):
            line = text.replace("\r", " ").replace("\n", " ")
            assert options.tokens(text) == split_words(line.lower()), repr(text)


def test_texts_without_letters_are_errors_that_say_so(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_text("... --- !!!\n\n1 2 3 .\n", encoding="utf-8")
    with pytest.raises(VocabularyError, match="no words; read 0 tokens"):
        Word2Vec(corpus_file=path, tokenizer="words", min_token_length=2, min_count=1)
    assert wordkin.preprocess(path.read_text(encoding="utf-8"), tokenizer="words", min_token_length=2) == []
    assert len(wordkin.Phrases(path, tokenizer="words", min_token_length=2).vocab) == 0
    language_model = wordkin.ELMo(dim=8, projection_dim=4, char_dim=4, filters=[[1, 4]])
    with pytest.raises(VocabularyError, match="no words; read 0 tokens"):
        language_model.train(path, tokenizer="words", min_token_length=2)
    symbols = Word2Vec(corpus_file=path, tokenizer="words", min_count=1, vector_size=2)
    assert set(symbols.wv.index_to_key) == {".", "-", "!", "1", "2", "3"}


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"min_token_length": 4}, r"read 0 tokens from .*text\.txt: min_token_length=4 left out all 6 tokens"),
        (
            {"tokenizer": "words", "min_token_length": 3, "max_token_length": 4},
            r"text\.txt: min_token_length=3, max_token_length=4 left out all 10 tokens",
        ),
        ({"tokenizer": lambda text: []}, r"text\.txt, prepared with tokenizer=.*lambda"),
    ],
)
@pytest.mark.parametrize("max_vocab_size", [None, 100])
def test_texts_of_which_nothing_is_left_name_the_option(
    tmp_path: Path, options: dict[str, Any], reason: str, max_vocab_size: int | None
) -> None:
    path = tmp_path / "text.txt"
    path.write_text("ab. cd, ef\n" * 2, encoding="utf-8")
    with pytest.raises(VocabularyError, match=reason):
        Word2Vec(corpus_file=path, max_vocab_size=max_vocab_size, **options)
