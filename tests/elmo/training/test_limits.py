"""Limits of a training run: its time, which includes validations, and the number of threads that the system allows."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from types import SimpleNamespace
from typing import Any

import pytest

from wordkin import ELMo
from wordkin.elmo import ELMoProgressEvent
from wordkin.elmo.data.encoded_text import ReadText, character_row_length
from wordkin.elmo.training import perplexity, progress, session
from wordkin.runtime.compute import Compute

Sentences = list[list[str]]
MakeModel = Callable[..., ELMo]
Options = dict[str, Any]

ENDLESS = {"epochs": 10**6}


class Clock:
    """Clock that advances by a fixed time whenever it is read, and when time is spent."""

    def __init__(self, tick: float = 0.0) -> None:
        self._tick = tick
        self._now = 0.0

    def perf_counter(self) -> float:
        self._now += self._tick
        return self._now

    def spend(self, seconds: float) -> None:
        self._now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Clock of training: each step takes a second, and each validation 30 seconds rather than the estimated 20."""
    clock = Clock()
    for module in (session, progress):
        monkeypatch.setattr(module, "time", clock)
    add, measure = session.StepRecord.add, session.measure_perplexity

    def add_slowly(self: Any, report: Any) -> None:
        clock.spend(1.0)
        add(self, report)

    def measure_slowly(*arguments: Any) -> Any:
        clock.spend(30.0)
        return measure(*arguments)

    monkeypatch.setattr(session.StepRecord, "add", add_slowly)
    monkeypatch.setattr(session, "measure_perplexity", measure_slowly)
    monkeypatch.setattr(session, "estimate_seconds", lambda *_: 20.0)
    return clock


@pytest.mark.parametrize(("limit", "longest"), [(3600.0, 5.0), (40.0, 2.0)])
def test_the_estimation_of_a_validation_is_short(
    small_model: MakeModel,
    sentences: Sentences,
    quick: Options,
    monkeypatch: pytest.MonkeyPatch,
    limit: float,
    longest: float,
) -> None:
    limits = []

    def estimate(state: object, text: object, compute: object, max_seconds: float) -> float:
        limits.append(max_seconds)
        return 0.1

    monkeypatch.setattr(session, "estimate_seconds", estimate)
    small_model().train(sentences, **{**quick, "max_steps": 1}, validation=sentences, max_seconds=limit)
    assert limits == [longest]


@pytest.mark.parametrize(
    ("interval", "steps", "validations"),
    [(1000, 80, [80]), (10, 20, [10, 20])],  # in the second case, the duration is known after the first one
)
def test_time_limit_includes_validations(
    small_model: MakeModel,
    sentences: Sentences,
    quick: Options,
    clock: Clock,
    interval: int,
    steps: int,
    validations: list[int],
) -> None:
    """Training stops early enough for a validation at the end, or after one if there is no time for another."""
    arguments = {**quick, **ENDLESS, "validation": sentences, "validation_steps": interval}
    report = small_model().train(sentences, **arguments, max_seconds=100)
    assert (report.steps, report.stopped_by) == (steps, "max_seconds")
    assert [validation.step for validation in report.validations] == validations


def test_decay_over_a_time_continues_when_training_is_resumed(
    small_model: MakeModel, sentences: Sentences, quick: Options, clock: Clock, tmp_path: Path
) -> None:
    arguments = {**quick, **ENDLESS, "schedule": "linear", "decay_seconds": 100.0, "checkpoint": tmp_path}
    first = small_model().train(sentences, **arguments, max_seconds=30)
    assert (first.steps, first.stopped_by) == (30, "max_seconds")
    model = small_model()
    second = model.train(sentences, **arguments)
    assert (second.first_step, second.steps, second.stopped_by) == (30, 100, "decay_seconds")
    rates = [*first.learning_rates, *second.learning_rates]
    assert rates == pytest.approx([first.learning_rates[0] * (1 - step / 100) for step in range(100)])
    again = small_model().train(sentences, **arguments)
    assert (again.first_step, again.steps, again.stopped_by) == (100, 100, "decay_seconds")


def test_no_validation_is_made_that_takes_longer_than_all_the_time(
    small_model: MakeModel, sentences: Sentences, quick: Options, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    report = small_model().train(sentences, **{**quick, **ENDLESS}, max_seconds=15, validation=sentences)
    assert (report.steps, report.validations, report.stopped_by) == (15, (), "max_seconds")
    assert "a validation takes about 20 s, but training may take only 15 s" in caplog.text


def test_estimate_from_the_beginning_of_a_text(
    small_model: MakeModel, sentences: Sentences, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = small_model()
    model.initialize(["apples", "pears"])
    state = model._fitted()
    assert state.words is not None
    compute = Compute.choose(workers=1)
    text = ReadText(sentences * 90, name="validation", workers=1).encoded(
        state.words, character_row_length(state.options)
    )
    monkeypatch.setattr(perplexity, "time", Clock(tick=0.25))
    whole = perplexity.estimate_seconds(state, text, compute, 1000.0)
    assert whole > 5 * 0.25
    assert perplexity.estimate_seconds(state, text, compute, 1.0) == pytest.approx(whole, rel=0.3)


@pytest.mark.parametrize(("limits", "steps"), [({"max_seconds": 50}, 50), ({"max_steps": 20, "max_seconds": 50}, 20)])
def test_remaining_time_is_that_until_the_first_limit(
    small_model: MakeModel,
    sentences: Sentences,
    quick: Options,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    limits: Options,
    steps: int,
) -> None:
    """An event contains it; the bar computes it from the number of steps."""
    events: list[ELMoProgressEvent] = []
    small_model().train(sentences, **{**quick, **ENDLESS, "progress": events.append}, **limits)
    assert len(events) >= steps
    for event in events:
        assert event.step + event.seconds_left == pytest.approx(steps)
    bars: list[SimpleNamespace] = []

    def bar(_: object, total: int, unit: str) -> Any:
        nothing = {name: lambda *_, **__: None for name in ("set_description", "set_postfix", "update", "close")}
        bars.append(SimpleNamespace(total=total, n=0, initial=0, **nothing))
        return bars[-1]

    monkeypatch.setattr(progress, "progress_bar", bar)
    small_model().train(sentences, **{**quick, **ENDLESS, "progress": True}, **limits)
    assert [bar.total for bar in bars] == [steps]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits of processes and users as on Linux")
@pytest.mark.parametrize(("allowed", "workers"), [(0, 1), (2, 2)])
def test_report_has_the_number_of_threads_that_ran(
    run_script: Callable[..., CompletedProcess[str]], allowed: int, workers: int
) -> None:
    script = f"""
        import logging, resource
        logging.basicConfig(level=logging.WARNING, stream=sys.stdout)
        ELMo(**SMALL).train(SENTENCES, **QUICK, max_steps=1)  # imports what another user could not read
        if os.getuid() == 0:  # root has no limits
            os.setuid(61_235)
        tasks = len(os.listdir("/proc/self/task"))
        resource.setrlimit(resource.RLIMIT_NPROC, (tasks + {allowed},) * 2)
        print(ELMo(**SMALL).train(SENTENCES, **{{**QUICK, "workers": 4}}, max_steps=3).workers)
    """
    output = run_script(script).stdout
    assert output.split()[-1] == str(workers)
    assert f"the system allows only {workers} of 4 training threads" in output
