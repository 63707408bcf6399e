"""Do pretrained embeddings help, and ELMo's on top of word2vec's, and the more the fewer texts there are to learn from?

SST-2 (accuracy) and CoNLL-2000 chunking (F1) with TF-IDF of n-grams and logistic regression (SST-2 only), vectors
learned from scratch, word2vec's, ELMo's, and both; several seeds, all reported. Each network is trained on the training
set, its epoch chosen on the development set. The test set is looked at only with --test, once for each seed: what has
been measured with the same settings is kept in a file and not measured again. --shares 0.01,0.1,1 learns from parts of
the training set; with several shares a picture is drawn.

    python -m bench.downstream.results DATA --elmo MODEL --test
    python -m bench.downstream.results DATA --elmo MODEL --task chunking --what word2vec,both --seeds 1-2
    python -m bench.downstream.results DATA --elmo MODEL --what scratch,word2vec,both --shares 0.01,0.1,1 --test

Word vectors are trained on the Wikipedia texts in DATA at first use (half a minute), and kept.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import statistics
import subprocess
import time
from pathlib import Path
from typing import Any

from bench.downstream.tasks import TASKS, WAYS, Split, Task, embedding_of, stretched
from bench.machine import describe, print_description
from bench.rivals.environments import PYTORCH, bench_home, python_with
from wordkin import ELMo, KeyedVectors, Word2Vec

HERE = Path(__file__).resolve().parent
WORD2VEC: dict[str, Any] = {"vector_size": 200, "sg": 1, "negative": 5, "min_count": 5, "epochs": 5, "seed": 1}
TEXTS = ("wiki-sentences-train.txt.gz", "wiki-lower-17m.txt.gz")


def word_vectors(data: Path, folder: Path, workers: int | None) -> KeyedVectors:
    """Vectors of the Wikipedia texts: as kept, or trained now."""
    path = folder / "word2vec.safetensors"
    if not path.exists():
        print(f"# training word2vec on {', '.join(TEXTS)}: {WORD2VEC}", flush=True)
        begin = time.perf_counter()
        model = Word2Vec(corpus_file=[data / name for name in TEXTS], workers=workers, progress=False, **WORD2VEC)
        model.wv.save(path)
        print(f"# {len(model.wv):,} words in {time.perf_counter() - begin:.0f} s", flush=True)
    return KeyedVectors.load(path)


def tfidf(train: Split, dev: Split, test: Split | None) -> dict[str, Any]:
    """Uni- and bigrams, logistic regression; the strength of its penalty is chosen on the development set."""
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
    """Train one network, its epoch chosen on the development set."""
    begin = time.perf_counter()
    estimator = task.estimator(embedding, random_state=seed, progress=False, **settings)
    estimator.fit(train.X, train.y, validation_data=(dev.X, dev.y))
    looks = estimator.history_[f"val_{task.figure}"]
    return {
        "dev": max(looks),
        "test": None if test is None else estimator.score(test.X, test.y),
        "epochs": len(looks),
        "best_epoch": looks.index(max(looks)) + 1,
        "seconds": time.perf_counter() - begin,
        "layer_mixes": estimator.layer_mixes_,
    }


class Kept:
    """What was measured, a JSON object a line; whole lines are added, so that an end at any time loses one figure."""

    def __init__(self, path: Path) -> None:
        self._path = path
        lines = path.read_text().splitlines() if path.exists() else []
        self.records: list[dict[str, Any]] = [json.loads(line) for line in lines]

    def found(self, key: dict[str, Any], with_test: bool) -> dict[str, Any] | None:
        """The last figure for these settings, if it says what is wanted."""
        for record in reversed(self.records):
            if record["key"] == key and (record["test"] is not None or not with_test):
                return record
        return None

    def add(self, record: dict[str, Any]) -> None:
        self.records.append(record)
        with self._path.open("a") as file:
            file.write(json.dumps(record) + "\n")


def fingerprint(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:12]


def numbers(text: str) -> list[int]:
    """``1-5`` or ``1,3``."""
    if "-" in text:
        first, last = map(int, text.split("-"))
        return list(range(first, last + 1))
    return [int(number) for number in text.split(",")]


def measured(options: argparse.Namespace, kept: Kept) -> list[dict[str, Any]]:
    vectors = model = None
    if set(options.what) & {"word2vec", "both"}:
        vectors = word_vectors(options.data, options.keep, options.workers)
    if set(options.what) & {"elmo", "both"}:
        if options.elmo is None:
            raise SystemExit("--elmo must name the folder of a model for the ways elmo and both")
        model = ELMo.from_pretrained(options.elmo)
    model_file = None if options.elmo is None else sorted(options.elmo.glob("weights.safetensors"))
    identity = [(str(path), path.stat().st_size, path.stat().st_mtime) for path in model_file or []]
    changes = json.loads(options.settings)
    records = []
    for task in (TASKS[name] for name in options.task):
        train, dev, test = task.read(options.data)
        for share in options.shares:
            for way in options.what:
                if way == "tfidf" and task.name != "sst2":
                    continue
                chosen = stretched({**task.estimator(None).get_params(), **task.of_way.get(way, {}), **changes}, share)
                del chosen["embedding"], chosen["random_state"], chosen["progress"]
                chosen["workers"] = options.workers
                uses = [
                    WORD2VEC if way in ("word2vec", "both") else None,
                    identity if way in ("elmo", "both") else None,
                ]
                for seed in options.seeds if way != "tfidf" or share < 1 else options.seeds[:1]:
                    print_key = f"{task.name:9} {way:9} {share:6.0%} seed {seed}"
                    key = {"task": task.name, "way": way, "share": share, "seed": seed,
                           "settings": fingerprint({**chosen, "workers": None}, uses)}  # fmt: skip
                    record = kept.found(key, options.test)
                    if record is None:
                        part = train.sample(share, seed)
                        held = test if options.test else None
                        if way == "tfidf":
                            figures = tfidf(part, dev, held)
                        else:
                            figures = network(task, embedding_of(way, vectors, model), seed, part, dev, held, chosen)
                        record = {"key": key, **figures, "machine": describe()}
                        kept.add(record)
                    shown = "" if record["test"] is None else f"  test {100 * record['test']:6.2f}"
                    more = (
                        f"  best epoch {record['best_epoch']}, {record['seconds']:.0f} s" if "seconds" in record else ""
                    )
                    print(f"{print_key}  dev {100 * record['dev']:6.2f}{shown}{more}", flush=True)
                    records.append(record)
    return records


def table(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Mean and deviation of each way."""
    groups: dict[tuple[str, float, str], list[dict[str, Any]]] = {}
    for record in records:
        key = record["key"]
        groups.setdefault((key["task"], key["share"], key["way"]), []).append(record)
    rows = []
    for (task, share, way), group in groups.items():
        row: dict[str, Any] = {"task": task, "share": share, "way": way, "runs": len(group)}
        for name in ("dev", "test"):
            values = [100 * record[name] for record in group if record[name] is not None]
            if len(values) == len(group):
                row[name] = statistics.mean(values)
                row[f"{name}_deviation"] = statistics.stdev(values) if len(values) > 1 else 0.0
        rows.append(row)
    return rows


def print_rows(rows: list[dict[str, Any]]) -> None:
    print(f"\n{'task':9} {'texts':>6} {'way':9} {'runs':>4} {'dev':>15} {'test':>15}")
    for row in rows:
        cells = [
            f"{row[name]:7.2f} +- {row[name + '_deviation']:4.2f}" if name in row else "" for name in ("dev", "test")
        ]
        print(f"{row['task']:9} {row['share']:6.0%} {row['way']:9} {row['runs']:>4} {cells[0]:>15} {cells[1]:>15}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with sst2, conll2000 and the Wikipedia texts")
    parser.add_argument("--elmo", type=Path, help="folder of a language model trained on the Wikipedia texts")
    parser.add_argument("--task", default=",".join(TASKS), help="sst2, chunking (both)")
    parser.add_argument("--what", default=",".join(WAYS), help=f"of {', '.join(WAYS)} (all)")
    parser.add_argument("--seeds", type=numbers, default=numbers("1-5"), help="such as 1-5 or 1,3 (1-5)")
    parser.add_argument("--shares", default="1", help="parts of the training set, such as 0.01,0.1,1 (1)")
    parser.add_argument("--test", action="store_true", help="look at the test sets, too")
    parser.add_argument("--settings", default="{}", help="JSON: other arguments of the estimators, to choose on dev")
    parser.add_argument("--workers", type=int)
    parser.add_argument("--keep", type=Path, default=bench_home() / "downstream", help="folder for what is made")
    parser.add_argument("--plot-python", help="interpreter that has matplotlib (default: one is installed)")
    options = parser.parse_args()
    options.task, options.what = options.task.split(","), options.what.split(",")
    options.shares = [float(share) for share in options.shares.split(",")]
    unknown = (set(options.task) - set(TASKS)) | (set(options.what) - set(WAYS))
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    options.keep.mkdir(parents=True, exist_ok=True)
    print_description()
    rows = table(measured(options, Kept(options.keep / "results.jsonl")))
    print_rows(rows)
    if len(options.shares) > 1:
        source = options.keep / "efficiency.json"
        source.write_text(json.dumps(rows, indent=1))
        picture = source.with_suffix(".png")
        python = options.plot_python or python_with(*PYTORCH)
        subprocess.run([python, str(HERE / "efficiency.py"), str(source), str(picture)], check=True)
        print(f"# kept: {source}, {picture}")


if __name__ == "__main__":
    main()
