"""The recurrent stacks of every instruction set compared with their float64 definition and with each other."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from reference import int8
from reference.recurrent import CellOptions, Layer, State, stack_backward, stack_forward
from wordkin import _core_testing
from wordkin.runtime import compute

Array = NDArray[Any]
Arrays = tuple[Array, Array, Array | None]

# Relative to the largest entry of each tensor: float32 sums of a few hundred terms, through several layers and steps.
TOLERANCE = 1e-5


@dataclass(frozen=True)
class Shape:
    """Shape of a stack: 37 and 5 do not fill vectors, 50 is one panel and a part of another."""

    input: int = 7
    dim: int = 37
    hidden: int = 5
    layers: int = 3
    active: tuple[int, ...] = (6, 6, 5, 3, 3, 1)
    options: CellOptions = field(default_factory=CellOptions)

    @property
    def gates(self) -> int:
        return 4 if self.options.cell == "lstm" else 1

    @property
    def rows(self) -> int:
        return sum(self.active)


PLAIN = Shape()
CLIPPED = Shape(options=CellOptions(cell_clip=0.4, proj_clip=0.3))
SHAPES = {
    "plain": PLAIN,
    "clipped": CLIPPED,
    "no-skips": Shape(options=CellOptions(skip=False, forget_bias=0.0)),
    "no-projection": Shape(dim=37, hidden=37, options=CellOptions(cell_clip=0.4, proj_clip=0.1)),
    "wide": Shape(dim=200, hidden=50, layers=2, options=CellOptions(cell_clip=0.5, proj_clip=0.5)),
    "one-layer": Shape(layers=1),
    "rnn": Shape(options=CellOptions("rnn")),
    "rnn-clipped": Shape(options=CellOptions("rnn", proj_clip=0.3)),
    "rnn-no-projection": Shape(hidden=37, options=CellOptions("rnn")),
}


@dataclass
class Problem:
    shape: Shape
    weights: list[Arrays]
    inputs: Array
    states: list[tuple[Array, Array]]
    d_outputs: Array

    @classmethod
    def random(cls, shape: Shape, seed: int = 1) -> Problem:
        generator = np.random.default_rng(seed)

        def normal(*size: int, scale: float = 1.0) -> Array:
            return generator.normal(scale=scale, size=size).astype(np.float32)

        weights: list[Arrays] = []
        for number in range(shape.layers):
            taken = (shape.input if number == 0 else shape.hidden) + shape.hidden
            w = normal(taken, shape.gates * shape.dim, scale=1 / np.sqrt(taken))
            w_p = normal(shape.dim, shape.hidden, scale=1 / np.sqrt(shape.dim)) if shape.hidden < shape.dim else None
            weights.append((w, normal(shape.gates * shape.dim), w_p))
        width = shape.active[0] + 2  # two rows without a sequence
        states = [(normal(width, shape.hidden), normal(width, shape.dim)) for _ in weights]
        return cls(shape, weights, normal(shape.rows, shape.input), states, normal(shape.rows, shape.hidden))

    def layers(self) -> list[Layer]:
        return [
            Layer(*(None if a is None else a.astype(np.float64) for a in arrays))  # type: ignore[arg-type]
            for arrays in self.weights
        ]

    def state_copy(self) -> list[tuple[Array, Array]]:
        return [(h.copy(), c.copy()) for h, c in self.states]

    def stacks(self, isa: str, *, training: bool, threads: int = 1, precision: str = "float32") -> Any:
        return stacks_of([self], isa, training=training, threads=threads, precision=precision)


def stacks_of(problems: list[Problem], isa: str, *, training: bool, threads: int = 1, **more: Any) -> Any:
    shape = problems[0].shape
    options = shape.options
    stacks = _core_testing.recurrent.Stacks(
        [problem.weights for problem in problems],
        active=list(shape.active),
        cell=options.cell,
        cell_clip=options.cell_clip,
        proj_clip=options.proj_clip,
        forget_bias=options.forget_bias,
        skip_connections=options.skip,
        training=training,
        threads=threads,
        isa=isa,
        **more,
    )
    stacks.pack()
    return stacks


def steps_of(rows: Array, active: tuple[int, ...]) -> list[Array]:
    return np.split(rows, np.cumsum(active)[:-1])


def factors(shape: Shape, rate: float, step: int) -> list[list[Array]]:
    """Return the dropout factors that the kernels draw."""
    masks = []
    for layer in range(shape.layers + 1):
        ones = np.ones((shape.rows, shape.input if layer == 0 else shape.hidden), np.float32)
        _core_testing.recurrent.drop(ones, rate=rate, seed=9, step=step, direction=0, layer=layer)
        masks.append([part.astype(np.float64) for part in steps_of(ones, shape.active)])
    return masks


def empty_gradients(weights: list[Arrays]) -> list[Arrays]:
    return [tuple(None if a is None else np.full_like(a, np.nan) for a in arrays) for arrays in weights]  # type: ignore[misc]


def assert_close(found: Array, exact: Array, tolerance: float = TOLERANCE) -> None:
    assert np.abs(found - exact).max() <= tolerance * np.abs(exact).max()


def definition(problem: Problem, masks: list[list[Array]] | None = None) -> tuple[Any, ...]:
    shape = problem.shape
    states = [State(h.astype(np.float64), c.astype(np.float64)) for h, c in problem.states]
    inputs = [x.astype(np.float64) for x in steps_of(problem.inputs, shape.active)]
    outputs, after, tape = stack_forward(inputs, problem.layers(), states, shape.options, masks)
    d_outputs = [d.astype(np.float64) for d in steps_of(problem.d_outputs, shape.active)]
    d_inputs, gradients = stack_backward(tape, d_outputs)
    return outputs, after, np.concatenate(d_inputs), gradients


@dataclass
class Trained:
    """Results of one forward and backward pass."""

    output: Array
    states: list[tuple[Array, Array]]
    d_input: Array
    gradients: list[Arrays]

    @classmethod
    def of(cls, stacks: Any, problem: Problem, rate: float = 0.0, step: int = 0) -> Trained:
        shape, states = problem.shape, problem.state_copy()
        output = np.empty((shape.rows, shape.hidden), np.float32)
        d_input, gradients = np.empty_like(problem.inputs), empty_gradients(problem.weights)
        stacks.forward([[output]], [problem.inputs], [states], dropout=rate, seed=9, step=step)
        stacks.backward([d_input], [gradients], [problem.d_outputs.copy()])
        return cls(output, states, d_input, gradients)

    def arrays(self) -> list[Array]:
        tensors = [a for arrays in self.gradients for a in arrays if a is not None]
        return [self.output, self.d_input, *tensors, *(a for pair in self.states for a in pair)]


@pytest.mark.parametrize("rate", [0.0, 0.25])
@pytest.mark.parametrize("name", SHAPES)
def test_training_matches_the_definition(isa: str, name: str, rate: float) -> None:
    problem = Problem.random(SHAPES[name])
    stacks = problem.stacks(isa, training=True)
    masks = factors(problem.shape, rate, 4) if rate else None
    outputs, after, d_inputs, gradients = definition(problem, masks)
    for _ in range(2):  # the second pass does not depend on the first
        trained = Trained.of(stacks, problem, rate, 4)
        assert_close(trained.output, np.concatenate(outputs[-1]))
        assert_close(trained.d_input, d_inputs)
        for (w, b, w_p), exact in zip(trained.gradients, gradients, strict=True):
            assert_close(w, exact.w)
            assert_close(b, exact.b)
            if w_p is not None:
                assert_close(w_p, exact.w_p)
        for (h, c), exact_state in zip(trained.states, after, strict=True):
            assert_close(h, exact_state.h)
            assert_close(c, exact_state.c)
    if problem.shape.options.proj_clip > 0 and problem.shape.hidden < problem.shape.dim:
        assert 0 < (np.abs(trained.states[-1][0]) == np.float32(problem.shape.options.proj_clip)).mean() < 1


def inferred(stacks: Any, problem: Problem, n_layers: int | None = None) -> tuple[list[Array], list[Any]]:
    shape, states = problem.shape, problem.state_copy()
    outputs = [np.empty((shape.rows, shape.hidden), np.float32) for _ in range(n_layers or shape.layers)]
    stacks.forward([outputs], [problem.inputs], [states])
    return outputs, states


@pytest.mark.parametrize("name", SHAPES)
def test_inference_matches_the_definition(isa: str, name: str) -> None:
    problem = Problem.random(SHAPES[name])
    stacks = problem.stacks(isa, training=False)
    exact, after, _, _ = definition(problem)
    outputs, states = inferred(stacks, problem)
    for output, steps in zip(outputs, exact, strict=True):
        assert_close(output, np.concatenate(steps))
    for (h, c), state, (h_before, c_before) in zip(states, after, problem.states, strict=True):
        assert_close(h, state.h)
        assert_close(c, state.c)
        np.testing.assert_array_equal(h[-2:], h_before[-2:])  # rows without a sequence
        np.testing.assert_array_equal(c[-2:], c_before[-2:])
    fewer, _ = inferred(stacks, problem, 1)
    np.testing.assert_array_equal(fewer[0], outputs[0])


@pytest.mark.parametrize("name", SHAPES)
def test_inference_equals_the_forward_pass_of_training(isa: str, name: str) -> None:
    problem = Problem.random(SHAPES[name])
    outputs, states = inferred(problem.stacks(isa, training=False), problem)
    trained = Trained.of(problem.stacks(isa, training=True), problem)
    np.testing.assert_array_equal(outputs[-1], trained.output)
    for pair, other in zip(states, trained.states, strict=True):
        for one, two in zip(pair, other, strict=True):
            np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("name", ["wide", "no-projection", "rnn-clipped"])
def test_number_of_threads(isa: str, name: str) -> None:
    """Outputs and states do not depend on the number of threads; the order of sums in gradients may."""
    problem = Problem.random(SHAPES[name])
    alone = Trained.of(problem.stacks(isa, training=True), problem, 0.2)
    for threads in (2, 3):
        shared = Trained.of(problem.stacks(isa, training=True, threads=threads), problem, 0.2)
        np.testing.assert_array_equal(shared.output, alone.output)
        for one, two in zip(shared.arrays(), alone.arrays(), strict=True):
            assert_close(one, two)
        outputs, _ = inferred(problem.stacks(isa, training=False, threads=threads), problem)
        exact, _ = inferred(problem.stacks(isa, training=False), problem)
        for one, two in zip(outputs, exact, strict=True):
            np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_directions_are_independent(threads: int) -> None:
    isa = compute.available_isas()[-1]
    problems = [Problem.random(SHAPES["wide"], seed) for seed in (1, 2)]
    shape = problems[0].shape
    stacks = stacks_of(problems, isa, training=True, threads=threads)
    outputs = [np.empty((shape.rows, shape.hidden), np.float32) for _ in problems]
    states = [problem.state_copy() for problem in problems]
    stacks.forward([[output] for output in outputs], [problem.inputs for problem in problems], states)
    d_inputs = [np.empty_like(problem.inputs) for problem in problems]
    gradients = [empty_gradients(problem.weights) for problem in problems]
    stacks.backward(d_inputs, gradients, [problem.d_outputs.copy() for problem in problems])
    for number, problem in enumerate(problems):
        alone = Trained.of(problem.stacks(isa, training=True), problem)
        np.testing.assert_array_equal(outputs[number], alone.output)
        together = Trained(outputs[number], states[number], d_inputs[number], gradients[number])
        for one, two in zip(together.arrays(), alone.arrays(), strict=True):
            assert_close(one, two)


@pytest.mark.parametrize("name", ["clipped", "wide", "no-projection", "rnn"])
def test_sequences_do_not_depend_on_the_rest_of_the_batch(isa: str, name: str) -> None:
    """A sequence gives the same bits alone and at any position of a batch."""
    batch = Problem.random(SHAPES[name])
    outputs, states = inferred(batch.stacks(isa, training=False), batch)
    for row in range(batch.shape.active[0]):
        length = sum(active > row for active in batch.shape.active)
        rows = [sum(batch.shape.active[:step]) + row for step in range(length)]
        shape = replace(batch.shape, active=(1,) * length)
        alone = replace(
            batch,
            shape=shape,
            inputs=batch.inputs[rows],
            states=[(h[row : row + 1].copy(), c[row : row + 1].copy()) for h, c in batch.states],
        )
        found, after = inferred(alone.stacks(isa, training=False), alone)
        for layer in range(shape.layers):
            np.testing.assert_array_equal(found[layer], outputs[layer][rows])
            np.testing.assert_array_equal(after[layer][0][0], states[layer][0][row])
            np.testing.assert_array_equal(after[layer][1][0], states[layer][1][row])


@pytest.mark.parametrize("name", ["clipped", "no-projection", "rnn"])
def test_state_carries_over_between_calls(isa: str, name: str) -> None:
    whole = Problem.random(replace(SHAPES[name], active=(4,) * 6))
    outputs, states = inferred(whole.stacks(isa, training=False), whole)
    half = replace(whole.shape, active=(4,) * 3)
    carried, halves = whole.state_copy(), []
    for part in (0, 1):
        now = replace(whole, shape=half, inputs=whole.inputs[12 * part : 12 * part + 12], states=carried)
        for training in (True, False):
            found = [np.empty((half.rows, half.hidden), np.float32) for _ in range(1 if training else half.layers)]
            after = now.state_copy()
            now.stacks(isa, training=training).forward([found], [now.inputs], [after])
        halves.append(found[-1])
        carried = after
    np.testing.assert_array_equal(np.concatenate(halves), outputs[-1])
    for one, two in zip(carried, states, strict=True):
        np.testing.assert_array_equal(one[0], two[0])
        np.testing.assert_array_equal(one[1], two[1])


def test_large_batches_are_processed_in_parts(isa: str) -> None:
    """Inputs are multiplied by the weights for several steps at once, up to a number of rows exceeded here."""
    for active in ((100,) * 6, (400, 300, 5)):
        problem = Problem.random(Shape(dim=20, hidden=5, layers=2, active=active))
        exact, _, _, _ = definition(problem)
        outputs, _ = inferred(problem.stacks(isa, training=False), problem)
        for output, steps in zip(outputs, exact, strict=True):
            assert_close(output, np.concatenate(steps))


def test_dropout_factors() -> None:
    ones = np.ones((400, 33), np.float32)
    whole = ones.copy()
    _core_testing.recurrent.drop(whole, rate=0.1, seed=3, step=5, direction=1, layer=2)
    assert set(np.unique(whole)) == {np.float32(0), np.float32(65536 / (65536 - 6554))}
    assert abs((whole == 0).mean() - 0.1) < 0.01  # the standard deviation of this share is 0.0026
    for changed in ({"seed": 4}, {"step": 6}, {"direction": 0}, {"layer": 1}):
        other = ones.copy()
        _core_testing.recurrent.drop(
            other, **{"rate": 0.1, "seed": 3, "step": 5, "direction": 1, "layer": 2, **changed}
        )
        both = ((whole == 0) & (other == 0)).mean()
        assert abs(both - 0.01) < 0.004  # the standard deviation is 0.00087 for independent draws
    part = ones[:100].copy()
    _core_testing.recurrent.drop(part, first_row=50, rate=0.1, seed=3, step=5, direction=1, layer=2)
    np.testing.assert_array_equal(part, whole[50:150])


def test_bfloat16_error_is_bounded(isa: str) -> None:
    # Without clipping, because a rounding error across a bound would change the gradient.
    problem = Problem.random(replace(SHAPES["wide"], options=CellOptions()))
    exact, _, d_inputs, gradients = definition(problem)
    trained = Trained.of(problem.stacks(isa, training=True, precision="bfloat16"), problem)
    # Relative errors of up to 2^-9 = 0.002 per operand, accumulated over 2 layers and 6 steps.
    assert_close(trained.output, np.concatenate(exact[-1]), 0.03)
    assert_close(trained.d_input, d_inputs, 0.05)
    for (w, _, _), layer in zip(trained.gradients, gradients, strict=True):
        assert_close(w, layer.w, 0.05)


def test_invalid_arrays_are_rejected() -> None:
    problem = Problem.random(PLAIN)
    stacks = problem.stacks("baseline", training=False)
    with pytest.raises(ValueError, match="inputs must have the shape"):
        stacks.forward([[np.zeros((24, 5), np.float32)]], [problem.inputs[:-1]], [problem.states])
    with pytest.raises(ValueError, match="training must be true"):
        stacks.backward([None], [empty_gradients(problem.weights)], [problem.d_outputs])
    with pytest.raises(ValueError, match="must not increase, got 7 after 6"):
        replace(problem, shape=replace(PLAIN, active=(6, 7))).stacks("baseline", training=False)


def int8_definition(problem: Problem) -> list[Array]:
    """Outputs of all layers, from products of rounded operands; gates and cells in float64."""
    shape, options = problem.shape, problem.shape.options
    x, outputs = steps_of(problem.inputs, shape.active), []
    for layer, (w, b, w_p) in enumerate(problem.weights):
        h, c = (array.astype(np.float32) for array in problem.states[layer])
        rows, result = len(w) - shape.hidden, []
        for step in x:
            n = len(step)
            products = [int8.product(a, part) for a, part in ((step, w[:rows]), (h[:n], w[rows:]))]
            i, j, f, o = np.split((products[0] + products[1] + b).astype(np.float64), 4, axis=1)
            cells = sigmoid(f + options.forget_bias) * c[:n] + sigmoid(i) * np.tanh(j)
            c[:n] = np.clip(cells, -options.cell_clip, options.cell_clip) if options.cell_clip else cells
            m = (sigmoid(o) * np.tanh(c[:n])).astype(np.float32)
            h[:n] = m if w_p is None else int8.product(m, w_p)
            if w_p is not None and options.proj_clip:
                h[:n] = np.clip(h[:n], -options.proj_clip, options.proj_clip)
            result.append(h[:n] + step if layer > 0 and options.skip else h[:n].copy())
        outputs.append(np.concatenate(result))
        x = result
    return outputs


def sigmoid(x: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-x)))


@pytest.mark.parametrize("name", ["plain", "clipped", "no-skips", "no-projection", "wide"])
def test_inference_with_8_bit_integers_matches_the_definition(any_isa: str, name: str) -> None:
    """To within float32 rounding of the gates, unless that changes the rounding of an operand to an integer."""
    problem = Problem.random(SHAPES[name])
    expected = int8_definition(problem)
    outputs, _ = inferred(problem.stacks(any_isa, training=False, precision="int8"), problem)
    for output, exact in zip(outputs, expected, strict=True):
        assert np.abs(output - exact).max() < 0.02 * np.abs(exact).max()
        assert np.median(np.abs(output - exact)) < 1e-6
    for threads in (2, 3):
        again, _ = inferred(problem.stacks(any_isa, training=False, precision="int8", threads=threads), problem)
        for one, two in zip(again, outputs, strict=True):
            np.testing.assert_array_equal(one, two)
