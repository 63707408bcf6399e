"""Plots of attention weights and of layer mixes."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest

from wordkin import ELMo, SequenceTagger, TextClassifier
from wordkin.errors import NotFittedError

pytest.importorskip("matplotlib")

TEXTS = ["a good film", "a bad film", "good , very good", "bad , $so $bad"] * 4
SIZES = {"hidden_dim": 4, "embedding_dim": 4, "attention_dim": 4, "dense_dim": 0}
OPTIONS = {**SIZES, "epochs": 1, "random_state": 1, "workers": 1, "progress": False}


@pytest.fixture(scope="module")
def classifier() -> TextClassifier:
    return TextClassifier(**OPTIONS).fit(TEXTS, ["good", "bad"] * 8)


@pytest.fixture(scope="module")
def elmo() -> ELMo:
    model = ELMo(dim=4, projection_dim=2, n_layers=2, char_dim=2, filters=[[1, 2]], n_highway=0)
    model.initialize(["good", "bad"])
    return model


@pytest.mark.parametrize("text", ["a good $film", ["a", "good", "$film"]])
def test_bars_are_the_weights_of_the_tokens(classifier: TextClassifier, text: str | list[str]) -> None:
    figure = classifier.plot_attention(text)
    (axes,) = figure.axes
    (weights,) = classifier.attention([text])
    np.testing.assert_allclose([bar.get_width() for bar in axes.patches], weights)
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == ["a", "good", "$film"] if isinstance(text, list) else ["a", "good", "$", "film"]
    probability = classifier.predict_proba([text])[0].max()
    assert axes.get_title() == f"predicted: {classifier.predict([text])[0]} ({probability:.2f})"
    figure.savefig(BytesIO(), format="png", dpi=20)
    assert classifier.plot_attention("good", ax=axes) is figure


def test_of_a_long_text_the_greatest_weights_are_drawn_in_the_order_of_the_text(classifier: TextClassifier) -> None:
    tokens = [f"word{number}" for number in range(200)]
    (axes,) = classifier.plot_attention(tokens).axes
    (weights,) = classifier.attention([tokens])
    expected = np.sort(np.argsort(-weights, kind="stable")[:40])
    assert [label.get_text() for label in axes.get_yticklabels()] == [tokens[index] for index in expected]
    assert "40 of 200 tokens" in axes.get_title()


def test_long_and_invisible_tokens(classifier: TextClassifier) -> None:
    (axes,) = classifier.plot_attention(["x" * 500, "a\nb", "\0"]).axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["x" * 29 + "…", "a\ufffdb", "\ufffd"]


def test_predictions_of_several_labels() -> None:
    classifier = TextClassifier(**OPTIONS).fit(TEXTS, [("a", "b"), ("b",), (), ("a",)] * 4)
    title = classifier.plot_attention("good").axes[0].get_title()
    assert title.startswith("predicted: ")


def test_layer_mixes(elmo: ELMo) -> None:
    classifier = TextClassifier(embedding=[elmo, None, elmo], **OPTIONS).fit(TEXTS, ["good", "bad"] * 8)
    (axes,) = classifier.plot_layer_mixes().axes
    heights = [[bar.get_height() for bar in bars] for bars in axes.containers]
    assert heights == [mix["weights"] for mix in classifier.layer_mixes_]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["tokens", "layer 1", "layer 2"]
    tagger = SequenceTagger(embedding=elmo, hidden_dim=4, epochs=1, random_state=1, workers=1, progress=False)
    tagger.fit([text.split() for text in TEXTS], [["A", *"B" * (len(text.split()) - 1)] for text in TEXTS])
    assert len(tagger.plot_layer_mixes(ax=axes).axes[0].containers) == 3


def test_the_history_of_training() -> None:
    labels = ["good", "bad"] * 8
    classifier = TextClassifier(**OPTIONS).fit(TEXTS, labels, validation_data=(TEXTS, labels))
    axes = classifier.plot_history().axes
    assert [each.get_title() for each in axes] == ["loss", "accuracy"]
    curves = [[line.get_ydata().tolist() for line in each.lines] for each in axes]
    history = classifier.history_
    assert curves == [[history["loss"], history["val_loss"]], [history["accuracy"], history["val_accuracy"]]]
    tagger = SequenceTagger(hidden_dim=4, epochs=2, random_state=1, workers=1, progress=False, early_stopping=False)
    words = [text.split() for text in TEXTS]
    tagger.fit(words, [["B-A", *"O" * (len(each) - 1)] for each in words])
    (only,) = tagger.plot_history("seconds").axes
    assert [line.get_ydata().tolist() for line in only.lines] == [tagger.history_["seconds"]]
    with pytest.raises(ValueError, match="metrics must be among 'loss', 'seconds'"):
        tagger.plot_history("accuracy")
    with pytest.raises(NotFittedError):
        TextClassifier().plot_history()


def test_plots_that_cannot_be_drawn(classifier: TextClassifier) -> None:
    with pytest.raises(NotFittedError):
        TextClassifier().plot_attention("good")
    with pytest.raises(NotFittedError):
        SequenceTagger().plot_layer_mixes()
    with pytest.raises(ValueError, match="text must have at least one token, got none"):
        classifier.plot_attention("")
    with pytest.raises(ValueError, match="embedding must contain an ELMo model"):
        classifier.plot_layer_mixes()
    with pytest.raises(ValueError, match="pooling must be 'attention'"):
        TextClassifier(**OPTIONS, pooling="mean").fit(TEXTS, ["good", "bad"] * 8).plot_attention("good")
