"""Reverse-mode differentiation of NumPy expressions in float64, as simple as possible.

Every operation notes how a gradient passes back through it, so a definition is its forward formula alone, and central
differences prove this file. Where a function has no derivative: relu passes nothing at 0, a clip passes everything at
its bounds (`tf.clip_by_value`), and the maximum is the first of equal entries.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Node",
    "clip",
    "concatenate",
    "exp",
    "gradients",
    "log_sum_exp",
    "maximum",
    "power",
    "relu",
    "sigmoid",
    "tanh",
]

Floats = NDArray[np.float64]
Back = Callable[[Floats], Floats]


def shrink(gradient: Floats, shape: tuple[int, ...]) -> Floats:
    """Sum a gradient over the axes along which `shape` was broadcast."""
    gradient = gradient.sum(axis=tuple(range(gradient.ndim - len(shape))))
    stretched = tuple(axis for axis, size in enumerate(shape) if size == 1 and gradient.shape[axis] != 1)
    return gradient.sum(axis=stretched, keepdims=True)


class Node:
    """An array and the nodes that it was computed from."""

    def __init__(self, value: Any, parents: Sequence[tuple[Node, Back]] = ()) -> None:
        self.value: Floats = np.asarray(value, dtype=np.float64)
        self.parents = parents

    @property
    def shape(self) -> tuple[int, ...]:
        return self.value.shape

    def __add__(self, other: Node | Floats | float) -> Node:
        other = node(other)
        return Node(
            self.value + other.value,
            [(self, lambda g: shrink(g, self.shape)), (other, lambda g: shrink(g, other.shape))],
        )

    def __sub__(self, other: Node | Floats | float) -> Node:
        return self + node(other) * -1.0

    def __mul__(self, other: Node | Floats | float) -> Node:
        other = node(other)
        return Node(
            self.value * other.value,
            [
                (self, lambda g: shrink(g * other.value, self.shape)),
                (other, lambda g: shrink(g * self.value, other.shape)),
            ],
        )

    def __matmul__(self, other: Node) -> Node:
        """Return the matrix product of arrays (..., k) and (k, n)."""
        k, n = other.shape
        return Node(
            self.value @ other.value,
            [
                (self, lambda g: g @ other.value.T),
                (other, lambda g: self.value.reshape(-1, k).T @ g.reshape(-1, n)),
            ],
        )

    def __getitem__(self, index: Any) -> Node:
        def back(g: Floats) -> Floats:
            whole = np.zeros(self.shape)
            np.add.at(whole, index, g)
            return whole

        return Node(self.value[index], [(self, back)])

    @property
    def T(self) -> Node:
        return Node(self.value.T, [(self, lambda g: g.T)])

    def sum(self, axis: int | None = None) -> Node:
        def back(g: Floats) -> Floats:
            return np.broadcast_to(g if axis is None else np.expand_dims(g, axis), self.shape)

        return Node(self.value.sum(axis=axis), [(self, back)])

    def reshape(self, *shape: int) -> Node:
        return Node(self.value.reshape(*shape), [(self, lambda g: g.reshape(self.shape))])


def node(value: Node | Floats | float) -> Node:
    return value if isinstance(value, Node) else Node(value)


def sigmoid(x: Node) -> Node:
    y = np.exp(-np.logaddexp(0.0, -x.value))
    return Node(y, [(x, lambda g: g * y * (1.0 - y))])


def exp(x: Node) -> Node:
    y = np.exp(x.value)
    return Node(y, [(x, lambda g: g * y)])


def power(x: Node, exponent: float) -> Node:
    return Node(x.value**exponent, [(x, lambda g: g * exponent * x.value ** (exponent - 1.0))])


def tanh(x: Node) -> Node:
    y = np.tanh(x.value)
    return Node(y, [(x, lambda g: g * (1.0 - y * y))])


def relu(x: Node) -> Node:
    return Node(np.maximum(x.value, 0.0), [(x, lambda g: g * (x.value > 0.0))])


def clip(x: Node, bound: float) -> Node:
    return Node(np.clip(x.value, -bound, bound), [(x, lambda g: g * (np.abs(x.value) <= bound))])


def maximum(x: Node, axis: int) -> Node:
    first = np.expand_dims(x.value.argmax(axis=axis), axis)

    def back(g: Floats) -> Floats:
        whole = np.zeros(x.shape)
        np.put_along_axis(whole, first, np.expand_dims(g, axis), axis)
        return whole

    return Node(x.value.max(axis=axis), [(x, back)])


def log_sum_exp(x: Node) -> Node:
    """Return log sum exp over the last axis; entries may be -infinity."""
    y = np.logaddexp.reduce(x.value, axis=-1)
    return Node(y, [(x, lambda g: g[..., np.newaxis] * np.exp(x.value - y[..., np.newaxis]))])


def concatenate(parts: Sequence[Node], axis: int) -> Node:
    ends = np.cumsum([part.shape[axis] for part in parts])

    def back(i: int) -> Back:
        return lambda g: np.split(g, ends[:-1], axis=axis)[i]

    joined = np.concatenate([part.value for part in parts], axis=axis)
    return Node(joined, [(part, back(i)) for i, part in enumerate(parts)])


def order_of(last: Node) -> list[Node]:
    """Return every node that `last` depends on, parents first."""
    order: list[Node] = []
    seen: set[int] = set()
    waiting: list[tuple[Node, bool]] = [(last, False)]
    while waiting:
        current, has_parents = waiting.pop()
        if has_parents:
            order.append(current)
        elif id(current) not in seen:
            seen.add(id(current))
            waiting.append((current, True))
            waiting += [(parent, False) for parent, _ in current.parents]
    return order


def gradients(of: Node, leaves: dict[str, Node]) -> dict[str, Floats]:
    """Return the derivative with respect to every leaf; zeros for leaves that do not contribute."""
    found: dict[int, Floats] = {id(of): np.ones(of.shape)}
    for current in reversed(order_of(of)):
        gradient = found.get(id(current))
        if gradient is None:
            continue
        for parent, back in current.parents:
            passed = back(gradient)
            found[id(parent)] = found[id(parent)] + passed if id(parent) in found else passed
    return {name: np.array(found.get(id(leaf), np.zeros(leaf.shape))) for name, leaf in leaves.items()}
