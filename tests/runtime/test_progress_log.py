"""Progress as lines in the log."""

from __future__ import annotations

import logging

import pytest

from wordkin.runtime.options import progress_option
from wordkin.runtime.progress import counted_progress, progress_bar
from wordkin.runtime.progress_log import LoggedBar, ProgressLog, duration_text


class Clock:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def log(clock: Clock, caplog: pytest.LogCaptureFixture) -> ProgressLog:
    caplog.set_level(logging.INFO, "wordkin.progress")
    return ProgressLog(10.0, clock)


def test_a_line_at_regular_intervals(log: ProgressLog, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    bar = progress_bar(log, 1000, " words")
    for _ in range(21):
        clock.time += 1
        bar.update(20)
    bar.close()
    assert caplog.messages == [
        "20 % of 1,000 words, 20 words/s, 40 s left",
        "40 % of 1,000 words, 20 words/s, 30 s left",
        "42 % of 1,000 words, 20 words/s, 29 s left",
    ]


def test_a_line_at_the_end_of_each_epoch(log: ProgressLog, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    bar = progress_bar(log, 100, " steps")
    for epoch in range(2):
        for step in range(1, 6):
            clock.time += 0.5
            bar.set_description(f"epoch {epoch + 1}/2", refresh=False)
            bar.set_postfix(loss=f"{epoch}.{step}", refresh=False)
            bar.update(10)
    bar.close()
    assert caplog.messages == [
        "epoch 1/2: 50 % of 100 steps, 20 steps/s, loss 0.5, 2 s left",
        "epoch 2/2: 100 % of 100 steps, 20 steps/s, loss 1.5, 0 s left",
    ]


def test_short_work_without_metrics_is_not_logged(log: ProgressLog, caplog: pytest.LogCaptureFixture) -> None:
    with counted_progress(log, None, " words", title="counting") as report:
        assert report is not None
        report(5)
    assert caplog.messages == []


def test_work_of_unknown_size(log: ProgressLog, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    with counted_progress(log, None, " words", title="counting") as report:
        assert report is not None
        clock.time = 10
        report(15)
    assert caplog.messages == ["counting: 15 words, 1.50 words/s"]


def test_work_that_was_done_before_does_not_count_as_speed(
    log: ProgressLog, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    bar = log.open_bar(100, "steps")
    bar.initial = bar.n = 50
    clock.time = 10
    bar.update(10)
    assert caplog.messages == ["60 % of 100 steps, 1.00 steps/s, 40 s left"]


def test_a_log_is_a_value_of_progress() -> None:
    log = ProgressLog()
    assert progress_option(log) is log
    assert isinstance(progress_bar(log, None, " words"), LoggedBar)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59.4, "59 s"), (59.6, "1:00"), (61, "1:01"), (3600, "1:00:00"), (90061, "25:01:01")],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text
