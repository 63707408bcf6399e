"""How many predictions change if the recurrent layers are computed in bfloat16 or with 8-bit integers?

A classifier and a tagger are trained in float32 with vectors learned from the training texts, and predict the test sets
of SST-2 and CoNLL-2000 with each precision. With --reviews, a classifier of long texts is trained on all reviews but
the last fifth of IMDb, which it predicts.

    python -m bench.downstream.precision ../shared/data --reviews ../shared/data/imdb-train.tsv.gz
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from bench.compare import add_record_flag
from bench.downstream.tasks import TASKS, Split
from bench.recording import Recorder, recording
from wordkin.downstream.files.labelled_files import read_labelled

PRECISIONS = ("float32", "bfloat16", "int8")
LONGEST_REVIEW = 400  # tokens


def compare(name: str, model: Any, test: Split, metric: str, record: Recorder) -> None:
    """Print the scores of a model and how many labels change."""
    exact: list[Any] = []
    for precision in PRECISIONS:
        model.set_params(encoder_precision=precision)
        labels = list(model.predict(test.X))
        if isinstance(labels[0], list):
            labels = [tag for tags in labels for tag in tags]
        exact = exact or labels
        changed = sum(one != other for one, other in zip(labels, exact, strict=True))
        score = 100 * model.score(test.X, test.y)
        record.add(f"{name}, encoder", precision, metric, [score])
        record.add(f"{name}, encoder", precision, "changed labels", [float(changed)])
        print(f"{name:12} {precision:9} {metric} {score:.2f}; {changed} of {len(labels):,} labels differ", flush=True)


def reviews(path: Path) -> tuple[Split, Split]:
    """Return training and test reviews."""
    given = read_labelled(path)
    texts, labels = np.array(given.texts, object), np.array(given.labels, object)
    order = np.random.default_rng(1).permutation(len(texts))
    train, test = np.split(order, [len(order) * 4 // 5])
    return tuple(Split(texts[part].tolist(), labels[part].tolist()) for part in (train, test))  # type: ignore[return-value]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with sst2 and conll2000")
    parser.add_argument("--reviews", type=Path, help="file of labelled reviews")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--workers", type=int)
    add_record_flag(parser)
    options = parser.parse_args()
    settings = {"epochs": options.epochs, "workers": options.workers, "random_state": 1, "progress": False}
    with recording(options) as record:
        for task in TASKS.values():
            train, dev, test = task.read(options.data)
            model = task.estimator(None, **settings).fit(train.X, train.y, validation_data=(dev.X, dev.y))
            compare(task.name, model, test, task.metric, record)
        if options.reviews is not None:
            train, test = reviews(options.reviews)
            model = TASKS["sst2"].estimator(
                None, **{**settings, "max_length": LONGEST_REVIEW, "truncate": True, "tokenizer": "words"}
            )
            compare("IMDb", model.fit(train.X, train.y), test, "accuracy", record)


if __name__ == "__main__":
    main()
