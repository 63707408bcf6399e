"""Inputs that `encode` accepts or rejects as sentences."""

from __future__ import annotations

from typing import Any

import pytest

from wordkin import ELMo


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (["word", "after", "word"], r"3 texts without whitespace.*; for one sentence pass .* \[\['word'"),
        (5, "a list of sentences, got int"),
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


def test_the_result_of_a_tokenizer_is_checked(model: ELMo) -> None:
    with pytest.raises(TypeError, match="the tokenizer's result for sentence 0 must consist of str, got int"):
        model.encode(["a text"], tokenizer=lambda text: [1, 2])
