"""Which options of classifiers and taggers get the most out of a language model?

Trains with each of several settings on SST-2 (accuracy) and CoNLL-2000 chunking (F1), with the language model as it is
(elmo), fine-tuned (tuned) or beside word2vec (both), and compares the development sets; the test sets are not read.
Each try adds options to the settings of bench/downstream/tasks.py. Results are stored and not measured again.

    python -m bench.downstream.recipes DATA --elmo MODEL
    python -m bench.downstream.recipes DATA --elmo MODEL --cases sst2/tuned --tries base,rate-1e-4 --seeds 1-3

The layers of a model that is not fine-tuned are computed once for all tries.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from bench.compare import add_record_flag
from bench.downstream.results import ResultsFile, fingerprint, integers, network, word_vectors
from bench.downstream.tasks import TASKS, embedding_of
from bench.recording import Recorder, recording
from bench.rivals.environments import bench_home
from wordkin import ELMo

CASES = ("sst2/elmo", "sst2/tuned", "chunking/elmo", "chunking/both")
FROZEN = ("sst2/elmo", "chunking/elmo", "chunking/both")


@dataclass(frozen=True)
class Try:
    """Settings beside those of the task, and the cases in which they are tried."""

    about: str
    settings: dict[str, Any] = field(default_factory=dict)
    cases: tuple[str, ...] = CASES


# The options that bench/downstream/tasks.py has adopted since, switched off.
PLAIN: dict[str, dict[str, Any]] = {
    "sst2": {"characters": False, "averaging": 0.0},
    "chunking": {"concatenate_layers": False},
}
CONCATENATED = {"pooling": "attention+mean+max"}
LONG = {"epochs": 16, "patience": 6}

TRIES = {
    "base": Try("none of these options"),
    "norm": Try("layers normalised over each text", {"layer_norm": True}),
    "long": Try("up to 16 epochs", LONG, FROZEN),
    "pooling": Try("attention, mean and maximum", CONCATENATED, ("sst2/elmo", "sst2/tuned")),
    "norm-pooling": Try(
        "layers normalised; attention, mean and maximum", {"layer_norm": True, **CONCATENATED}, ("sst2/elmo",)
    ),
    "norm-mean-max": Try(
        "layers normalised; mean and maximum", {"layer_norm": True, "pooling": "mean+max"}, ("sst2/elmo",)
    ),
    "norm-no-encoder": Try(
        "layers normalised; attention, mean and maximum; no BiLSTM",
        {"layer_norm": True, **CONCATENATED, "encoder": None},
        ("sst2/elmo",),
    ),
    "projection": Try("projection to 128", {"projection_dim": 128}),
    "words": Try("word dropout 0.1", {"word_dropout": 0.1}),
    "decay": Try("weight decay 0.1", {"weight_decay": 0.1}),
    "average": Try("average, 0.995 per step", {"averaging": 0.995}),
    "long-average": Try("up to 16 epochs, average", {**LONG, "averaging": 0.995}, FROZEN),
    "concatenated": Try("layers concatenated", {"concatenate_layers": True}),
    "concatenated-norm": Try("layers normalised and concatenated", {"concatenate_layers": True, "layer_norm": True}),
    "concatenated-average": Try("layers concatenated, average", {"concatenate_layers": True, "averaging": 0.995}),
    "characters": Try("characters beside", {"characters": True}, ("sst2/elmo",)),
    "characters-average": Try("characters beside, average", {"characters": True, "averaging": 0.995}, ("sst2/elmo",)),
    "combined": Try(
        "characters beside, layers concatenated, average",
        {"characters": True, "concatenate_layers": True, "averaging": 0.995},
        ("sst2/elmo",),
    ),
    "rate-1e-4": Try("fine-tuned at 1e-4", {"embedding_learning_rate": 1e-4}, ("sst2/tuned",)),
    "rate-3e-3": Try("fine-tuned at 3e-3", {"embedding_learning_rate": 3e-3}, ("sst2/tuned",)),
    "gradual": Try("gradual unfreezing", {"gradual_unfreezing": True}, ("sst2/tuned",)),
    "layer-rates": Try("half the rate in each layer below", {"layer_rate_decay": 0.5}, ("sst2/tuned",)),
    "gradual-average": Try(
        "gradual unfreezing, average", {"gradual_unfreezing": True, "averaging": 0.995}, ("sst2/tuned",)
    ),
}


@contextmanager
def cached_layers(model: ELMo) -> Iterator[None]:
    """Encode each sentence once in the block."""
    encode: Callable[..., Any] = model.encode
    known: dict[tuple[str, ...], Any] = {}

    def cached(sentences: list[list[str]], *arguments: Any, **settings: Any) -> list[Any]:
        new = [tokens for tokens in dict.fromkeys(map(tuple, sentences)) if tokens not in known]
        known.update(zip(new, encode([list(tokens) for tokens in new], *arguments, **settings), strict=True))
        return [known[tuple(tokens)] for tokens in sentences]

    with mock.patch.object(model, "encode", cached):
        yield


def measure(options: argparse.Namespace, results: ResultsFile) -> list[dict[str, Any]]:
    model = ELMo.from_pretrained(options.elmo)
    files = [[path.name, path.stat().st_size] for path in sorted(options.elmo.glob("weights.safetensors"))]
    vectors = word_vectors(options.data, options.keep, options.workers) if "chunking/both" in options.cases else None
    records = []
    for case in options.cases:
        name, features = case.split("/")
        task = TASKS[name]
        train, dev, _ = task.read(options.data)
        embedding = embedding_of(features, vectors, model)
        with cached_layers(model) if case in FROZEN else nullcontext():
            for attempt in (TRIES[name] for name in options.tries if case in TRIES[name].cases):
                settings = {**task.of_features.get(features, {}), **PLAIN[name], **attempt.settings}
                for seed in options.seeds:
                    known = fingerprint(task.estimator(None, **settings).get_params(), files)
                    key = {"case": case, "fraction": options.fraction, "seed": seed, "settings": known}
                    record = results.find(key, with_test=False)
                    if record is None and options.stored:
                        continue
                    if record is None:
                        own, part = {**settings, "workers": options.workers}, train.sample(options.fraction, seed)
                        record = {"key": key, **network(task, embedding, seed, part, dev, None, own)}
                        results.add(record)
                    print(
                        f"{case:14} {attempt.about:45} seed {seed}  dev {100 * record['dev']:6.2f}  "
                        f"best epoch {record['best_epoch']}, {record['seconds']:.0f} s",
                        flush=True,
                    )
                    records.append({**record, "about": attempt.about})
    return records


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with sst2, conll2000 and the Wikipedia texts")
    parser.add_argument("--elmo", type=Path, required=True, help="folder of a language model")
    parser.add_argument("--cases", default=",".join(CASES), help=f"comma-separated list of {', '.join(CASES)} (all)")
    parser.add_argument("--tries", default=",".join(TRIES), help=f"comma-separated list of {', '.join(TRIES)} (all)")
    parser.add_argument("--seeds", type=integers, default=integers("1-2"), help="random seeds such as 1-5 or 1,3 (1-2)")
    parser.add_argument("--fraction", type=float, default=1.0, help="fraction of the training set (1)")
    parser.add_argument("--stored", action="store_true", help="report the stored results; measure nothing")
    parser.add_argument("--workers", type=int, help="number of threads (all available CPUs)")
    parser.add_argument("--keep", type=Path, default=bench_home() / "downstream", help="folder for vectors and results")
    add_record_flag(parser)
    options = parser.parse_args()
    options.cases, options.tries = options.cases.split(","), options.tries.split(",")
    unknown = (set(options.cases) - set(CASES)) | (set(options.tries) - set(TRIES))
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    options.keep.mkdir(parents=True, exist_ok=True)
    with recording(options) as record:
        keep(measure(options, ResultsFile(options.keep / "recipes.jsonl")), record)


def keep(records: list[dict[str, Any]], record: Recorder) -> None:
    """Record the development scores of all seeds, in per cent, for each case and try."""
    groups: dict[tuple[str, float, str], list[float]] = {}
    for result in records:
        key = result["key"]
        groups.setdefault((key["case"], key["fraction"], result["about"]), []).append(100 * result["dev"])
    for (case, fraction, about), values in groups.items():
        name = f"{case}, dev" if fraction == 1 else f"{case}, dev, parts"
        record.add(name, about, "%", values, at=100 * fraction)


if __name__ == "__main__":
    main()
