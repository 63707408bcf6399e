"""The compiled language model against the float64 reference: token vectors, layers, and log probabilities."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from elmo.trained_models import assert_close
from reference.elmo import layers_of_sentence, losses, token_layer, zero_state
from reference.elmo_models import random_parameters, random_window, small_options
from reference.tape import Node
from wordkin import _core
from wordkin.runtime import compute

MODELS: dict[str, dict[str, Any]] = {
    "lstm": {},
    "clips": {"cell_clip": 0.6, "proj_clip": 0.4},
    "rnn, three layers": {"cell": "rnn", "n_layers": 3},
    "no projection, no skip": {"dim": 5, "use_skip_connections": False},
    "words beside characters": {"word_dim": 3, "n_input_words": 6, "n_characters": 30},
    "tokens, separate softmax": {"token_input": True, "shared_softmax": False},
}


class Model:
    """A loaded model and its weights in float64."""

    def __init__(self, isa: str | None = None, *, threads: int = 1, precision: str = "float32", **changes: Any) -> None:
        self.options = small_options(**changes)
        parameters = random_parameters(self.options, 1)
        self.exact = {name: Node(value.astype(np.float64)) for name, value in parameters.items()}
        self.threads = threads
        self.core = _core.elmo.LanguageModel(
            self.options, parameters, threads=threads, isa=isa or compute.choose_isa(), precision=precision
        )

    def token_vectors(
        self, characters: NDArray[np.uint16], words: NDArray[np.int32] | None = None
    ) -> NDArray[np.float32]:
        return self.core.token_vectors(characters, threads=self.threads, words=words)

    def layers(self, *arrays: NDArray[Any], **options: Any) -> NDArray[np.float32]:
        return self.core.layers(*arrays, threads=self.threads, **options)

    def distributions(self, direction: int, hidden: NDArray[np.float32]) -> NDArray[np.float32]:
        return self.core.distributions(direction, hidden, threads=self.threads)

    def log_probabilities(
        self, direction: int, hidden: NDArray[np.float32], targets: NDArray[np.int32]
    ) -> NDArray[np.float64]:
        return self.core.log_probabilities(direction, hidden, targets, threads=self.threads)


def random_words(options: Any, seed: int, count: int = 11) -> NDArray[np.uint16]:
    characters = random_window(options, seed, types=count).characters
    assert characters is not None
    return characters


def random_sentences(seed: int, lengths: list[int], words: int = 11) -> list[NDArray[np.int32]]:
    generator = np.random.default_rng(seed)
    return [generator.integers(0, words, length).astype(np.int32) for length in lengths]


def joined(sentences: list[NDArray[np.int32]]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    ends = np.cumsum([len(sentence) for sentence in sentences], dtype=np.int64)
    return np.concatenate([*sentences, np.zeros(0, np.int32)]), ends


def state_of(options: Any, rows: int, seed: int | None = None) -> dict[str, NDArray[np.float32]]:
    generator = np.random.default_rng(seed)
    scale = 0.0 if seed is None else 0.3
    return {
        name: (scale * generator.standard_normal(value.shape)).astype(np.float32)
        for name, value in zero_state(options, rows).items()
    }


def random_input_words(options: Any, seed: int, count: int = 11) -> NDArray[np.int32] | None:
    """Return rows of the word vectors of distinct words; None for a model without word vectors."""
    return random_window(options, seed, types=count).words


def rows_of(state: dict[str, NDArray[Any]], row: int) -> dict[str, NDArray[np.float64]]:
    return {name: value[row : row + 1].astype(np.float64) for name, value in state.items()}


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_token_vectors_match_the_reference(isa: str, activation: str) -> None:
    model = Model(isa, activation=activation, n_highway=2)
    words = random_words(model.options, 2)
    expected = token_layer(model.exact, model.options, words).value
    assert_close(model.token_vectors(words), expected, "vectors")


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("changes", [{}, {"projection_dim": 13, "dim": 14}])
def test_token_vectors_have_those_of_words_added(isa: str, threads: int, changes: dict[str, Any]) -> None:
    model = Model(isa, threads=threads, word_dim=5, n_input_words=6, n_characters=300, **changes)
    characters, words = random_words(model.options, 2, 40), random_input_words(model.options, 2, 40)
    vectors = model.token_vectors(characters, words)
    assert_close(vectors, token_layer(model.exact, model.options, characters, words).value, "vectors")
    assert words is not None
    alone = np.concatenate([model.token_vectors(characters[i : i + 1], words[i : i + 1]) for i in range(40)])
    np.testing.assert_array_equal(alone, vectors)
    with pytest.raises(ValueError, match="words must have an entry for each row of characters, 40"):
        model.token_vectors(characters, words[1:])
    with pytest.raises(ValueError, match="words must be below 6, the number of rows of word_embed, got 6"):
        model.token_vectors(characters, words + 6 - words)
    with pytest.raises(TypeError, match="words must be a NumPy array"):
        model.token_vectors(characters)
    with pytest.raises(ValueError, match="characters must be below 300, got 300"):
        model.token_vectors(characters * 0 + 300, words)
    with pytest.raises(TypeError, match="words must be None for a model without word vectors"):
        Model(isa).token_vectors(random_words(small_options(), 2, 40), words)


@pytest.mark.parametrize("name", MODELS)
def test_layers_and_final_state_match_the_reference(isa: str, name: str) -> None:
    model = Model(isa, **MODELS[name])
    options = model.options
    vectors = np.random.default_rng(2).standard_normal((11, options.projection_dim)).astype(np.float32)
    sentences = random_sentences(3, [3, 7, 1, 0, 4, 7])
    state = state_of(options, len(sentences), seed=4)
    before = {key: value.copy() for key, value in state.items()}
    ids, ends = joined(sentences)
    layers = model.layers(vectors, ids, ends, state=state)
    assert layers.shape == (options.n_layers + 1, len(ids), 2 * options.projection_dim)
    for row, (sentence, end) in enumerate(zip(sentences, ends, strict=True)):
        own = rows_of(before, row)
        if len(sentence):
            expected, own = layers_of_sentence(model.exact, options, vectors[sentence].astype(np.float64), own)
            for given, layer in zip(layers[:, end - len(sentence) : end], expected, strict=True):
                assert_close(given, layer, f"sentence {row}")
        for key, value in own.items():
            assert_close(state[key][row : row + 1], value, f"{key} of sentence {row}")


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_layers_are_bit_identical_for_any_batch_and_thread_count(isa: str, precision: str) -> None:
    models = [Model(isa, threads=threads, precision=precision, dim=40, projection_dim=17) for threads in (1, 2)]
    words = random_words(models[0].options, 2, count=300)
    vectors = models[0].token_vectors(words)
    np.testing.assert_array_equal(vectors, models[1].token_vectors(words))
    np.testing.assert_array_equal(vectors[5:6], models[1].token_vectors(words[5:6]))
    sentences = random_sentences(3, [9, 1, 20, 4, 9], words=300)
    alone = [model.layers(vectors, *joined([sentence])) for sentence in sentences for model in models[:1]]
    for model in models:
        for order in ([0, 1, 2, 3, 4], [4, 2, 0], [3, 1]):
            ids, ends = joined([sentences[k] for k in order])
            together = model.layers(vectors, ids, ends)
            for k, end in zip(order, ends, strict=True):
                np.testing.assert_array_equal(together[:, end - len(sentences[k]) : end], alone[k])


def test_n_layers_selects_the_lowest_layers() -> None:
    model = Model()
    vectors = np.random.default_rng(2).standard_normal((11, 5)).astype(np.float32)
    ids, ends = joined(random_sentences(3, [3, 5]))
    every = model.layers(vectors, ids, ends)
    for n_layers in (0, 1, 2):
        np.testing.assert_array_equal(model.layers(vectors, ids, ends, n_layers=n_layers), every[: n_layers + 1])
    np.testing.assert_array_equal(every[0], np.hstack([vectors[ids], vectors[ids]]))
    assert model.layers(vectors, *joined([])).shape == (3, 0, 10)


def test_a_sentence_in_two_pieces_with_carried_state() -> None:
    """Long sentences are computed this way: each direction starts at its own end of the sentence."""
    model = Model()
    vectors = np.random.default_rng(2).standard_normal((11, 5)).astype(np.float32)
    (sentence,) = random_sentences(3, [9])
    whole = model.layers(vectors, *joined([sentence]))
    state = state_of(model.options, 1)
    for forward, backward in ((slice(0, 4), slice(5, 9)), (slice(4, 9), slice(0, 5))):
        piece = model.layers(vectors, *joined([sentence[forward]]), state=state, backward_ids=sentence[backward].copy())
        np.testing.assert_array_equal(piece[..., :5], whole[:, forward, :5])
        np.testing.assert_array_equal(piece[..., 5:], whole[:, backward, 5:])
    with pytest.raises(ValueError, match="the last entry of ends must be the number of backward_ids, 3, got 9"):
        model.layers(vectors, *joined([sentence]), backward_ids=sentence[:3].copy())


@pytest.mark.parametrize("name", MODELS)
def test_negative_log_likelihoods_match_the_reference(isa: str, name: str) -> None:
    model = Model(isa, threads=2, **MODELS[name])
    evaluator = _core.elmo.Evaluator(model.core, threads=2)
    generator = np.random.default_rng(6)
    state: dict[str, Any] = dict(zero_state(model.options, 3))
    for number in range(3):
        window = random_window(model.options, number)
        mask = generator.random((2, 4, 3)) < 0.7
        given = evaluator.evaluate(window.characters, window.inputs, window.targets, mask, words=window.words)
        per_position, state = losses(model.exact, model.options, window, state, mask=mask)
        assert given == pytest.approx([float(loss.value) for loss in per_position], rel=1e-6)
    evaluator.reset_state()
    window = random_window(model.options, 0)
    again = evaluator.evaluate(window.characters, window.inputs, window.targets, mask, words=window.words)
    per_position, _ = losses(model.exact, model.options, window, zero_state(model.options, 3), mask=mask)
    assert again == pytest.approx([float(loss.value) for loss in per_position], rel=1e-6)


@pytest.mark.parametrize("direction", [0, 1])
def test_log_probabilities_match_the_reference(isa: str, direction: int) -> None:
    model = Model(isa, shared_softmax=False)
    generator = np.random.default_rng(2)
    hidden = generator.standard_normal((6, 5)).astype(np.float32)
    targets = generator.integers(0, 40, 6).astype(np.int32)
    weights, bias = (model.exact[f"softmax_{direction}/{kind}"].value for kind in "Wb")
    scores = hidden.astype(np.float64) @ weights.T + bias
    expected = scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)
    np.testing.assert_allclose(model.distributions(direction, hidden), expected, rtol=0, atol=1e-5)
    np.testing.assert_allclose(
        model.log_probabilities(direction, hidden, targets), expected[np.arange(6), targets], rtol=0, atol=1e-5
    )


def test_a_model_without_softmax_embeds_but_cannot_evaluate() -> None:
    options = small_options()
    parameters = {key: value for key, value in random_parameters(options, 1).items() if not key.startswith("softmax")}
    model = _core.elmo.LanguageModel(options, parameters, threads=1, isa="baseline")
    assert model.token_vectors(random_words(options, 2), threads=1).shape == (11, 5)
    with pytest.raises(ValueError, match="has no softmax"):
        _core.elmo.Evaluator(model, threads=1)
    with pytest.raises(ValueError, match="has no softmax"):
        model.distributions(0, np.zeros((1, 5), np.float32), threads=1)


def test_threads_share_one_model(isa: str) -> None:
    """Calls with different numbers of threads run at the same time and return the same bits."""
    model = Model(isa, dim=40, projection_dim=17).core
    words = random_words(small_options(), 2, count=300)
    vectors = model.token_vectors(words, threads=1)
    ids, ends = joined(random_sentences(3, [9, 1, 20, 4, 9], words=300))
    expected = model.layers(vectors, ids, ends, threads=1)

    def run(threads: int) -> bool:
        found = model.token_vectors(words, threads=threads)
        layers = model.layers(found, ids, ends, threads=threads)
        return np.array_equal(found, vectors) and np.array_equal(layers, expected)

    with ThreadPoolExecutor(4) as executor:
        assert all(executor.map(run, [1, 2, 3, 1] * 5))


def test_invalid_arguments_are_rejected() -> None:
    model = Model().core
    vectors = np.zeros((4, 5), np.float32)
    ids, ends = np.array([0, 3, 1], np.int32), np.array([1, 3], np.int64)
    cases: list[tuple[dict[str, Any], type[Exception], str]] = [
        ({"ids": ids + np.int32(1)}, ValueError, "ids must be below 4"),
        ({"ends": ends[::-1].copy()}, ValueError, "ends must not decrease"),
        ({"ends": ends[:1]}, ValueError, "the number of ids, 3, got 1"),
        ({"vectors": np.zeros((4, 6), np.float32)}, TypeError, "5 columns wide, got 6"),
        ({"n_layers": 3}, ValueError, "between 0 and 2, got 3"),
        ({"state": {}}, ValueError, "the state lacks state_0/0/h"),
    ]
    for changes, error, message in cases:
        with pytest.raises(error, match=message):
            model.layers(threads=1, **{"vectors": vectors, "ids": ids, "ends": ends, **changes})
    with pytest.raises(ValueError, match="direction must be 0 or 1"):
        model.distributions(2, vectors, threads=1)
