"""The estimator interface of scikit-learn that estimators and transformers share."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from wordkin.errors import NotFittedError
from wordkin.runtime.estimator import Estimator, not_fitted_error, seed_from
from wordkin.runtime.options import Options, integer_field


class Scaler(Estimator):
    _shared_parameters = ("table",)

    def __init__(self, table: Any = None, *, factor: float = 0.5, columns: list[int] | None = None) -> None:
        self.table = table
        self.factor = factor
        self.columns = columns


@dataclass(frozen=True, kw_only=True)
class ScalerOptions(Options):
    factor: int = integer_field(2, low=1, high=10, help="Factor.")
    rows: int = integer_field(3, low=1, high=10, help="Rows.")


def test_parameters_are_read_and_set_by_name() -> None:
    scaler = Scaler(factor=2)
    assert scaler.get_params() == {"table": None, "factor": 2, "columns": None}
    assert scaler.set_params(factor=3, columns=[1]) is scaler
    assert (scaler.factor, scaler.columns) == (3, [1])


def test_unknown_parameters_are_rejected_before_any_is_set() -> None:
    scaler = Scaler()
    with pytest.raises(ValueError, match="Invalid parameter 'factr' for Scaler; it has columns, factor, table"):
        scaler.set_params(factor=3, factr=1)
    assert scaler.factor == 0.5


def test_repr_shows_parameters_that_differ_from_their_defaults() -> None:
    assert repr(Scaler()) == "Scaler()"
    assert repr(Scaler(factor=2, columns=[1])) == "Scaler(columns=[1], factor=2)"


def test_clones_copy_parameters_but_share_large_ones() -> None:
    table, columns = np.zeros(3), [1]
    scaler = Scaler(table, columns=columns)
    clone = scaler.__sklearn_clone__()
    assert clone.table is table
    assert clone.columns == columns
    assert clone.columns is not columns


def test_options_are_made_of_the_parameters_of_the_same_names() -> None:
    assert Scaler(factor=4)._options(ScalerOptions, rows=None) == ScalerOptions(factor=4, rows=3)
    assert Scaler(factor=4)._options(ScalerOptions, factor=5, rows=6) == ScalerOptions(factor=5, rows=6)


def test_an_estimator_is_fitted_once_it_has_a_learned_attribute() -> None:
    scaler = Scaler()
    with pytest.raises(NotFittedError, match=r"this Scaler is not fitted; call fit\(\) first"):
        scaler._require_fitted()
    scaler.scale_ = 2.0  # type: ignore[attr-defined]
    scaler._require_fitted()
    assert scaler.__sklearn_is_fitted__()


def test_the_not_fitted_error_is_also_the_one_of_scikit_learn() -> None:
    exceptions = pytest.importorskip("sklearn.exceptions")
    assert "sklearn" in sys.modules
    error = not_fitted_error("Scaler")
    assert isinstance(error, NotFittedError)
    assert isinstance(error, exceptions.NotFittedError)


def test_the_not_fitted_error_does_not_import_scikit_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "sklearn", raising=False)
    assert type(not_fitted_error("Scaler")) is NotFittedError
    assert "sklearn" not in sys.modules


def test_seeds_of_every_kind_of_random_state() -> None:
    assert seed_from(0) == 0
    assert seed_from(2**63 - 1) == 2**63 - 1
    assert seed_from(np.random.RandomState(5)) == seed_from(np.random.RandomState(5))
    assert seed_from(np.random.default_rng(5)) == seed_from(np.random.default_rng(5))
    generator = np.random.default_rng(5)
    assert seed_from(generator) != seed_from(generator)
    assert 0 <= seed_from(None) < 2**32


@pytest.mark.parametrize("state", [-1, 2**63, True, "5"])
def test_invalid_random_states_are_rejected(state: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="random_state must be"):
        seed_from(state)
