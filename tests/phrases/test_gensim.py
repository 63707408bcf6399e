"""Phrases give exactly the results of gensim 4.4."""

from __future__ import annotations

from typing import Any

import pytest

from wordkin.phrases import ENGLISH_CONNECTOR_WORDS, FrozenPhrases, Phraser, Phrases

CASES = range(10)


def counted(gensim: dict[str, Any], case: dict[str, Any], sentences: Any = None) -> Phrases:
    return Phrases(gensim["sentences"] if sentences is None else sentences, **case["settings"])


def test_connector_words(gensim: dict[str, Any]) -> None:
    assert sorted(ENGLISH_CONNECTOR_WORDS) == gensim["connector_words"]
    assert Phraser is FrozenPhrases


@pytest.mark.parametrize("number", CASES)
def test_counting_and_joining(gensim: dict[str, Any], number: int) -> None:
    case = gensim["cases"][number]
    phrases = counted(gensim, case)
    assert dict(phrases.vocab) == case["first"]["vocab"]
    assert str(phrases) == case["first"]["text"]
    phrases.add_vocab(gensim["more"])
    assert phrases.vocab == case["vocab"]
    assert (str(phrases), phrases.min_reduce) == (case["text"], case["min_reduce"])
    assert phrases.corpus_word_count == case["corpus_word_count"]
    assert phrases.export_phrases() == case["export"]
    assert [phrases[sentence] for sentence in gensim["sentences"]] == case["joined"]
    assert list(phrases[gensim["sentences"]]) == case["joined"]
    assert [[list(pair) for pair in phrases.analyze_sentence(s)] for s in gensim["more"]] == case["analysis"]
    assert list(phrases.find_phrases(gensim["more"]).items()) == list(case["found"].items())


@pytest.mark.parametrize("number", CASES)
def test_frozen_phrases(gensim: dict[str, Any], number: int) -> None:
    case = gensim["cases"][number]
    phrases = counted(gensim, case)
    phrases.add_vocab(gensim["more"])
    frozen = phrases.freeze()
    assert frozen.phrasegrams == case["export"]
    assert str(frozen) == case["frozen_text"]
    assert [frozen[sentence] for sentence in gensim["sentences"]] == case["frozen_joined"]
    assert list(frozen[gensim["sentences"]]) == case["frozen_joined"]


@pytest.mark.parametrize("number", CASES)
def test_phrases_of_phrases(gensim: dict[str, Any], number: int) -> None:
    case = gensim["cases"][number]
    phrases = counted(gensim, case)
    phrases.add_vocab(gensim["more"])
    stacked = counted(gensim, case, phrases[gensim["sentences"]])
    assert dict(stacked.vocab) == case["stacked_vocab"]
    assert list(stacked[phrases[gensim["sentences"]]]) == case["stacked_joined"]
    assert [stacked[phrases[sentence]] for sentence in gensim["sentences"]] == case["stacked_joined"]
    frozen, stacked_frozen = phrases.freeze(), stacked.freeze()
    # gensim's frozen phrases of phrases differ: it splits the joined phrases at other words than the text has.
    assert list(stacked_frozen[frozen[gensim["sentences"]]]) == case["stacked_joined"]


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("number", CASES)
def test_text_file(gensim: dict[str, Any], text: Any, number: int, workers: int) -> None:
    case = gensim["cases"][number]
    phrases = Phrases(text, **case["settings"], workers=workers)
    assert dict(phrases.vocab) == case["first"]["vocab"]
    from_lists = counted(gensim, case)
    assert list(phrases[text]) == list(from_lists[gensim["sentences"]])
