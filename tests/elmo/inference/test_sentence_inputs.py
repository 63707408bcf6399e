"""Inputs that `encode` accepts or rejects as sentences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from wordkin import ELMo


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (5, "a text or a list of sentences .*, got int"),
        (np.array([["a", "b"]]), r"of shape \(1, 2\)"),
        (b"text", "got bytes"),
        ({"a": 1}, "got dict"),
        ([["a", 5]], "sentence 0 must consist of str, got int at position 1"),
        ([["a"], 5], "sentence 1 must be a text or a list of tokens .*, got int"),
        ([[["a"]]], "got list at position 0"),
        ([b"a b"], "got bytes"),
        ([None], "got NoneType"),
    ],
)
def test_other_inputs_are_rejected(model: ELMo, inputs: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        model.encode(inputs)
    if not isinstance(inputs, bytes | dict | int):
        with pytest.raises(TypeError, match=message):
            list(model.encode_iter(inputs))


def test_token_lists_that_hold_whole_texts_are_encoded_with_one_warning(
    model: ELMo, caplog: pytest.LogCaptureFixture
) -> None:
    assert len(model.encode([["a whole text"], ["another one"], ["word"]])) == 3
    (record,) = caplog.records
    assert "inputs: 2 of 3 token lists hold a text that is not split, such as ['a whole text']" in record.getMessage()
    caplog.clear()
    model.encode([["a whole text"], ["another", "one"], ["word"]])
    assert not caplog.records


def test_batches_of_single_words_are_encoded_with_one_warning(model: ELMo, caplog: pytest.LogCaptureFixture) -> None:
    """Which texts happen to be in a batch does not decide whether it is accepted."""
    words = ["word", "after", "word", ""]
    encoded = model.encode(words)
    assert [vectors.shape[0] for vectors in encoded] == [1, 1, 1, 0]
    (record,) = caplog.records
    assert "inputs: 3 of 4 texts are a single token, such as 'word'" in record.getMessage()
    assert model.encode(["", ""])[0].shape[0] == 0
    caplog.clear()
    assert len(list(model.encode_iter(["a good film"] * 300 + ["word"] * 600))) == 900
    assert len(list(model.encode_iter(["word"] * 900))) == 900
    assert len(caplog.records) == 1
    caplog.clear()
    model.encode([["word"], ["after"]])
    model.encode(words, tokenizer=str.split)
    assert not caplog.records


def test_columns_are_encoded(model: ELMo) -> None:
    expected = model.encode(["a text", "another"])
    for inputs in (np.array(["a text", "another"]), np.array([["a text"], ["another"]], object)):
        for given, wanted in zip(model.encode(inputs), expected, strict=True):
            assert (given == wanted).all()


def test_the_result_of_a_tokenizer_is_checked(model: ELMo) -> None:
    with pytest.raises(TypeError, match="the tokenizer's result for sentence 0 must consist of str, got int"):
        model.encode(["a text"], tokenizer=lambda text: [1, 2])
