"""Faults within changes of a model: it is as it was before, or as it is after a whole number of training steps."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from faults import Change, assert_all_or_nothing, call_interrupted_at_line
from wordkin import ELMo
from wordkin.elmo.archive import load_optimizer
from wordkin.elmo.state import ModelState

from .conftest import QUICK, Sentences

MakeModel = Callable[..., ELMo]
TINY: dict[str, Any] = {
    "dim": 4, "projection_dim": 2, "n_layers": 1, "char_dim": 2, "filters": [[1, 3]], "n_highway": 0,
    "max_characters_per_token": 8,
}  # fmt: skip
BATCHES = [["apples"], ["and", "pears"], ["figs"], ["plums"], []]
TRIES = 12 if os.environ.get("WORDKIN_ALL_FAULTS", "0") == "0" else 400


def tiny_model() -> ELMo:
    model = ELMo(**TINY)
    model.initialize(["apples", "pears"])
    return model


def parameters_of(model: ELMo) -> tuple[list[str] | None, bytes]:
    return model.vocabulary, b"".join(tensor.tobytes() for tensor in model.parameters.values())


def carried_state(model: ELMo) -> list[bytes]:
    streams = model._session.streams(model._fitted())
    return [tensor.tobytes() for tensor in streams._state.values()]


def test_initialization() -> None:
    assert_all_or_nothing(
        Change(prepare=tiny_model, apply=lambda model: model.initialize(["figs"], seed=2), content=parameters_of)
    )


def prepared_streams() -> ELMo:
    model = tiny_model()
    model.encode(BATCHES[:3], stateful=True, batch_size=3, workers=1)
    return model


STATEFUL_CALLS: dict[str, Callable[[ELMo], object]] = {
    "encode": lambda model: model.encode(BATCHES, stateful=True, batch_size=2, workers=1),
    "forward": lambda model: model.forward(BATCHES, stateful=True, workers=1),
    "encode_iter": lambda model: list(model.encode_iter(BATCHES, stateful=True, batch_size=2, workers=1)),
}


@pytest.mark.parametrize("call", STATEFUL_CALLS)
def test_carried_state(call: str) -> None:
    assert_all_or_nothing(Change(prepare=prepared_streams, apply=STATEFUL_CALLS[call], content=carried_state), lines=40)


def test_carried_state_after_the_encoding_of_a_file(tmp_path: Path) -> None:
    text, output = tmp_path / "text.txt", tmp_path / "vectors.safetensors"
    text.write_text("apples and pears\nfigs\n" * 20, encoding="utf-8")

    def apply(model: ELMo) -> None:
        model.encode_file(text, output, stateful=True, batch_size=2, workers=1, progress=False)

    assert_all_or_nothing(
        Change(prepare=prepared_streams, apply=apply, content=carried_state), lines=40, allocations=False
    )


def test_carried_state_after_an_exception_of_the_progress_function() -> None:
    model = prepared_streams()
    before = carried_state(model)

    def progress(done: int) -> None:
        if done > 2:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        model.encode(BATCHES, stateful=True, batch_size=2, workers=1, progress=progress)
    assert carried_state(model) == before


TRAINING: dict[str, dict[str, Any]] = {
    "keep": {},
    "extend": {"vocabulary_change": "extend"},
    "replace": {"vocabulary_change": "replace", "optimizer": "adam", "learning_rate": 0.01},
    "early stopping": {"validation": BATCHES[:4], "patience": 1, "optimizer": "adam", "learning_rate": 0.5},
}


class Recorder:
    """Callback that records the model before the first step and after each step."""

    def __init__(self) -> None:
        self.states: list[Any] = []

    def on_train_begin(self, model: ELMo) -> None:
        self.states.append(parameters_of(model))

    def on_step_end(self, model: ELMo, report: object) -> None:
        self.states.append(parameters_of(model))


@pytest.mark.parametrize("case", TRAINING)
def test_training(case: str, sentences: Sentences, tmp_path: Path) -> None:
    """The model can be saved with its optimizer state, and trained again."""
    arguments = {**QUICK, "epochs": 2, "vocabulary": None, **TRAINING[case]}
    text = sentences[:8]

    def train(model: ELMo, *callbacks: object) -> None:
        model.train(text, **arguments, callbacks=callbacks)

    recorder = Recorder()
    model = tiny_model()
    before = parameters_of(model)
    train(model, recorder)
    possible = [before, *recorder.states, parameters_of(model)]
    count = call_interrupted_at_line(lambda: train(tiny_model()), 0).steps
    draw = random.Random(1)
    lines = range(1, count + 1) if count <= TRIES else sorted(draw.sample(range(1, count + 1), TRIES))
    for line in lines:
        model = tiny_model()
        fault = call_interrupted_at_line(lambda model=model: train(model), line)  # type: ignore[misc]
        now = parameters_of(model)
        assert now in possible, fault.location
        model.save_pretrained(tmp_path / "model")
        loaded = ELMo.from_pretrained(tmp_path / "model")
        assert parameters_of(loaded) == now, fault.location
        if model.training_report is not None and model.training_report.stopped_by != "patience":
            assert now == possible[1 + model.training_report.steps], fault.location
        loaded.train(text, **QUICK, max_steps=1)
        model.train(text, **QUICK, max_steps=1)
        assert parameters_of(loaded) == parameters_of(model), fault.location
        np.testing.assert_equal(model.encode([], workers=1), [])


def test_the_optimizer_state_survives_an_interrupted_load(sentences: Sentences, tmp_path: Path) -> None:
    model = tiny_model()
    model.train(sentences, **QUICK, max_steps=2)
    model.save_pretrained(tmp_path)

    def content(state: ModelState) -> list[bytes]:
        optimizer = load_optimizer(state)
        assert optimizer is not None
        return [tensor.tobytes() for tensor in optimizer.moments["variance"].values()]

    def prepare() -> ModelState:
        return ELMo.from_pretrained(tmp_path)._fitted()

    assert_all_or_nothing(Change(prepare=prepare, apply=load_optimizer, content=content), allocations=False)
