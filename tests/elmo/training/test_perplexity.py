"""Perplexity against its float64 reference: full softmax, every word, recurrent state carried through the text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from reference.elmo import cross_entropies, softmax_name, stack, token_layer, zero_state
from reference.tape import Node, concatenate
from wordkin import ELMo
from wordkin.text.characters import character_rows

Sentences = list[list[str]]
MakeModel = Callable[..., ELMo]

WORDS = ["apples", "and", "pears", "plums", "are", "red", "big"]  # "figs" and "good" are outside the vocabulary
KINDS: list[dict[str, Any]] = [{}, {"token_input": True}, {"cell": "rnn", "shared_softmax": False, "n_layers": 1}]


def model_of(make: MakeModel, **options: Any) -> ELMo:
    model = make(**options)
    model.initialize(WORDS, seed=3)
    draw = np.random.default_rng(5)
    for tensor in model.parameters.values():  # A new model assigns almost the same probability to all words.
        tensor += 0.3 * draw.standard_normal(tensor.shape, dtype=np.float32)
    return model


def defined_perplexities(model: ELMo, sentences: Sentences) -> tuple[float, float]:
    """Return the perplexities of one stream, in which the state is carried through the whole text."""
    options = model.options
    p = {name: Node(tensor.astype(np.float64)) for name, tensor in model.parameters.items()}
    index = {word: number for number, word in enumerate(model.vocabulary or [])}
    found = []
    for direction in (0, 1):
        inputs: list[str] = []
        targets: list[str] = []
        for sentence in sentences:
            marked = ["<S>", *sentence, "</S>"][:: -1 if direction else 1]
            inputs += marked[:-1]
            targets += marked[1:]
        ids = np.array([index.get(word, index["<UNK>"]) for word in [*inputs, *targets]])
        if options.token_input:
            vectors = p["embedding"][ids[: len(inputs)]]
        else:
            vectors = token_layer(p, options, character_rows(inputs, options.max_characters_per_token))
        steps = [vectors[t : t + 1] for t in range(len(inputs))]
        outputs, _ = stack(p, options, direction, steps, zero_state(options, 1), None)
        top = concatenate(outputs[-1], axis=0)
        losses = cross_entropies(p, softmax_name(options, direction), top, ids[len(inputs) :], None, 0)
        found.append(float(np.exp(losses.value.mean())))
    return found[0], found[1]


@pytest.mark.parametrize("options", KINDS)
@pytest.mark.parametrize("unroll_steps", [1, 7, 1000])
def test_perplexity_matches_the_definition(
    small_model: MakeModel, sentences: Sentences, options: dict[str, Any], unroll_steps: int
) -> None:
    model = model_of(small_model, **options)
    text = sentences[:12]
    found = model.perplexity(text, batch_size=1, unroll_steps=unroll_steps, workers=1)
    expected = defined_perplexities(model, text)
    assert (found.forward, found.backward) == pytest.approx(expected, rel=1e-5)
    assert found.tokens == sum(len(sentence) + 1 for sentence in text)
    assert found.unknown_tokens == sum(word in ("figs", "good") for sentence in text for word in sentence)


def test_one_stream_per_sentence_starts_without_state(small_model: MakeModel, sentences: Sentences) -> None:
    """With one stream per sentence and windows of the same length, every sentence is read from a zero state."""
    model = model_of(small_model)
    text = [sentence for sentence in sentences if len(sentence) == 3] + [["figs", "are", "red"], ["and", "and", "big"]]
    found = model.perplexity(text, batch_size=64, unroll_steps=4, workers=1)
    losses = np.zeros(2)
    for sentence in text:
        losses += (len(sentence) + 1) * np.log(defined_perplexities(model, [sentence]))
    assert (found.forward, found.backward) == pytest.approx(np.exp(losses / found.tokens), rel=1e-5)


def test_threads_and_precision_change_little(small_model: MakeModel, sentences: Sentences) -> None:
    model = model_of(small_model)
    one, two = (model.perplexity(sentences, workers=workers) for workers in (1, 2))
    assert two.forward == pytest.approx(one.forward, rel=1e-6)
    rough = model.perplexity(sentences, workers=1, precision="bfloat16")
    # Rounding the operands of a product to 8 significant bits changes a score by up to 2**-8 of its size, and the mean
    # loss by the average of these changes, most of which cancel out. Scores of these models are about 1.
    assert rough.forward == pytest.approx(one.forward, rel=2**-8)
    assert rough.forward != one.forward


def test_progress_counts_predictions(small_model: MakeModel, sentences: Sentences) -> None:
    done: list[int] = []
    found = model_of(small_model).perplexity(sentences, workers=1, progress=done.append)
    assert done == sorted(done)
    assert done[-1] == found.tokens
