"""Tables for notebooks, and the names and keys that completion offers."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from html.parser import HTMLParser

import numpy as np
import pytest

import wordkin
from wordkin import ELMo, KeyedVectors, Phrases, SequenceTagger, TextClassifier, Word2Vec
from wordkin.alignment import drift_table
from wordkin.runtime.notebooks import completed_names, html_table, in_notebook, offered_keys
from wordkin.vectors import FastTextKeyedVectors

HOSTILE = ["</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "a & b", "\ud800", "$x$", "'\""]


class Content(HTMLParser):
    """Tags, attributes and text of HTML, which must be well-formed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.open.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def small_model() -> Word2Vec:
    return Word2Vec([[*"abcd"]] * 50, min_count=1, vector_size=4, epochs=2, seed=1, workers=1)


def test_tables_escape_every_text() -> None:
    content = Content(html_table(HOSTILE[0], [HOSTILE[1], "b"], [[word, word] for word in HOSTILE], note=HOSTILE[1]))
    assert set(content.tags) == {"table", "caption", "thead", "tbody", "tr", "th", "td", "p"}
    assert content.text == [
        HOSTILE[0],
        HOSTILE[1],
        "b",
        *(word.replace("\ud800", "?") for word in HOSTILE for _ in range(2)),
        HOSTILE[1],
    ]
    assert ("scope", "col") in content.attributes
    assert content.attributes.count(("scope", "row")) == len(HOSTILE)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1234567, "1,234,567"),
        (0.123456, "0.1235"),
        (1234567.8, "1,234,568"),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
        (True, "yes"),
        (None, ""),
        ("x" * 500, "x" * 119 + "…"),
    ],
)
def test_cells(value: object, shown: str) -> None:
    assert Content(html_table("", [], [[value]])).text == ([shown] if shown else [])


def test_tables_of_vectors_show_the_first_keys_only() -> None:
    words = [*HOSTILE, *(f"word{number}" for number in range(1000))]
    vectors = KeyedVectors.from_vocabulary(words, np.ones((len(words), 300), dtype=np.float16))
    content = Content(vectors._repr_html_())
    assert content.text[0] == "KeyedVectors: 1,006 keys, 300 dimensions, float16"
    assert content.text[4] == HOSTILE[0]
    assert content.text[-1] == "and 1,001 more"
    assert len(vectors._repr_html_()) < 2000


@pytest.mark.parametrize("count", [0, 3])
def test_tables_of_empty_and_preallocated_vectors(count: int) -> None:
    assert "0 keys, 2 dimensions" in KeyedVectors(2)._repr_html_()
    vectors = KeyedVectors(2, count=count)
    vectors.add_vector(5, [1, 2])
    assert "1.000, 2.000" in vectors._repr_html_()


def test_models_and_reports_are_short_in_text_and_tables_in_notebooks() -> None:
    model = small_model()
    phrases = Phrases([["new", "york", HOSTILE[0]]] * 10, min_count=1, threshold=0.1)
    frozen = phrases.freeze()
    elmo = ELMo(dim=4, projection_dim=2, n_layers=1, char_dim=2, filters=[[1, 2]], n_highway=0)
    report = elmo.train(
        [[*"abcd"]] * 8, validation=[[*"abcd"]], epochs=2, batch_size=2, unroll_steps=20, min_count=1, progress=False
    )
    table = drift_table(model.wv, small_model().wv)
    for thing in (model, Word2Vec(), model.training_report, phrases, frozen, elmo, report, table, model.wv):
        assert len(repr(thing)) < 160
        assert "\n" not in repr(thing)
        content = Content(thing._repr_html_())
        assert content.tags[:2] == ["table", "caption"]
        assert not {"script", "img", "link", "iframe"} & set(content.tags)
        assert len(thing._repr_html_()) < 5000
    assert repr(model) == "Word2Vec<vocab=4, vector_size=4, alpha=0.025>"
    assert "4 words" in model._repr_html_()
    assert repr(model.training_report).startswith("<TrainingReport of 2 epochs, loss ")
    assert repr(report).startswith("<ELMoTrainingReport of 2 steps, best perplexity ")
    assert "york" in frozen._repr_html_()


def test_estimators_show_the_diagrams_of_scikit_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    estimators = [TextClassifier(hidden_dim=3), SequenceTagger(crf=False)]
    for estimator in estimators:
        monkeypatch.setitem(sys.modules, "sklearn", None)
        monkeypatch.setitem(sys.modules, "sklearn.utils", None)
        content = Content(estimator._repr_html_())
        assert content.text[0] == f"{type(estimator).__name__}, not fitted"
        monkeypatch.undo()
        pytest.importorskip("sklearn")
        assert type(estimator).__name__ in estimator._repr_html_()
        assert "sk-top-container" in estimator._repr_html_()


def test_completion_offers_neither_inner_nor_removed_names() -> None:
    model = small_model()
    hidden = {"vocab", "index2word", "index2entity", "syn0", "syn0norm", "vectors_norm", "vocabulary", "trainables"}
    elmo = ELMo(dim=4, projection_dim=2)
    phrases = Phrases()
    for thing in (model, model.wv, elmo, phrases.freeze(), TextClassifier()):
        names = dir(thing)
        assert [name for name in names if name.startswith("_") and not name.startswith("__")] == []
        assert not (hidden - ({"vocabulary"} if thing is elmo else set())) & set(names)
        assert "__class__" in names
    for named in (Word2Vec, KeyedVectors, FastTextKeyedVectors):
        assert not hidden & set(dir(named))
    assert {"train", "wv", "window", "save"} <= set(dir(model)) & set(dir(Word2Vec))
    assert {"most_similar", "vectors", "explore"} <= set(dir(model.wv))
    assert "vocab" in dir(phrases)


def test_classes_can_be_derived_from_abstract_ones_too() -> None:
    class Base(ABC):
        @abstractmethod
        def describe(self) -> str: ...

    class Model(Word2Vec, Base):
        def describe(self) -> str:
            return f"{self.vector_size} numbers"

    assert Model(vector_size=3).describe() == "3 numbers"
    assert "describe" in dir(Model)


def test_attributes_of_users_are_completed() -> None:
    class Model(KeyedVectors):
        own = 1

    vectors = Model(2)
    vectors.mine = 2
    assert {"own", "mine"} <= set(completed_names(vectors))


def test_the_package_offers_its_public_names_only() -> None:
    assert {name for name in dir(wordkin) if not name.startswith("__")} == set(wordkin.__all__) - {"__version__"}


def test_completion_of_keys_is_bounded() -> None:
    assert offered_keys([*range(3), "a"]) == ["a"]
    vectors = KeyedVectors.from_vocabulary([str(number) for number in range(20_000)], np.ones((20_000, 1), np.float32))
    assert vectors._ipython_key_completions_() == vectors.index_to_key[:10_000]
    assert small_model()._ipython_key_completions_() == [*"abcd"]
    assert KeyedVectors(2, count=2)._ipython_key_completions_() == []


def test_no_notebook_is_found_here() -> None:
    assert not in_notebook()
