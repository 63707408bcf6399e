"""The combination of replicas by every instruction set compared with its float64 definition."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from reference.replicas import combined_rows
from wordkin import _core
from wordkin.runtime import compute
from wordkin.word2vec.padded_rows import PaddedRows

Floats = NDArray[np.float32]

ISAS = compute.available_isas()


def padded(matrix: NDArray[np.floating]) -> Floats:
    return PaddedRows.of(matrix.astype(np.float32)).padded


def replicas_of(base: Floats, count: int, generator: np.random.Generator, columns: int) -> list[Floats]:
    """Return copies of different changes: along one direction, in all directions, small, and in few rows."""
    common = generator.standard_normal((len(base), columns))
    replicas = []
    for index in range(count):
        change = common * generator.random() + generator.standard_normal(common.shape) * 10.0 ** -(index % 4)
        change[generator.random(len(base)) < 0.3] = 0.0
        replica = base.copy()
        replica[:, :columns] += change.astype(np.float32)
        replicas.append(replica)
    return replicas


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("columns", [1, 15, 16, 17, 100, 304])
@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 16])
def test_equals_the_definition(isa: str, columns: int, count: int) -> None:
    generator = np.random.default_rng(columns * 31 + count)
    base = padded(generator.standard_normal((7, columns)))
    replicas = replicas_of(base, count, generator, columns)
    exact = combined_rows(base.astype(np.float64), [replica.astype(np.float64) for replica in replicas])
    _core.word2vec.combine_replicas(base, replicas, threads=1, isa=isa)
    np.testing.assert_allclose(base, exact, rtol=2e-5, atol=2e-5)
    for replica in replicas:
        assert (replica == base).all()


@pytest.mark.parametrize("isa", ISAS)
def test_rows_that_nobody_changed_keep_their_bits(isa: str) -> None:
    base = padded(np.random.default_rng(1).standard_normal((600, 20)))
    before = base.copy()
    replicas = [base.copy() for _ in range(3)]
    replicas[2][599, 19] += 1.0
    _core.word2vec.combine_replicas(base, replicas, threads=1, isa=isa)
    before[599, 19] += 1.0
    assert (base == before).all()
    assert all((replica == before).all() for replica in replicas)


@pytest.mark.parametrize("isa", ISAS)
def test_orthogonal_changes_add_up_and_equal_ones_are_averaged(isa: str) -> None:
    base = padded(np.zeros((2, 16)))
    replicas = [base.copy() for _ in range(4)]
    for index, replica in enumerate(replicas):
        replica[0, index] = 1.0 + index
        replica[1, 3] = 2.0
    _core.word2vec.combine_replicas(base, replicas, threads=1, isa=isa)
    assert base[0, :4].tolist() == [1.0, 2.0, 3.0, 4.0]
    assert base[1, 3] == 2.0


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_values_that_are_not_finite_reach_the_result(isa: str, value: float) -> None:
    base = padded(np.zeros((3, 32)))
    replicas = [base.copy() for _ in range(3)]
    replicas[0][1] = 1.0
    replicas[1][1, 17] = value
    _core.word2vec.combine_replicas(base, replicas, threads=1, isa=isa)
    assert not np.isfinite(base[1]).all()
    assert (base[[0, 2]] == 0.0).all()


@pytest.mark.parametrize("isa", ISAS)
def test_result_does_not_depend_on_the_number_of_threads(isa: str) -> None:
    generator = np.random.default_rng(5)
    base = padded(generator.standard_normal((3000, 40)))
    replicas = replicas_of(base, 3, generator, 40)
    results = []
    for threads in (1, 2, 5):
        result, copies = base.copy(), [replica.copy() for replica in replicas]
        _core.word2vec.combine_replicas(result, copies, threads=threads, isa=isa)
        results.append(result)
    assert (results[0] == results[1]).all()
    assert (results[0] == results[2]).all()


def test_other_shapes_and_unpadded_rows_are_refused() -> None:
    base = padded(np.zeros((3, 16)))
    for replicas in ([base[:2].copy()], [padded(np.zeros((3, 32)))], []):
        with pytest.raises(ValueError, match="replicas must"):
            _core.word2vec.combine_replicas(base, replicas, threads=1, isa=ISAS[0])
    with pytest.raises(ValueError, match="padded to 16"):
        _core.word2vec.combine_replicas(np.zeros((3, 7), np.float32), [base], threads=1, isa=ISAS[0])
