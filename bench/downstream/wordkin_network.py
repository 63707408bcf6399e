"""An epoch of training or of prediction by wordkin on a case's folder; prints seconds and losses as JSON."""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from cases import options_of

from wordkin import _core, hardware


@dataclass(frozen=True)
class Batch:
    lengths: np.ndarray[Any, Any]
    tables: list[np.ndarray[Any, Any]]
    targets: np.ndarray[Any, Any]
    weights: np.ndarray[Any, Any]
    contexts: list[np.ndarray[Any, Any]] = field(default_factory=list)
    characters: None = None
    types: None = None


def batches(texts: Any, size: int, is_tagger: bool, order: np.ndarray[Any, Any]) -> Iterator[Batch]:
    ends = np.cumsum(texts["lengths"])
    for first in range(0, len(order), size):
        chosen = order[first : first + size]
        spans = [slice(ends[text] - texts["lengths"][text], ends[text]) for text in chosen]
        targets = [texts["targets"][span] for span in spans] if is_tagger else [texts["targets"][chosen]]
        yield Batch(
            lengths=texts["lengths"][chosen],
            tables=[np.concatenate([texts["ids"][span] for span in spans])],
            targets=np.concatenate(targets),
            weights=np.ones(len(chosen), np.float32),
        )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("work", choices=("train", "predict"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batches", type=int, help="of an epoch (default: all)")
    options = parser.parse_args()
    case = json.loads((options.folder / "case.json").read_text())
    with np.load(options.folder / "texts.npz") as arrays:
        texts = dict(arrays)
    with np.load(options.folder / "parameters.npz") as arrays:
        parameters = dict(arrays)
    is_tagger = case["options"]["task"] == "tags"
    network = _core.tasks.Network(
        options_of(case["options"]), parameters, [texts["vectors"]],
        moments={name: (np.zeros_like(value), np.zeros_like(value)) for name, value in parameters.items()},
        threads=options.threads, isa=hardware.choose_isa(),
    )  # fmt: skip
    losses: list[float] = []

    def work(batch: Batch) -> None:
        if options.work == "train":
            step = network.step(
                batch, batch.targets, batch.weights, learning_rate=case["learning_rate"], step=len(losses) + 1
            )
            losses.append(step["loss"])
        elif is_tagger:
            network.paths(batch)
        else:
            network.probabilities(batch)

    order = texts["order"][: options.batches and options.batches * case["batch_size"]]
    if options.work == "predict":
        order = order[np.argsort(texts["lengths"][order], kind="stable")]
    for batch in list(batches(texts, case["batch_size"], is_tagger, order))[:10]:
        work(batch)
    started = time.perf_counter()
    for batch in batches(texts, case["batch_size"], is_tagger, order):
        work(batch)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "losses": [*losses[:3], *losses[-3:]], "peak_megabytes": peak}))


if __name__ == "__main__":
    main()
