"""Wrong results of tokenizers are named in the error wherever a tokenizer is taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from wordkin import ELMo, KeyedVectors, TextClassifier
from wordkin.sklearn import ELMoVectorizer, WordVectorizer

WRONG_RESULTS = {
    "None": (None, "must be a list of str, got NoneType: None"),
    "number": (7, "must be a list of str, got int: 7"),
    "text": ("a text", "must be a list of str, got str: 'a text'"),
    "bytes": (b"a text", "must be a list of str, got bytes"),
    "dictionary": ({"a": 1}, "must be a list of str, got dict"),
    "numbers": ([1, 2], "must consist of str, got int at position 0"),
    "missing token": (["a", None], "must consist of str, got NoneType at position 1"),
    "bytes in a list": ([b"a"], "must consist of str, got bytes at position 0"),
    "nested lists": ([["a", "text"]], "must consist of str, got list at position 0"),
    "matrix": (np.array([["a"]]), "must be a list of str, got ndarray"),
}


@pytest.fixture(scope="module")
def model() -> ELMo:
    model = ELMo(dim=4, projection_dim=2, n_layers=1, char_dim=2, filters=[[1, 3]], n_highway=0)
    model.initialize(["a", "text"])
    return model


def vectors() -> KeyedVectors:
    kv = KeyedVectors(2)
    kv.add_vectors(["a", "text"], np.eye(2, dtype=np.float32))
    return kv


CALLS: dict[str, Callable[[ELMo, Any], object]] = {
    "encode": lambda model, tokenizer: model.encode(["a text"], tokenizer=tokenizer),
    "encode of one text": lambda model, tokenizer: model.encode("a text", tokenizer=tokenizer),
    "encode_iter": lambda model, tokenizer: list(model.encode_iter(["a text"], tokenizer=tokenizer)),
    "forward": lambda model, tokenizer: model.forward(["a text"], tokenizer=tokenizer),
    "score": lambda model, tokenizer: model.score(["a text"], tokenizer=tokenizer),
    "substitutes": lambda model, tokenizer: model.substitutes("a text", 0, tokenizer=tokenizer),
    "TextClassifier.fit": lambda _, tokenizer: TextClassifier(tokenizer=tokenizer).fit(["a", "b"] * 2, [0, 1] * 2),
    "WordVectorizer.fit": lambda _, tokenizer: WordVectorizer(vectors(), tokenizer=tokenizer).fit(["a"]),
    "WordVectorizer.fit_transform": lambda _, tokenizer: WordVectorizer(vectors(), tokenizer=tokenizer).fit_transform(
        ["a"]
    ),
    "ELMoVectorizer.fit": lambda model, tokenizer: ELMoVectorizer(model, tokenizer=tokenizer).fit(["a"]),
}


@pytest.mark.parametrize("result", WRONG_RESULTS)
@pytest.mark.parametrize("call", CALLS)
def test_wrong_results_are_named(model: ELMo, call: str, result: str) -> None:
    returned, message = WRONG_RESULTS[result]
    with pytest.raises(TypeError, match=rf"^the tokenizer's result for .+ {message}"):
        CALLS[call](model, lambda text: returned)


@pytest.mark.parametrize("returned", [("a", "text"), np.array(["a", "text"]), iter(["a", "text"])])
def test_other_sequences_of_str_are_accepted(model: ELMo, returned: Any) -> None:
    np.testing.assert_array_equal(model.encode("a text", tokenizer=lambda _: returned), model.encode(["a text"])[0])


@pytest.mark.parametrize("call", CALLS)
def test_exceptions_of_a_tokenizer_pass_through(model: ELMo, call: str) -> None:
    def fail(text: str) -> list[str]:
        raise ZeroDivisionError(text)

    with pytest.raises(ZeroDivisionError):
        CALLS[call](model, fail)
