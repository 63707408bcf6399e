"""Learning-rate schedules and state resets."""

from __future__ import annotations

import math
from typing import Any

import pytest

from wordkin.elmo.options import ELMoRunOptions
from wordkin.elmo.training.schedule import learning_rate_at, streams_to_reset


def rates(steps: int, **options: Any) -> list[float]:
    run = ELMoRunOptions(**{"epochs": 4, "learning_rate": 0.5, "schedule": "constant", **options})
    return [learning_rate_at(step, run, steps_per_epoch=10) for step in range(steps)]


def test_constant_rate() -> None:
    assert rates(50) == [0.5] * 50


def test_linear_schedule_decreases_to_zero() -> None:
    assert rates(45, schedule="linear") == pytest.approx([0.5 * max(0, 1 - step / 40) for step in range(45)])


def test_warmup_rises_linearly() -> None:
    assert rates(6, warmup_steps=5) == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5, 0.5])
    falling = rates(40, warmup_steps=5, schedule="linear")
    assert falling[:6] == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5, 0.5])
    assert falling[22] == pytest.approx(0.5 * (1 - 17 / 35))


def test_linear_schedule_over_a_number_of_steps() -> None:
    falling = rates(30, warmup_steps=5, schedule="linear", decay_steps=25)
    assert falling[4:] == pytest.approx([0.5 * max(0, 1 - (max(step, 5) - 5) / 20) for step in range(4, 30)])
    with pytest.raises(ValueError, match="decay_steps must be None with schedule='constant', got 25"):
        rates(1, decay_steps=25)


def test_linear_schedule_over_a_time() -> None:
    run = ELMoRunOptions(learning_rate=0.5, schedule="linear", warmup_steps=5, decay_seconds=80.0)
    found = [
        learning_rate_at(step, run, 10, seconds) for step, seconds in ((0, 4.0), (4, 20.0), (500, 60.0), (9, 99.0))
    ]
    assert found == pytest.approx([0.1 * 0.95, 0.5 * 0.75, 0.5 * 0.25, 0.0])
    with pytest.raises(ValueError, match=r"decay_seconds must be None with schedule='constant', got 80\.0"):
        rates(1, decay_seconds=80.0)
    with pytest.raises(ValueError, match=r"decay_seconds must be None with decay_steps, got 80\.0"):
        rates(1, schedule="linear", decay_seconds=80.0, decay_steps=9)


def test_inverse_square_root_schedule() -> None:
    expected = [0.125, 0.25, 0.375, 0.5, *(0.5 * math.sqrt(4 / step) for step in range(5, 30))]
    assert rates(29, schedule="inverse_sqrt", warmup_steps=4) == pytest.approx(expected)
    assert rates(4, schedule="inverse_sqrt") == pytest.approx([0.5 / math.sqrt(step) for step in (1, 2, 3, 4)])


def test_epoch_decay_schedule() -> None:
    assert rates(25, schedule="epoch_decay", decay=0.5) == [0.5] * 10 + [0.25] * 10 + [0.125] * 5


def test_rate_is_never_negative() -> None:
    assert min(rates(100, schedule="linear", warmup_steps=50)) == 0.0


def test_state_reset_rate_is_a_fraction_of_the_streams() -> None:
    run = ELMoRunOptions(state_reset_rate=0.25)
    drawn = [streams_to_reset(step, run, streams=40, seed=3) for step in range(100)]
    assert sum(map(len, drawn)) / 4000 == pytest.approx(0.25, abs=0.03)
    assert drawn[17] == streams_to_reset(17, run, streams=40, seed=3)
    assert drawn[17] not in (drawn[18], streams_to_reset(17, run, streams=40, seed=4))
    assert streams_to_reset(0, ELMoRunOptions(state_reset_rate=0.0), streams=40, seed=3) == []
