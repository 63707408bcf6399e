"""Calls during training see the parameters after a whole number of steps: those of the moment of the call."""

from __future__ import annotations

import copy
import pickle
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordkin import ELMo

from ..conftest import Sentences

MakeModel = Callable[..., ELMo]
Options = dict[str, Any]
SENTENCES = [["apples", "and", "figs"], ["plums"]]


def bytes_of(arrays: Any) -> bytes:
    return b"".join(np.ascontiguousarray(array).tobytes() for array in arrays)


def scored(model: ELMo) -> bytes:
    return bytes_of(own for scores in model.score(SENTENCES, workers=1) for own in (scores.forward, scores.backward))


def saved(model: ELMo, folder: Path) -> bytes:
    model.save_pretrained(folder / "model")
    return bytes_of(ELMo.from_pretrained(folder / "model").parameters.values())


CALLS: dict[str, Callable[[ELMo, Path], bytes]] = {
    "encode": lambda model, _: bytes_of(model.encode(SENTENCES, workers=1)),
    "encode in bfloat16": lambda model, _: bytes_of(model.encode(SENTENCES, workers=1, precision="bfloat16")),
    "encode_iter": lambda model, _: bytes_of(model.encode_iter(iter(SENTENCES), workers=1)),
    "forward": lambda model, _: bytes_of(model.forward(SENTENCES, workers=1).layers),
    "score": lambda model, _: scored(model),
    "substitutes": lambda model, _: repr(model.substitutes(SENTENCES[0], 1, workers=1)).encode(),
    "perplexity": lambda model, _: repr(model.perplexity(SENTENCES, workers=1, progress=False)).encode(),
    "to_keyed_vectors": lambda model, _: bytes_of([model.to_keyed_vectors(workers=1).vectors]),
    "distill": lambda model, _: bytes_of([model.distill(SENTENCES, workers=1, progress=False).vectors]),
    "save_pretrained": saved,
    "pickle": lambda model, _: bytes_of(pickle.loads(pickle.dumps(model)).parameters.values()),
}


def untrained_copy(model: ELMo) -> ELMo:
    """Return a model with copies of the present parameters."""
    other = copy.deepcopy(model)
    for name, tensor in model.parameters.items():
        np.testing.assert_array_equal(other.parameters[name], tensor)
    return other


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("token_input", [False, True])
def test_calls_in_a_callback_see_the_current_parameters(
    small_model: MakeModel, sentences: Sentences, quick: Options, tmp_path: Path, call: str, token_input: bool
) -> None:
    results = []

    class Compare:
        def on_step_end(self, model: ELMo, report: object) -> None:
            results.append(CALLS[call](model, tmp_path))
            assert results[-1] == CALLS[call](untrained_copy(model), tmp_path)

    model = small_model(token_input=token_input)
    model.train(sentences, **quick, max_steps=4, callbacks=[Compare()])
    results.append(CALLS[call](model, tmp_path))
    assert results[-1] == CALLS[call](untrained_copy(model), tmp_path)
    assert len(set(results)) == 4  # the last step has the parameters of the trained model


def test_calls_in_every_callback_see_the_current_parameters(
    small_model: MakeModel, sentences: Sentences, quick: Options
) -> None:
    seen: list[tuple[str, bytes]] = []

    class Compare:
        def on_train_begin(self, model: ELMo) -> None:
            self.compare("begin", model)

        def on_step_end(self, model: ELMo, report: object) -> None:
            self.compare("step", model)

        def on_epoch_end(self, model: ELMo, epoch: int) -> None:
            self.compare("epoch", model)

        def on_validation_end(self, model: ELMo, validation: object) -> None:
            self.compare("validation", model)

        def on_train_end(self, model: ELMo) -> None:
            self.compare("end", model)

        def compare(self, event: str, model: ELMo) -> None:
            seen.append((event, bytes_of(model.encode(SENTENCES, workers=1))))
            assert seen[-1][1] == bytes_of(untrained_copy(model).encode(SENTENCES, workers=1))

    model = small_model()
    model.initialize()
    initial = bytes_of(model.encode(SENTENCES, workers=1))
    # The rate is so high that the best validation is not the last one.
    arguments = {**quick, "epochs": 20, "schedule": "constant", "learning_rate": 0.1, "patience": 2}
    report = model.train(sentences, validation=sentences, **arguments, callbacks=[Compare()])
    assert (seen[0], report.stopped_by) == (("begin", initial), "patience")
    events = [event for event, _ in seen]
    before_end = next(result for event, result in reversed(seen) if event == "step")
    assert set(events) == {"begin", "step", "epoch", "validation", "end"}
    assert seen[-1][1] != before_end  # the best parameters have been restored
    assert seen[-1][1] in {result for event, result in seen if event == "validation"}


def test_a_stream_keeps_the_parameters_that_it_began_with(
    small_model: MakeModel, sentences: Sentences, quick: Options
) -> None:
    streams, expected = [], []

    class Begin:
        def on_step_end(self, model: ELMo, report: object) -> None:
            streams.append(model.encode_iter(iter(SENTENCES), workers=1))
            expected.append(bytes_of(model.encode(SENTENCES, workers=1)))

    for token_input in (False, True):
        small_model(token_input=token_input).train(sentences, **quick, max_steps=3, callbacks=[Begin()])
    assert [bytes_of(stream) for stream in streams] == expected


@pytest.mark.parametrize("token_input", [False, True])
def test_calls_of_other_threads_see_the_parameters_between_two_steps(
    small_model: MakeModel, sentences: Sentences, quick: Options, token_input: bool
) -> None:
    """Training twice, so that calls are also running while training begins."""
    model = small_model(token_input=token_input)
    model.initialize(["apples", "figs", "plums"])
    finished = threading.Event()
    encoded: list[bytes] = [bytes_of(model.encode(SENTENCES, workers=1))]
    scores: list[bytes] = [scored(model)]
    results: dict[str, list[tuple[int, bytes, int]]] = {"encode": [], "score": []}

    def repeat(kind: str, call: Callable[[ELMo], bytes], known: list[bytes]) -> None:
        while not finished.is_set():
            before = len(known)
            result = call(model)
            results[kind].append((before, result, len(known)))

    class Record:
        def on_step_end(self, model: ELMo, report: object) -> None:
            other = untrained_copy(model)
            encoded.append(bytes_of(other.encode(SENTENCES, workers=1)))
            scores.append(scored(other))

    threads = [
        threading.Thread(target=repeat, args=("encode", lambda m: bytes_of(m.encode(SENTENCES, workers=1)), encoded)),
        threading.Thread(target=repeat, args=("score", scored, scores)),
    ]
    for thread in threads:
        thread.start()
    try:
        for _ in range(2):
            model.train(sentences, **quick, callbacks=[Record()])
    finally:
        finished.set()
        for thread in threads:
            thread.join()
    for kind, known in (("encode", encoded), ("score", scores)):
        assert results[kind]
        for before, result, after in results[kind]:
            # A step is finished shortly before the callback records it.
            assert result in known[before - 1 : after + 1], kind
