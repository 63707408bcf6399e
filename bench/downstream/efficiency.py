"""Plot scores against the fraction of training data; needs matplotlib: python efficiency.py ROWS.json PLOT.png"""

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt  # after the choice of a backend that needs no display

LABELS = {
    "tfidf": "TF-IDF, logistic regression",
    "scratch": "from scratch",
    "word2vec": "word2vec",
    "elmo": "ELMo",
    "both": "word2vec + ELMo",
}
METRICS = {"sst2": "SST-2 accuracy, %", "chunking": "CoNLL-2000 F1, %"}


def draw(axes: Any, rows: list[dict[str, Any]], task: str) -> None:
    own = [row for row in rows if row["task"] == task]
    name = "test" if all("test" in row for row in own) else "dev"
    for features, label in LABELS.items():
        points = sorted(
            (100 * row["fraction"], row[name], row[f"{name}_deviation"]) for row in own if row["features"] == features
        )
        if points:
            fractions, values, deviations = zip(*points, strict=True)
            axes.errorbar(fractions, values, yerr=deviations, marker="o", capsize=3, label=label)
    axes.set_xscale("log")
    axes.set_xticks([1, 10, 100], ["1", "10", "100"])
    axes.set_xlabel("% of the training data")
    axes.set_ylabel(f"{METRICS[task]} ({name})")
    axes.grid(alpha=0.3)
    axes.legend()


def main() -> None:
    source, plot = sys.argv[1:]
    rows = json.loads(Path(source).read_text(encoding="utf-8"))
    tasks = [task for task in METRICS if any(row["task"] == task for row in rows)]
    figure, axes = plt.subplots(1, len(tasks), figsize=(6 * len(tasks), 4.2), layout="constrained", squeeze=False)
    for column, task in enumerate(tasks):
        draw(axes[0, column], rows, task)
    figure.savefig(plot, dpi=120)


if __name__ == "__main__":
    main()
