"""Programs that were written for gensim run after one replacement in their imports."""

from __future__ import annotations

import subprocess
import sys

import pytest

import wordkin
from wordkin.gensim import simple_preprocess
from wordkin.gensim.utils import deaccent

PROGRAM = """
import gensim
import gensim.models.word2vec
from gensim.models import FrozenPhrases, KeyedVectors, Phrases, Word2Vec
from gensim.models.callbacks import CallbackAny2Vec
from gensim.models.keyedvectors import KeyedVectors
from gensim.models.phrases import ENGLISH_CONNECTOR_WORDS, Phraser, Phrases
from gensim.models.word2vec import LineSentence, PathLineSentences, Text8Corpus
from gensim.utils import simple_preprocess

sentences = [simple_preprocess(text) for text in ["New York is big.", "New York is not far!"] * 5]
bigrams = Phraser(Phrases(sentences, min_count=1, threshold=0.1, connector_words=ENGLISH_CONNECTOR_WORDS))
model = gensim.models.Word2Vec(bigrams[sentences], vector_size=5, min_count=1, epochs=1)
assert isinstance(model.wv, KeyedVectors)
print(sorted(model.wv.key_to_index))
"""


def test_a_program_moves_by_one_replacement() -> None:
    program = PROGRAM.replace("gensim", "wordkin.gensim")
    outcome = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, encoding="utf-8"
    )
    assert outcome.returncode == 0, outcome.stderr
    assert "new_york" in outcome.stdout


def test_the_classes_are_those_of_wordkin() -> None:
    from wordkin.gensim import models

    assert models.Word2Vec is wordkin.Word2Vec
    assert models.keyedvectors.KeyedVectors is wordkin.KeyedVectors
    assert models.phrases.Phrases is wordkin.Phrases


# What gensim 4.4 returns.
@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        ("The Quick brown fox2jumps over_it, 42 times a day", {}, "the quick brown fox jumps over_it times day"),
        ("a bb ccc", {"min_len": 1, "max_len": 2}, "a bb"),
        ("Ünïcode Straße İstanbul naïve", {"deacc": True}, "unicode straße istanbul naive"),
        ("Donaudampfschifffahrt kurz", {}, "kurz"),
        (b"caf\xc3\xa9 \xff bar", {}, "café bar"),
        ("тёплый день — 中文 文本", {}, "тёплый день 中文 文本"),
        ("_private __dunder__ kept_", {}, "kept_"),
        ("x²y m³ ⅷ", {"min_len": 1}, "x²y m³ ⅷ"),
    ],
)
def test_simple_preprocess_gives_gensims_tokens(text: str | bytes, options: dict[str, object], expected: str) -> None:
    assert simple_preprocess(text, **options) == expected.split()  # type: ignore[arg-type]


def test_deaccent_takes_bytes() -> None:
    assert deaccent("Žluťoučký".encode()) == "Zlutoucky"
