"""Which settings train the best language model in a given time?

Trains a model with each of several settings, which differ from those of `wordkin elmo train --preset hour` in what
their names say, for the same time on the largest Wikipedia text in DATA, and judges it by the perplexity of other
articles and by development sets: chunks (CoNLL-2000) and sentiment (SST-2) with the model alone and beside word2vec,
and long reviews (IMDb) by logistic regression on the mean of all layers. The models stay in the folder of --keep, and
what has been trained or judged there is not done again.

    python -m bench.elmo.recipe DATA --minutes 10
    python -m bench.elmo.recipe DATA --minutes 60 --tries preset --seeds 5

The number of steps and the end of the schedule follow from the duration of a step, which a run of 20 seconds measures;
the folder of --keep stores it. With --measure-steps nothing else is done: on a quiet machine first, after which the
results are those of a quiet machine whatever else it does during the trainings.

    python -m bench.elmo.recipe DATA --measure-steps

A model that `wordkin elmo train --preset hour` has trained is judged in the same way:

    python -m bench.elmo.recipe DATA --model MODEL
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bench.compare import add_record_flag
from bench.downstream.results import network, word_vectors
from bench.downstream.tasks import TASKS, embedding_of
from bench.recording import Recorder, recording
from bench.rivals.environments import bench_home
from wordkin import ELMo, KeyedVectors
from wordkin.downstream.files.labelled_files import read_labelled
from wordkin.elmo import PRESETS

TRAIN, VALID = "wiki-sentences-20m.txt.gz", "wiki-sentences-valid.txt.gz"
REVIEWS = "imdb-train.tsv.gz"
N_REVIEWS = 6_000  # the first four fifths are trained on, the others are the development set
LONGEST_REVIEW = 400  # tokens
PROBE_SECONDS = 20.0
STEPS = "seconds-per-step.json"  # of each try, in the folder of --keep
CHECKED_STEPS = 4  # validations of each training
UNROLL_STEPS = 20  # the default

MODEL: dict[str, Any] = dict(PRESETS["hour"].model)
TRAINING: dict[str, Any] = {
    name: value for name, value in PRESETS["hour"].training.items() if name not in ("decay_seconds", "epochs")
}


@dataclass(frozen=True)
class Try:
    """Settings that differ from `MODEL` and `TRAINING`."""

    about: str
    training: dict[str, Any] = field(default_factory=dict)
    model: dict[str, Any] = field(default_factory=dict)
    word_vectors: bool = True


ADAGRAD = {"optimizer": "adagrad", "learning_rate": 0.6, "warmup_steps": 200}
SMALL = {"projection_dim": 64}
TRIES = {
    "preset": Try("the preset"),
    "no-words": Try("no word vectors", word_vectors=False),
    "frozen-words": Try("word vectors are not trained", {"train_word_vectors": False}),
    "adagrad": Try("Adagrad", ADAGRAD),
    "batch-32": Try("batch size 32", {"batch_size": 32, "learning_rate": 1e-3}),
    "batch-128": Try("batch size 128", {"batch_size": 128, "learning_rate": 3e-3}),
    "batch-256": Try("batch size 256", {"batch_size": 256, "learning_rate": 4e-3}),
    "rate-1e-3": Try("learning rate 0.001", {"learning_rate": 1e-3}),
    "rate-4e-3": Try("learning rate 0.004", {"learning_rate": 4e-3}),
    "constant": Try("constant learning rate of 0.001", {"schedule": "constant", "learning_rate": 1e-3}),
    "negatives-1024": Try("1,024 sampled words", {"negatives": 1024}),
    "negatives-8192": Try("8,192 sampled words", {"negatives": 8192}),
    "no-dropout": Try("no dropout", {"dropout": 0.0}),
    "dropout-0.2": Try("dropout 0.2", {"dropout": 0.2}),
    "separate": Try("softmax of each direction", {}, {"shared_softmax": False}),
    "small": Try("512/64", {}, SMALL),
    "wide": Try("1024/128", {}, {"dim": 1024}),
    "float32": Try("512/64 in float32", {"precision": "float32"}, SMALL),
    "start": Try("512/64, Adagrad, 8,192 sampled words, no word vectors", {**ADAGRAD, "negatives": 8192}, SMALL, False),
}


def seconds_per_step(name: str, options: argparse.Namespace, vectors: KeyedVectors | None) -> float:
    """Return the duration of a training step: the stored one, or that of a short training."""
    file = options.keep / STEPS
    known: dict[str, float] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    if name not in known:
        limits = {"workers": options.workers, "max_seconds": PROBE_SECONDS}
        report = train(TRIES[name], options.data, vectors, seed=1, **limits)[1]
        known[name] = report.seconds / report.steps
        file.write_text(json.dumps(known, indent=1), encoding="utf-8")
        print(f"{name:16} {1e3 * known[name]:.2f} ms a step, {report.tokens_per_second:,.0f} words/s", flush=True)
    return known[name]


def train(
    attempt: Try, data: Path, vectors: KeyedVectors | None, *, seed: int, workers: int | None, **limits: Any
) -> tuple[ELMo, Any]:
    """Return a trained model and its report."""
    model = ELMo(**{**MODEL, **attempt.model})
    settings = {**TRAINING, **attempt.training, **limits}
    if settings["schedule"] == "linear":
        settings["decay_steps"] = settings.get("max_steps")
    if attempt.word_vectors:
        settings["word_vectors"] = vectors
    report = model.train(data / TRAIN, seed=seed, workers=workers, epochs=100, progress=False, **settings)
    return model, report


def trained(name: str, options: argparse.Namespace, seed: int, vectors: KeyedVectors | None) -> tuple[Path, Any]:
    """Return the folder of a model of a try and what its training reports; trains it if there is none."""
    folder = options.keep / f"{name}-{options.minutes:g}-{seed}"
    attempt = TRIES[name]
    settings = json.loads(json.dumps([MODEL, TRAINING, attempt.model, attempt.training, attempt.word_vectors]))
    if not (folder / "training.json").exists():
        step = seconds_per_step(name, options, vectors)
        steps = max(1, round(60 * options.minutes / step))
        model, report = train(
            attempt,
            options.data,
            vectors,
            seed=seed,
            workers=options.workers,
            max_steps=steps,
            validation=options.data / VALID,
            validation_steps=max(1, steps // CHECKED_STEPS),
            checkpoint=folder / "checkpoints",
        )
        model.save_pretrained(folder)
        results = {
            "settings": settings,
            "tokens": report.steps * {**TRAINING, **attempt.training}["batch_size"] * UNROLL_STEPS,
            "steps": report.steps,
            "seconds_per_step": step,
            "minutes": report.seconds / 60,
            "validations": [[found.step * step / 60, found.perplexity.geometric_mean] for found in report.validations],
        }
        (folder / "training.json").write_text(json.dumps(results), encoding="utf-8")
    results = json.loads((folder / "training.json").read_text(encoding="utf-8"))
    if results.get("settings") != settings:
        raise SystemExit(f"{folder} has a model of other settings; remove it or give another folder with --keep")
    return folder, results


def trained_by_command(folder: Path) -> dict[str, Any]:
    """Return what the training of a model reports that `wordkin elmo train` has saved."""
    report = ELMo.from_pretrained(folder).training_report
    if report is None or not report.validations or report.first_step > 0:
        raise SystemExit(f"--model must name a model that was trained in one call, with --validation, got {folder}")
    return {
        "tokens": report.tokens,
        "minutes": report.seconds / 60,
        "validations": [[found.seconds / 60, found.perplexity.geometric_mean] for found in report.validations],
    }


def judged(folder: Path, options: argparse.Namespace, vectors: KeyedVectors) -> dict[str, float]:
    """Return the scores of a model on the development sets, in per cent; measures those that are missing."""
    file = folder / "scores.json"
    scores: dict[str, float] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    model = ELMo.from_pretrained(folder)
    for case in options.judges:
        if case in scores:
            continue
        begin = time.perf_counter()
        if case == "reviews":
            scores[case] = 100 * probe(model, options.data)
        else:
            name, features = case.split("/")
            task = TASKS[name]
            train_set, dev, _ = task.read(options.data)
            settings = {**task.of_features.get(features, {}), "workers": options.workers}
            embedding = embedding_of(features, vectors, model)
            scores[case] = 100 * network(task, embedding, 1, train_set, dev, None, settings)["dev"]
        print(f"  {case} {scores[case]:.2f}, {time.perf_counter() - begin:.0f} s", flush=True)
        file.write_text(json.dumps(scores), encoding="utf-8")
    return {case: scores[case] for case in options.judges}


def probe(model: ELMo, data: Path) -> float:
    """Return the accuracy of logistic regression on mean vectors of reviews."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    given = read_labelled(data / REVIEWS)
    chosen = np.random.default_rng(1).permutation(len(given.texts))[:N_REVIEWS]
    texts = [given.texts[index].split()[:LONGEST_REVIEW] for index in chosen]
    labels = [(given.labels or [])[index] for index in chosen]
    layers = [np.concatenate(list(layer.mean(axis=1))) for layer in model.encode_iter(texts, layers="all")]
    part = N_REVIEWS * 4 // 5
    classifier = make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=300))
    classifier.fit(np.stack(layers[:part]), labels[:part])
    return float(classifier.score(np.stack(layers[part:]), labels[part:]))


JUDGES = ("chunking/elmo", "sst2/elmo", "reviews", "chunking/both", "sst2/both")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with the Wikipedia texts, conll2000, sst2 and reviews")
    parser.add_argument("--minutes", type=float, default=10.0, help="time of each training (10)")
    parser.add_argument("--tries", default=",".join(TRIES), help=f"comma-separated list of {', '.join(TRIES)} (all)")
    parser.add_argument("--judges", default=",".join(JUDGES), help=f"comma-separated list of {', '.join(JUDGES)} (all)")
    parser.add_argument("--seeds", type=int, default=1, help="number of random seeds (1)")
    parser.add_argument("--measure-steps", action="store_true", help="only measure the duration of a step of each try")
    parser.add_argument("--workers", type=int, help="number of threads (all available CPUs)")
    parser.add_argument("--keep", type=Path, default=bench_home() / "elmo-recipe", help="folder for the models")
    parser.add_argument("--model", type=Path, help="judge this model of the preset; train none")
    add_record_flag(parser)
    options = parser.parse_args()
    options.tries = options.tries.split(",")
    options.judges = options.judges.split(",") if options.judges else []
    unknown = (set(options.tries) - set(TRIES)) | (set(options.judges) - set(JUDGES))
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    options.keep.mkdir(parents=True, exist_ok=True)
    if options.measure_steps:
        vectors = word_vectors(options.data, options.keep, options.workers)
        for name in options.tries:
            seconds_per_step(name, options, vectors)
        return
    with recording(options, is_timed=False) as record:
        vectors = word_vectors(options.data, options.keep, options.workers)
        if options.model is not None:
            training = trained_by_command(options.model)
            results = [(training, judged(options.model, options, vectors))]
            keep(f"{training['minutes']:.0f} minutes", TRIES["preset"].about, results, record)
            return
        for name in options.tries:
            results = []
            for seed in range(1, options.seeds + 1):
                folder, training = trained(name, options, seed, vectors)
                perplexity = training["validations"][-1][1]
                print(
                    f"{name:16} seed {seed}: {training['tokens'] / 1e6:.1f} M tokens, perplexity {perplexity:.1f}",
                    flush=True,
                )
                results.append((training, judged(folder, options, vectors)))
            keep(f"{options.minutes:g} minutes", TRIES[name].about, results, record)


def keep(case: str, about: str, results: list[tuple[dict[str, Any], dict[str, float]]], record: Recorder) -> None:
    trainings = [training for training, _ in results]
    record.add(case, about, "M tokens", [training["tokens"] / 1e6 for training in trainings])
    record.add(case, about, "perplexity", [training["validations"][-1][1] for training in trainings])
    for minutes, perplexity in trainings[0]["validations"]:
        record.add(f"{case}, validation", about, "perplexity", [perplexity], at=minutes)
    for judge in results[0][1]:
        record.add(case, about, judge, [scores[judge] for _, scores in results])


if __name__ == "__main__":
    main()
