"""Columns of data frames, arrays and other tables as the input of estimators, and data frames as results."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from wordkin import ELMo, KeyedVectors, SequenceTagger, TextClassifier
from wordkin.sklearn import ELMoVectorizer, WordVectorizer

from .conftest import chunked, opinions

TEXTS = ["good film", "bad film", "good"]
VECTORS = [[1, 0], [0, 1], [1, 0]]


@pytest.fixture
def kv() -> KeyedVectors:
    table = KeyedVectors(2)
    table.add_vectors(["good", "bad"], np.eye(2))
    return table


def object_array(values: list[Any]) -> Any:
    column = np.empty((len(values), 1), dtype=object)
    column[:, 0] = values
    return column


def pandas_frame(values: list[Any]) -> Any:
    return pytest.importorskip("pandas").DataFrame({"values": values})


def polars_frame(values: list[Any]) -> Any:
    return pytest.importorskip("polars").DataFrame({"values": values})


def pyarrow_table(values: list[Any]) -> Any:
    return pytest.importorskip("pyarrow").table({"values": values})


FRAMES = [pandas_frame, polars_frame, pyarrow_table]
TABLES = [object_array, *FRAMES]


@pytest.mark.parametrize("table", TABLES)
def test_vectorizers_take_one_column(kv: KeyedVectors, language_model: ELMo, table: Callable[[list[Any]], Any]) -> None:
    given = table(TEXTS)
    assert WordVectorizer(kv).fit_transform(given).tolist() == VECTORS
    assert WordVectorizer(kv).fit(given).transform(given).tolist() == VECTORS
    expected = ELMoVectorizer(language_model).fit_transform(TEXTS)
    np.testing.assert_array_equal(ELMoVectorizer(language_model).fit_transform(given), expected)


@pytest.mark.parametrize("frame", FRAMES)
def test_vectorizers_take_columns_of_frames(kv: KeyedVectors, frame: Callable[[list[Any]], Any]) -> None:
    assert WordVectorizer(kv).fit_transform(frame(TEXTS)["values"]).tolist() == VECTORS
    tokens = frame([text.split() for text in TEXTS])["values"]
    assert WordVectorizer(kv).fit_transform(tokens).tolist() == VECTORS


@pytest.mark.parametrize("table", TABLES)
def test_classifiers_take_columns_of_texts_and_labels(quick: dict[str, Any], table: Callable[[list[Any]], Any]) -> None:
    X, y = opinions(20)
    expected = TextClassifier(**{**quick, "epochs": 1}).fit(X, y)
    found = TextClassifier(**{**quick, "epochs": 1}).fit(table(list(X)), table(list(y)))
    assert found.classes_.tolist() == expected.classes_.tolist()
    np.testing.assert_array_equal(found.predict_proba(table(list(X))), expected.predict_proba(X))


@pytest.mark.parametrize("table", TABLES)
def test_taggers_take_columns_of_token_lists(quick: dict[str, Any], table: Callable[[list[Any]], Any]) -> None:
    X, Y = chunked(20)
    expected = SequenceTagger(**{**quick, "epochs": 1}).fit(X, Y)
    found = SequenceTagger(**{**quick, "epochs": 1}).fit(table(X), table(Y))
    assert found.predict(table(X)) == expected.predict(X)


def test_other_two_dimensional_input_is_rejected(kv: KeyedVectors, language_model: ELMo, quick: dict[str, Any]) -> None:
    X = np.array([["good", "film"], ["bad", "film"]])
    message = r"X must be a list of .*, got ndarray of shape \(2, 2\)"
    for estimator in (WordVectorizer(kv), ELMoVectorizer(language_model)):
        with pytest.raises(TypeError, match=message):
            estimator.fit(X)
        with pytest.raises(TypeError, match=message):
            estimator.fit([]).transform(X)
    for model, labels in ((TextClassifier(**quick), [0, 1]), (SequenceTagger(**quick), [["O", "O"]] * 2)):
        with pytest.raises(TypeError, match=message):
            model.fit(X, labels)
    with pytest.raises(TypeError, match=r"y must be a list with a label for each text, or one column, .* \(2, 2\)"):
        TextClassifier(**quick).fit(["a", "b"], X)


def test_labels_in_one_column_are_classes(quick: dict[str, Any]) -> None:
    X = ["good film", "bad film"] * 8
    classifier = TextClassifier(**{**quick, "epochs": 1}).fit(X, np.array([[1], [0]] * 8))
    assert classifier.classes_.tolist() == [0, 1]
    assert classifier.predict(X).shape == (16,)  # type: ignore[union-attr]


def test_texts_whose_words_have_no_vectors_are_reported_once(caplog: pytest.LogCaptureFixture) -> None:
    chinese = KeyedVectors(2)
    chinese.add_vectors(["高兴", "开心"], np.eye(2))
    assert WordVectorizer(chinese).fit_transform(["我很高兴", "我不开心"]).tolist() == [[0, 0], [0, 0]]
    (record,) = caplog.records
    assert record.getMessage().startswith("none of the 7 distinct words of the texts has a vector, such as '我', '很'")
    caplog.clear()
    cut = {"我很高兴": ["我", "很", "高兴"], "我不开心": ["我", "不", "开心"]}
    assert WordVectorizer(chinese, tokenizer=cut.__getitem__).fit_transform(list(cut)).tolist() == [[1, 0], [0, 1]]
    assert not caplog.records


def test_texts_of_single_tokens_are_reported_once(kv: KeyedVectors, caplog: pytest.LogCaptureFixture) -> None:
    assert WordVectorizer(kv).fit_transform(["good", "bad"]).tolist() == [[1, 0], [0, 1]]
    (record,) = caplog.records
    assert "X: 2 of 2 texts are a single token, such as 'good'" in record.getMessage()
    caplog.clear()
    WordVectorizer(kv).fit_transform([["good"], ["bad"]])
    assert not caplog.records


def test_rows_of_a_column_that_are_lists_are_reported(quick: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    """As `frame[["text"]].values.tolist()` gives them."""
    X = [["a good film"], ["a bad film"]] * 4
    TextClassifier(**{**quick, "epochs": 1}).fit(X, [1, 0] * 4)
    SequenceTagger(**{**quick, "epochs": 1}).fit(X, [["A"], ["B"]] * 4)
    messages = [record.getMessage() for record in caplog.records]
    assert [message.split(" token lists")[0] for message in messages] == ["X: 8 of 8"] * 2


def test_marks_do_not_hide_words() -> None:
    kv = KeyedVectors(1)
    kv.add_vectors(["you"], np.ones((1, 1)))
    texts = ["I ❤ you", "I ❤\ufe0fyou", "\ufeffyou", "\u200fyou", "you\u200d"]
    assert WordVectorizer(kv).fit_transform(texts).tolist() == [[1]] * 5


def test_set_output_chooses_data_frames(kv: KeyedVectors, language_model: ELMo) -> None:
    pandas = pytest.importorskip("pandas")
    series = pandas.Series(TEXTS, index=[7, 8, 9])
    vectorizer = WordVectorizer(kv)
    found: Any = vectorizer.set_output(transform="pandas").fit_transform(series)
    expected = pandas.DataFrame(np.float32(VECTORS), columns=["wordvectorizer0", "wordvectorizer1"], index=series.index)
    pandas.testing.assert_frame_equal(found, expected)
    again: Any = vectorizer.set_output(transform="pandas").set_output(transform=None).transform(TEXTS)
    assert list(again.index) == [0, 1, 2]
    assert isinstance(vectorizer.set_output(transform="default").transform(TEXTS), np.ndarray)
    polars = pytest.importorskip("polars")
    rows: Any = ELMoVectorizer(language_model).set_output(transform="polars").fit_transform(TEXTS)
    assert isinstance(rows, polars.DataFrame)
    assert rows.columns[0] == "elmovectorizer0"
    np.testing.assert_array_equal(rows.to_numpy(), ELMoVectorizer(language_model).fit_transform(TEXTS))
    with pytest.raises(ValueError, match="transform must be one of default, pandas, polars, got 'arrow'"):
        vectorizer.set_output(transform="arrow")  # type: ignore[arg-type]


def test_scikit_learn_sets_the_output_of_pipelines(kv: KeyedVectors) -> None:
    pandas = pytest.importorskip("pandas")
    sklearn = pytest.importorskip("sklearn")
    pipeline = pytest.importorskip("sklearn.pipeline")
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    compose = pytest.importorskip("sklearn.compose")
    linear = pytest.importorskip("sklearn.linear_model")
    steps = pipeline.make_pipeline(WordVectorizer(kv), preprocessing.StandardScaler()).set_output(transform="pandas")
    assert list(steps.fit_transform(TEXTS).columns) == ["wordvectorizer0", "wordvectorizer1"]
    whole = pipeline.make_pipeline(WordVectorizer(kv), linear.LogisticRegression(C=100)).set_output(transform="pandas")
    assert whole.fit(TEXTS, [1, 0, 1]).predict(TEXTS).tolist() == [1, 0, 1]
    assert isinstance(sklearn.clone(whole)[0].fit_transform(TEXTS), pandas.DataFrame)
    frame = pandas.DataFrame({"text": TEXTS, "stars": [1, 2, 3]})
    for columns in ("text", ["text"]):
        table = compose.make_column_transformer((WordVectorizer(kv), columns), remainder="passthrough")
        found = table.set_output(transform="pandas").fit_transform(frame)
        assert found.to_numpy().tolist() == [[1, 0, 1], [0, 1, 2], [1, 0, 3]]
    with sklearn.config_context(transform_output="pandas"):
        assert isinstance(WordVectorizer(kv).fit_transform(TEXTS), pandas.DataFrame)
    assert isinstance(WordVectorizer(kv).fit_transform(TEXTS), np.ndarray)
