"""Training, prediction or single requests with wordkin on the folder of a case; prints seconds and losses as JSON."""

from __future__ import annotations

import argparse
import itertools
import json
import resource
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from cases import options_from

from wordkin import _core
from wordkin.downstream.data.prepared import PreparedTexts
from wordkin.downstream.data.texts import IndexedTexts
from wordkin.downstream.inference.outputs import write_outputs
from wordkin.downstream.network import open_network
from wordkin.downstream.options import network_compute
from wordkin.downstream.state import Features, NetworkState

WARM_UP = 100  # requests that are not measured
PREDICTION_SECONDS = 1.0  # the texts are predicted again until this time has passed


def training_batches(prepared: PreparedTexts, texts: Any, size: int, is_tagger: bool) -> Iterator[Any]:
    """Yield batches with their targets and weights."""
    for first in range(0, len(texts["order"]), size):
        chosen = texts["order"][first : first + size]
        spans = [slice(*prepared.texts.ends[text : text + 2]) for text in chosen]
        targets = np.concatenate([texts["targets"][span] for span in spans]) if is_tagger else texts["targets"][chosen]
        yield prepared.batch(chosen), targets, np.ones(len(chosen), np.float32)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("work", choices=("train", "predict", "request"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batches", type=int, help="number of batches per epoch (default: all)")
    parser.add_argument("--precision", default="float32", help="precision of the encoder in predictions")
    parser.add_argument("--requests", type=int, default=2000, help="number of texts that are answered one at a time")
    options = parser.parse_args()
    case = json.loads((options.folder / "case.json").read_text(encoding="utf-8"))
    with np.load(options.folder / "texts.npz") as arrays:
        texts = dict(arrays)
    with np.load(options.folder / "parameters.npz") as arrays:
        parameters = dict(arrays)
    is_tagger = case["options"]["task"] == "tags"
    shape, frozen = options_from(case["options"]), [texts["vectors"]]
    compute = network_compute(options.threads, encoder_precision=options.precision)
    if options.work == "train":
        network = _core.tasks.Network(
            shape, parameters, frozen,
            moments={name: (np.zeros_like(value), np.zeros_like(value)) for name, value in parameters.items()},
            threads=options.threads, isa=compute.isa,
        )  # fmt: skip
    else:
        packed = _core.tasks.PackedNetwork(shape, parameters, isa=compute.isa, precision=compute.encoder_precision)
    ends = np.concatenate([[0], np.cumsum(texts["lengths"])])
    words = len(texts["vectors"])
    indexed = IndexedTexts((), [""] * words, np.bincount(texts["ids"], minlength=words), texts["ids"], ends)
    prepared = PreparedTexts(indexed, [texts["vectors"]], [np.arange(words, dtype=np.int32)], [], None)

    def texts_of(text: int) -> IndexedTexts:
        own = slice(*ends[text : text + 2])
        return IndexedTexts((), indexed.words, indexed.counts, texts["ids"][own], ends[text : text + 2] - ends[text])

    texts["order"] = texts["order"][: options.batches and options.batches * case["batch_size"]]
    losses: list[float] = []

    def work(count: int | None = None) -> None:
        if options.work == "predict":
            kind = "paths" if is_tagger else "probabilities"
            indices = texts["order"][: count and count * case["batch_size"]]
            # Each call of `predict` starts threads and uses fresh memory.
            with closing(_core.tasks.Network(packed, frozen, threads=options.threads)) as opened:
                write_outputs(opened, prepared, indices, kind, per_token=is_tagger, batch_size=case["batch_size"])
            return
        for batch, targets, weights in itertools.islice(
            training_batches(prepared, texts, case["batch_size"], is_tagger), count
        ):
            step = network.step(batch, targets, weights, learning_rate=case["learning_rate"], step=len(losses) + 1)
            losses.append(step["loss"])

    state = NetworkState(shape, parameters, Features((), None, False))
    alone = network_compute(1, encoder_precision=options.precision)  # small requests run in one thread

    def answer(text: int) -> None:
        # As a call of `predict` does, which knows the rows of the words.
        kind = "paths" if is_tagger else "probabilities"
        one = PreparedTexts(texts_of(text), prepared.frozen, prepared.rows, [], None)
        with open_network(state, one, alone) as opened:
            write_outputs(opened, one, np.array([0]), kind, per_token=is_tagger)

    if options.work == "request":
        latencies = []
        for text in texts["order"][: options.requests]:
            started = time.perf_counter()
            answer(int(text))
            latencies.append(time.perf_counter() - started)
        print(json.dumps({"latencies": latencies[WARM_UP:]}))
        return
    work(10)  # warm-up
    passes, started = 0, time.perf_counter()
    while passes == 0 or (options.work == "predict" and time.perf_counter() - started < PREDICTION_SECONDS):
        work()
        passes += 1
    seconds = (time.perf_counter() - started) / passes
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "losses": [*losses[:3], *losses[-3:]], "peak_megabytes": peak}))


if __name__ == "__main__":
    main()
