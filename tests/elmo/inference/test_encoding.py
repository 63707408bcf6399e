"""`ELMo.encode`: agreement with the float64 reference, independence of the batch, inputs, and errors."""

from __future__ import annotations

import inspect
import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from elmo.inference.models import SENTENCES, Floats, assert_identical, reference_layers
from reference import bfloat16
from reference.tape import Node
from wordkin import ELMo
from wordkin.elmo.inference import embedding
from wordkin.elmo.options import ELMoEncodingOptions
from wordkin.errors import NotFittedError

MakeModel = Callable[..., ELMo]


@pytest.mark.parametrize("stateful", [False, True])
def test_layers_match_the_float64_reference(model: ELMo, stateful: bool) -> None:
    if stateful:
        expected = reference_layers(model, SENTENCES)
    else:
        expected = [reference_layers(model, [sentence])[0] for sentence in SENTENCES]
    given = model.encode(SENTENCES, "all", batch_size=1, stateful=stateful, boundaries=True)
    for one, other in zip(given, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-5)


def test_state_is_carried_per_stream_across_batches_and_calls(model: ELMo) -> None:
    streams = [SENTENCES, SENTENCES[::-1], [["other"]] * 5]
    expected = []
    for stream in streams:
        model.reset_state()
        expected.append(model.encode(stream, "all", batch_size=1, stateful=True))
    model.reset_state()
    batches = [list(batch) for batch in zip(*streams, strict=True)]
    for index, batch in enumerate(batches[:3]):
        given = model.encode(batch, "all", batch_size=3, stateful=True)
        assert_identical(given, [stream[index] for stream in expected])
    # A batch with fewer sentences leaves the state of the other streams unchanged, as does a call without state.
    continued = model.encode([["one"]], stateful=True, batch_size=3)
    model.encode([["more"]], stateful=False)
    assert not np.array_equal(continued[0], model.encode([["one"]])[0])
    given = model.encode([SENTENCES[0], streams[1][3]], "all", stateful=True, batch_size=3)
    assert_identical(given[1:], [expected[1][3]])


def test_vectors_are_bit_identical_for_any_batch_order_and_thread_count(model: ELMo) -> None:
    generator = np.random.default_rng(1)
    words = [f"w{number}" for number in range(300)]
    sentences = [generator.choice(words, length).tolist() for length in generator.integers(0, 30, 60)]
    alone = [model.encode([sentence], "all", workers=1)[0] for sentence in sentences]
    for workers, batch_size in ((1, 32), (2, 7), (1, 1)):
        assert_identical(model.encode(sentences, "all", workers=workers, batch_size=batch_size), alone)
    order = generator.permutation(len(sentences)).tolist()
    assert_identical(model.encode([sentences[k] for k in order], "all"), [alone[k] for k in order])
    assert_identical(list(model.encode_iter(iter(sentences), "all", batch_size=4)), alone)
    pooled = model.encode(sentences, "average", pooling="mean")
    for sentence, vectors in zip(sentences, pooled, strict=True):
        np.testing.assert_array_equal(model.encode([sentence], "average", pooling="mean")[0], vectors)


def test_layers_above_the_last_one_needed_are_not_computed(model: ELMo, monkeypatch: pytest.MonkeyPatch) -> None:
    computed: list[Any] = []
    layers = embedding.Embedder.layers

    def record(self: Any, sentences: Any, n_layers: Any = None, state: Any = None) -> Any:
        computed.append(n_layers)
        return layers(self, sentences, n_layers, state)

    monkeypatch.setattr(embedding.Embedder, "layers", record)
    for selected in ("all", "average", 0, 1, [0, 0, -math.inf]):
        model.encode([["a"]], selected)
    assert computed == [None, 2, 0, 1, 1]


def test_pooling_averages_the_tokens(model: ELMo) -> None:
    every = model.encode(SENTENCES, "all")
    np.testing.assert_allclose(
        model.encode([SENTENCES[3]], "top", pooling="mean")[0], every[3][2].mean(axis=0), atol=1e-6
    )
    assert model.encode(SENTENCES, "all", pooling="mean").shape == (5, 3, 16)
    assert model.encode(SENTENCES, pooling="mean").shape == (5, 16)
    assert not model.encode(SENTENCES, pooling="mean")[1].any()  # a sentence without tokens
    assert model.encode([], pooling="mean").shape == (0, 16)
    assert model.encode([], "all", pooling="mean").shape == (0, 3, 16)


def test_bfloat16_rounds_the_factors_of_matrix_products(model: ELMo, monkeypatch: pytest.MonkeyPatch) -> None:
    exact = model.encode(SENTENCES, "all")
    given = model.encode(SENTENCES, "all", boundaries=True, precision="bfloat16")

    def rounded(values: Any) -> Any:
        return bfloat16.rounded(values.astype(np.float32)).astype(np.float64)

    def product(left: Node, right: Node) -> Node:
        if left.value.ndim != 2:  # the character convolution reads float32 tables
            return Node(left.value @ right.value)
        return Node(rounded(left.value) @ rounded(right.value))

    monkeypatch.setattr(Node, "__matmul__", product)
    expected = [reference_layers(model, [sentence])[0] for sentence in SENTENCES]
    errors = np.concatenate([np.abs(one - other).ravel() for one, other in zip(given, expected, strict=True)])
    # With the same rounding, float32 sums remain as the only difference: 1e-5 as in the test of float32. A factor that
    # lies within that error of a rounding boundary may be rounded the other way, which changes it by 2**-8 of its
    # value (at most 1 here, times weights of about 1); few factors are that close.
    assert np.quantile(errors, 0.9) <= 1e-5
    assert errors.max() <= 2**-7
    separate = [model.encode([sentence], "all", boundaries=True, precision="bfloat16")[0] for sentence in SENTENCES]
    assert_identical(separate, given)
    assert_identical(model.encode(SENTENCES, "all"), exact)  # float32 weights are packed again


def test_texts_and_token_lists_are_accepted(model: ELMo) -> None:
    tokens = ["It", "is", "red", "."]
    expected = model.encode([tokens])[0]
    np.testing.assert_array_equal(model.encode("It is red."), expected)
    assert_identical(model.encode(["It is red.", tokens, tuple(tokens)]), [expected] * 3)
    assert_identical(model.encode(["It|is|red|."], tokenizer=lambda text: text.split("|")), [expected])
    assert_identical(model.encode(["one", "two"], tokenizer=str.split), model.encode([["one"], ["two"]]))
    assert model.encode([]) == []
    assert [vectors.shape for vectors in model.encode([[], ["a"]], "all")] == [(3, 0, 16), (3, 1, 16)]
    assert model.encode("").shape == (0, 16)
    assert model.encode([[]], boundaries=True)[0].shape == (2, 16)
    assert model.encode("one").shape == (1, 16)
    assert model.encode(["one"])[0].shape == (1, 16)


def test_long_tokens_are_truncated(model: ELMo) -> None:
    assert_identical(model.encode([["x" * 10_000]]), model.encode([["x" * 8]]))  # 10 ids include 2 boundary markers
    token = "abcdefgé"  # nine bytes
    assert_identical(model.encode([[token]], cut="characters"), model.encode([["abcdefg"]]))
    assert not np.array_equal(model.encode([[token]])[0], model.encode([["abcdefg"]])[0])
    assert model.encode([["\ud800"]])[0].shape == (1, 16)  # a lone surrogate has no UTF-8 bytes


@pytest.mark.parametrize("stateful", [False, True])
def test_long_sentences_are_computed_in_pieces(model: ELMo, monkeypatch: pytest.MonkeyPatch, stateful: bool) -> None:
    sentences = [["a", "b", "c"] * 30, ["d"], ["e", "f"] * 20]

    def encode_twice() -> list[Floats]:
        model.reset_state()
        return [
            vectors
            for _ in range(2)
            for vectors in model.encode(sentences, "all", batch_size=3, stateful=stateful, boundaries=True)
        ]

    whole = encode_twice()
    for limit in (7, 41, 50):
        monkeypatch.setattr(embedding, "MAX_BATCH_TOKENS", limit)
        assert_identical(encode_twice(), whole)


def test_a_sentence_of_ten_thousand_tokens(model: ELMo) -> None:
    (vectors,) = model.encode([["word", "after", "word", "after"] * 2500], "top")
    assert vectors.shape == (10_000, 16)
    assert np.isfinite(vectors).all()


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"batch_size": 0}, ValueError, "batch_size must be from 1"),
        ({"batch_size": True}, TypeError, "batch_size must be an integer"),
        ({"layers": 3}, ValueError, "layers must be from -3 to 2, got 3"),
        ({"layers": "bottom"}, ValueError, "one of all, top, average"),
        ({"layers": [1.0, 2.0]}, ValueError, "each of the 3 layers"),
        ({"layers": [math.nan, 0, 0]}, ValueError, "finite"),
        ({"layers": [-math.inf] * 3}, ValueError, "must include at least one layer"),
        ({"layers": None}, TypeError, "layers must be an integer"),
        ({"gamma": math.inf}, ValueError, "gamma must be finite"),
        ({"layer_norm": "mine"}, ValueError, "one of bilm, allennlp"),
        ({"pooling": "max"}, ValueError, "pooling must be one of mean"),
        ({"precision": "float16"}, ValueError, "one of float32, bfloat16"),
        ({"stateful": "yes"}, TypeError, "stateful must be True or False"),
        ({"boundaries": 2}, ValueError, "boundaries"),
        ({"tokenizer": "spaces"}, TypeError, "tokenizer must be callable"),
        ({"cut": "words"}, ValueError, "one of bytes, characters"),
        ({"cache_bytes": -1}, ValueError, "cache_bytes must be at least 0"),
        ({"cache_bytes": "much"}, TypeError, "cache_bytes must be an integer"),
        ({"workers": 0}, ValueError, "workers"),
        ({"progress": "yes"}, TypeError, "progress"),
    ],
)
def test_invalid_arguments_are_rejected(
    model: ELMo, arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        model.encode([["a"]], **arguments)


@pytest.mark.parametrize("method", [ELMo.encode, ELMo.encode_iter, ELMo.encode_file])
def test_methods_have_the_defaults_of_the_options(method: Callable[..., Any]) -> None:
    parameters = inspect.signature(method).parameters
    for option in fields(ELMoEncodingOptions):
        if (method, option.name) == (ELMo.encode_file, "layers"):  # a file holds all layers by default, as bilm-tf's
            assert parameters["layers"].default == "all"
        elif (method, option.name) != (ELMo.encode_file, "tokenizer"):  # a file is tokenised already
            assert parameters[option.name].default == option.default, option.name


def test_a_model_without_parameters_cannot_encode(small_model: MakeModel) -> None:
    with pytest.raises(NotFittedError, match="no parameters yet"):
        small_model().encode("a text")


def test_changed_parameters_take_effect(trained: ELMo, sentences: list[list[str]], quick: dict[str, Any]) -> None:
    before = trained.encode([["apples"]])[0]
    trained.train(sentences, **quick)
    after = trained.encode([["apples"]])[0]
    assert not np.array_equal(before, after)
    trained.parameters["char_embed"][:] = 0
    np.testing.assert_array_equal(trained.encode([["apples"]])[0], after)
    trained.parameters_changed()
    assert not np.array_equal(trained.encode([["apples"]])[0], after)


def test_encode_iter_reads_only_a_few_batches_ahead(model: ELMo) -> None:
    read = 0

    def endless() -> Iterator[list[str]]:
        nonlocal read
        for number in itertools.count():
            read += 1
            yield [f"word{number}", "after"]

    first = list(itertools.islice(model.encode_iter(endless(), batch_size=2), 10))
    assert len(first) == 10
    assert read <= 32
    with pytest.raises(TypeError, match="for one text use encode"):
        model.encode_iter("a text")


def test_encode_iter_checks_arguments_before_it_is_iterated(model: ELMo) -> None:
    with pytest.raises(ValueError, match="layers must be from -3 to 2"):
        model.encode_iter([["a"]], 3)


def test_progress_callable_receives_the_number_of_tokens(model: ELMo) -> None:
    reported: list[int] = []
    model.encode(SENTENCES, progress=reported.append)
    assert reported[-1] == sum(map(len, SENTENCES))
    assert reported == sorted(reported)


def test_the_cache_size_does_not_change_vectors(model: ELMo) -> None:
    expected = model.encode(SENTENCES, "all")
    for cache_bytes in (0, 1000, 1 << 30):
        assert_identical(model.encode(SENTENCES, "all", cache_bytes=cache_bytes), expected)
        assert_identical(list(model.encode_iter(SENTENCES, "all", cache_bytes=cache_bytes)), expected)
