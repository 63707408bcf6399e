"""Do pretrained embeddings help, does ELMo improve on word2vec, and does the gain grow as training data shrinks?

SST-2 (accuracy) and CoNLL-2000 chunking (F1) with logistic regression over TF-IDF n-grams (SST-2 only), vectors learned
from scratch, word2vec, ELMo, and both; several seeds, all of them reported. Networks are trained on the training set;
their epoch is chosen on the development set. The test set is evaluated only with --test, once per seed: results are
stored and not measured again with the same settings. --fractions 0.01,0.1,1 trains on parts of the training set.

    python -m bench.downstream.results DATA --elmo MODEL --test
    python -m bench.downstream.results DATA --elmo MODEL --task chunking --features word2vec,both --seeds 1-2
    python -m bench.downstream.results DATA --elmo MODEL --features scratch,word2vec,both --fractions 0.01,0.1,1 --test

Word vectors are trained on the Wikipedia texts in DATA when they are first needed (half a minute), and stored.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.compare import add_record_flag
from bench.downstream.tasks import FEATURES, TASKS, TUNED, Split, Task, embedding_of, scaled_settings
from bench.machine import describe
from bench.recording import Recorder, recording
from bench.rivals.environments import bench_home
from wordkin import ELMo, KeyedVectors, Word2Vec

LABELS = {
    "tfidf": "TF-IDF, logistic regression",
    "scratch": "learned from scratch",
    "word2vec": "word2vec",
    "elmo": "ELMo",
    TUNED: "ELMo, fine-tuned",
    "both": "word2vec + ELMo",
}
WORD2VEC: dict[str, Any] = {"vector_size": 200, "sg": 1, "negative": 5, "min_count": 5, "epochs": 5, "seed": 1}
TEXTS = ("wiki-sentences-train.txt.gz", "wiki-lower-17m.txt.gz")


def word_vectors(data: Path, folder: Path, workers: int | None) -> KeyedVectors:
    """Return vectors of the Wikipedia texts: the stored ones, or new ones."""
    path = folder / "word2vec.safetensors"
    if not path.exists():
        print(f"# training word2vec on {', '.join(TEXTS)}: {WORD2VEC}", flush=True)
        begin = time.perf_counter()
        model = Word2Vec(corpus_file=[data / name for name in TEXTS], workers=workers, progress=False, **WORD2VEC)
        model.wv.save(path)
        print(f"# {len(model.wv):,} words in {time.perf_counter() - begin:.0f} s", flush=True)
    return KeyedVectors.load(path)


def tfidf(train: Split, dev: Split, test: Split | None) -> dict[str, Any]:
    """Evaluate logistic regression over uni- and bigrams; its penalty is chosen on the development set."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    best: tuple[float, Any] = (-1.0, None)
    for strength in (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0):
        features = TfidfVectorizer(tokenizer=str.split, token_pattern=None, ngram_range=(1, 2), sublinear_tf=True)
        model = make_pipeline(features, LogisticRegression(C=strength, max_iter=1000)).fit(train.X, train.y)
        best = max(best, (model.score(dev.X, dev.y), model), key=lambda pair: pair[0])
    return {"dev": best[0], "test": None if test is None else best[1].score(test.X, test.y)}


def network(
    task: Task, embedding: Any, seed: int, train: Split, dev: Split, test: Split | None, settings: dict[str, Any]
) -> dict[str, Any]:
    """Train and evaluate one network; its epoch is chosen on the development set."""
    begin = time.perf_counter()
    estimator = task.estimator(embedding, random_state=seed, progress=False, **settings)
    estimator.fit(train.X, train.y, validation_data=(dev.X, dev.y))
    scores = estimator.history_[f"val_{task.metric}"]
    return {
        "dev": max(scores),
        "test": None if test is None else estimator.score(test.X, test.y),
        "epochs": len(scores),
        "best_epoch": scores.index(max(scores)) + 1,
        "seconds": time.perf_counter() - begin,
        "layer_mixes": estimator.layer_mixes_,
    }


class ResultsFile:
    """Results as one JSON object per line; complete lines are appended, so that an interruption loses one result."""

    def __init__(self, path: Path) -> None:
        self._path = path
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        self.records: list[dict[str, Any]] = [json.loads(line) for line in lines]

    def find(self, key: dict[str, Any], with_test: bool) -> dict[str, Any] | None:
        """Return the last result for a key, if it has what is needed."""
        for record in reversed(self.records):
            if record["key"] == key and (record["test"] is not None or not with_test):
                return record
        return None

    def add(self, record: dict[str, Any]) -> None:
        self.records.append(record)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")


@dataclass(frozen=True)
class Embeddings:
    """The embeddings that are needed, and what identifies them in the keys of results."""

    vectors: KeyedVectors | None
    model: ELMo | None
    model_files: list[Any]

    @classmethod
    def load(cls, options: argparse.Namespace) -> Embeddings:
        vectors = model = None
        if set(options.features) & {"word2vec", "both"}:
            vectors = word_vectors(options.data, options.keep, options.workers)
        if set(options.features) & {"elmo", TUNED, "both"}:
            if options.elmo is None:
                raise SystemExit("--elmo must name the folder of a model for the features elmo, tuned and both")
            model = ELMo.from_pretrained(options.elmo)
        files = [] if options.elmo is None else sorted(options.elmo.glob("weights.safetensors"))
        return cls(vectors, model, [(str(path), path.stat().st_size, path.stat().st_mtime) for path in files])

    def identity_for(self, features: str) -> list[Any]:
        return [
            WORD2VEC if features in ("word2vec", "both") else None,
            self.model_files if features in ("elmo", TUNED, "both") else None,
        ]


def fingerprint(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:12]


def integers(text: str) -> list[int]:
    """Parse ``1-5`` or ``1,3``."""
    if "-" in text:
        first, last = map(int, text.split("-"))
        return list(range(first, last + 1))
    return [int(number) for number in text.split(",")]


def measure(options: argparse.Namespace, results: ResultsFile) -> list[dict[str, Any]]:
    embeddings = Embeddings.load(options)
    changes = json.loads(options.settings)
    records = []
    for task in (TASKS[name] for name in options.task):
        splits = task.read(options.data)
        for fraction in options.fractions:
            for features in options.features:
                if features == "tfidf" and task.name != "sst2":
                    continue
                own = task.of_features.get(features, {})
                settings = scaled_settings({**task.estimator(None).get_params(), **own, **changes}, fraction)
                del settings["embedding"], settings["random_state"], settings["progress"]
                settings["workers"] = options.workers
                # TF-IDF has no random numbers: with all texts, one run is enough.
                seeds = options.seeds if features != "tfidf" or fraction < 1 else options.seeds[:1]
                for seed in seeds:
                    key = {
                        "task": task.name,
                        "features": features,
                        "fraction": fraction,
                        "seed": seed,
                        "settings": fingerprint({**settings, "workers": None}, embeddings.identity_for(features)),
                    }
                    record = results.find(key, options.test)
                    if record is None:
                        record = {"key": key, **run(task, key, splits, embeddings, settings, with_test=options.test)}
                        results.add(record)
                    print_record(record)
                    records.append(record)
    return records


def run(
    task: Task,
    key: dict[str, Any],
    splits: tuple[Split, Split, Split],
    embeddings: Embeddings,
    settings: dict[str, Any],
    *,
    with_test: bool,
) -> dict[str, Any]:
    train, dev, test = splits
    part = train.sample(key["fraction"], key["seed"])
    held_out = test if with_test else None
    if key["features"] == "tfidf":
        return {**tfidf(part, dev, held_out), "machine": describe()}
    embedding = embedding_of(key["features"], embeddings.vectors, embeddings.model)
    return {**network(task, embedding, key["seed"], part, dev, held_out, settings), "machine": describe()}


def print_record(record: dict[str, Any]) -> None:
    key = record["key"]
    name = f"{key['task']:9} {key['features']:9} {key['fraction']:6.0%} seed {key['seed']}"
    test = "" if record["test"] is None else f"  test {100 * record['test']:6.2f}"
    more = f"  best epoch {record['best_epoch']}, {record['seconds']:.0f} s" if "seconds" in record else ""
    print(f"{name}  dev {100 * record['dev']:6.2f}{test}{more}", flush=True)


def table(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return mean and standard deviation over seeds for each task, fraction and kind of features."""
    groups: dict[tuple[str, float, str], list[dict[str, Any]]] = {}
    for record in records:
        key = record["key"]
        groups.setdefault((key["task"], key["fraction"], key["features"]), []).append(record)
    rows = []
    for (task, fraction, features), group in groups.items():
        row: dict[str, Any] = {"task": task, "fraction": fraction, "features": features, "runs": len(group)}
        for name in ("dev", "test"):
            values = [100 * record[name] for record in group if record[name] is not None]
            if len(values) == len(group):
                row[name] = statistics.mean(values)
                row[f"{name}_deviation"] = statistics.stdev(values) if len(values) > 1 else 0.0
        rows.append(row)
    return rows


def print_rows(rows: list[dict[str, Any]]) -> None:
    print(f"\n{'task':9} {'texts':>6} {'features':9} {'runs':>4} {'dev':>15} {'test':>15}")
    for row in rows:
        cells = [
            f"{row[name]:7.2f} +- {row[name + '_deviation']:4.2f}" if name in row else "" for name in ("dev", "test")
        ]
        print(
            f"{row['task']:9} {row['fraction']:6.0%} {row['features']:9} {row['runs']:>4} {cells[0]:>15} {cells[1]:>15}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with sst2, conll2000 and the Wikipedia texts")
    parser.add_argument("--elmo", type=Path, help="folder of a language model trained on the Wikipedia texts")
    parser.add_argument("--task", default=",".join(TASKS), help="comma-separated list of sst2 and chunking (both)")
    parser.add_argument(
        "--features",
        default=",".join(FEATURES),
        help=f"comma-separated list of {', '.join(FEATURES)} (default) and {TUNED}: ELMo, fine-tuned",
    )
    parser.add_argument("--seeds", type=integers, default=integers("1-5"), help="random seeds such as 1-5 or 1,3 (1-5)")
    parser.add_argument("--fractions", default="1", help="fractions of the training set such as 0.01,0.1,1 (1)")
    parser.add_argument("--test", action="store_true", help="evaluate the test sets as well")
    parser.add_argument("--settings", default="{}", help="JSON object that overrides arguments of the estimators")
    parser.add_argument("--workers", type=int, help="number of threads (all available CPUs)")
    parser.add_argument("--keep", type=Path, default=bench_home() / "downstream", help="folder for vectors and results")
    add_record_flag(parser)
    options = parser.parse_args()
    options.task, options.features = options.task.split(","), options.features.split(",")
    options.fractions = [float(fraction) for fraction in options.fractions.split(",")]
    unknown = (set(options.task) - set(TASKS)) | (set(options.features) - {*FEATURES, TUNED})
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    options.keep.mkdir(parents=True, exist_ok=True)
    with recording(options, is_timed=False) as record:
        records = measure(options, ResultsFile(options.keep / "results.jsonl"))
        print_rows(table(records))
        keep(records, record)


def keep(records: list[dict[str, Any]], record: Recorder) -> None:
    """Record the scores of all seeds, in per cent, for each task, fraction and kind of features."""
    groups: dict[tuple[str, float, str], list[dict[str, Any]]] = {}
    for result in records:
        key = result["key"]
        groups.setdefault((key["task"], key["fraction"], key["features"]), []).append(result)
    for (task, fraction, features), group in groups.items():
        for name in ("dev", "test"):
            values = [100 * result[name] for result in group if result[name] is not None]
            if values:
                case = f"{task}, {name}" if fraction == 1 else f"{task}, {name}, parts"
                record.add(case, LABELS[features], "%", values, at=100 * fraction)


if __name__ == "__main__":
    main()
