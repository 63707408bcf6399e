"""Do occurrences of a word in the same sense have similar vectors? ELMo compared with word2vec vectors of the context.

The vector of an occurrence is the top layer of ELMo, or the mean word2vec vector of up to five words on each side. The
words and both definitions were fixed in advance. 50 occurrences of each word were sampled
(`numpy.random.default_rng(1)`, over the occurrences in text order, word by word) and annotated by hand with a sense
before any vectors were computed: see `occurrences.tsv`, where `line` counts from 1 and `position` in the line from 0.
For each occurrence, precision at 5 is the fraction of the five most similar of the other 49, by cosine, that have the
same sense.

    python docs/examples/nearest_occurrences.py wiki-sentences-train.txt.gz MODEL

MODEL is a folder written by `ELMo.save_pretrained`, of a model trained on that text (`bench/elmo/wikipedia.py`).
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wordkin import ELMo, Word2Vec
from wordkin.elmo.files.vector_output import token_lines

NEAREST = 5
CONTEXT = 5  # words on each side
SHOWN = 3  # neighbours printed for an example
LABELS = Path(__file__).with_name("occurrences.tsv")
WORD2VEC = {"vector_size": 100, "window": 5, "min_count": 5, "epochs": 5, "sg": 1, "seed": 1, "workers": 1}

Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class Occurrence:
    """An occurrence of a word in a sentence."""

    line: int
    position: int
    sense: str
    sentence: list[str]

    def in_context(self) -> str:
        """Return the word in brackets, with up to eight words before and seven after it."""
        before = " ".join(self.sentence[max(0, self.position - 8) : self.position])
        after = " ".join(self.sentence[self.position + 1 : self.position + 8])
        return f"{self.line}: {before} [{self.sentence[self.position]}] {after}"


def read_occurrences(corpus: Path) -> dict[str, list[Occurrence]]:
    """Return the annotated occurrences of each word."""
    with LABELS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    lines = {int(row["line"]) for row in rows}
    sentences = {number: line for number, line in enumerate(token_lines(corpus), start=1) if number in lines}
    found: dict[str, list[Occurrence]] = {}
    for row in rows:
        line, position = int(row["line"]), int(row["position"])
        if sentences[line][position] != row["word"]:
            raise SystemExit(f"{corpus}: line {line}: expected {row['word']} at position {position}; wrong text?")
        found.setdefault(row["word"], []).append(Occurrence(line, position, row["sense"], sentences[line]))
    return found


def elmo_vectors(model: ELMo, occurrences: list[Occurrence]) -> list[Matrix]:
    """Return for each layer the vectors of the occurrences."""
    layers = model.encode([occurrence.sentence for occurrence in occurrences], "all", progress=False)
    chosen = [own[:, occurrence.position] for own, occurrence in zip(layers, occurrences, strict=True)]
    return list(np.stack(chosen, axis=1))


def word2vec_vectors(model: Word2Vec, occurrences: list[Occurrence]) -> Matrix:
    """Return for each occurrence the mean vector of its context words."""
    vectors = []
    for occurrence in occurrences:
        first = max(0, occurrence.position - CONTEXT)
        context = occurrence.sentence[first : occurrence.position]
        context += occurrence.sentence[occurrence.position + 1 : occurrence.position + 1 + CONTEXT]
        known = [model.wv[word] for word in context if word in model.wv]
        vectors.append(np.mean(known, axis=0) if known else np.zeros(model.vector_size))
    return np.array(vectors, dtype=np.float32)


def neighbours(vectors: Matrix) -> NDArray[np.intp]:
    """Return for each occurrence the indices of the others, most similar first."""
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    cosines = unit @ unit.T
    np.fill_diagonal(cosines, -np.inf)
    return np.argsort(-cosines, axis=1, kind="stable")[:, :-1]


def precisions(order: NDArray[np.intp], occurrences: list[Occurrence]) -> NDArray[np.float64]:
    """Return the precision at 5 of each occurrence."""
    senses = np.array([occurrence.sense for occurrence in occurrences])
    same: NDArray[np.bool_] = senses[order[:, :NEAREST]] == senses[:, None]
    return same.mean(axis=1)


def means(values: NDArray[np.float64], occurrences: list[Occurrence]) -> tuple[float, float]:
    """Return the mean over occurrences, and the mean over senses that occur more than once."""
    senses = np.array([occurrence.sense for occurrence in occurrences])
    frequent = [sense for sense, count in Counter(senses.tolist()).items() if count > 1]
    return float(values.mean()), float(np.mean([values[senses == sense].mean() for sense in frequent]))


def bounds(occurrences: list[Occurrence]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the expected precision of random neighbours, and the highest precision that is possible."""
    counts = Counter(occurrence.sense for occurrence in occurrences)
    others = np.array([counts[occurrence.sense] - 1 for occurrence in occurrences])
    return others / (len(occurrences) - 1), np.minimum(others, NEAREST) / NEAREST


def bootstrap_interval(differences: list[NDArray[np.float64]]) -> tuple[float, float]:
    """Return a 95 % bootstrap interval for the mean over words of the mean differences; resamples occurrences."""
    generator = np.random.default_rng(1)
    resampled = [own[generator.integers(0, len(own), (10_000, len(own)))].mean(axis=1) for own in differences]
    low, high = np.quantile(np.mean(resampled, axis=0), (0.025, 0.975))
    return float(low), float(high)


def print_examples(word: str, occurrences: list[Occurrence], near: dict[str, NDArray[np.intp]]) -> None:
    """Print the nearest neighbours of the first occurrence of each sense."""
    seen: set[str] = set()
    for number, occurrence in enumerate(occurrences):
        if occurrence.sense in seen:
            continue
        seen.add(occurrence.sense)
        print(f"\n{word}, {occurrence.sense}: {occurrence.in_context()}")
        for name, order in near.items():
            print(f"  by {name}:")
            for other in order[number, :SHOWN].tolist():
                mark = "same" if occurrences[other].sense == occurrence.sense else occurrences[other].sense
                print(f"    {mark:10} {occurrences[other].in_context()}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, help="text file with one sentence per line, optionally compressed")
    parser.add_argument("model", type=Path, help="folder of a trained ELMo model")
    options = parser.parse_args()
    words = read_occurrences(options.corpus)
    elmo = ELMo.from_pretrained(options.model)
    static = Word2Vec(corpus_file=str(options.corpus), **WORD2VEC)
    print(f"ELMo: {elmo!r}; word2vec: {WORD2VEC}")
    tables: dict[str, dict[str, tuple[float, float]]] = {}
    differences = []
    for word, occurrences in words.items():
        layers = elmo_vectors(elmo, occurrences)
        vectors = {"word2vec": word2vec_vectors(static, occurrences), "ELMo, top": layers[-1]}
        for number in range(1, len(layers) - 1):  # layer 0 does not depend on context
            vectors[f"ELMo, layer {number}"] = layers[number]
        vectors["ELMo, average"] = np.mean(layers, axis=0)
        near = {name: neighbours(table) for name, table in vectors.items()}
        chance, best = bounds(occurrences)
        own = {name: precisions(order, occurrences) for name, order in near.items()}
        tables[word] = {
            name: means(values, occurrences) for name, values in (own | {"chance": chance, "best": best}).items()
        }
        differences.append(own["ELMo, top"] - own["word2vec"])
        counts = Counter(occurrence.sense for occurrence in occurrences)
        print(f"\n# {word}: " + ", ".join(f"{sense} {count}" for sense, count in counts.most_common()))
        print_examples(word, occurrences, {name: near[name] for name in ("word2vec", "ELMo, top")})
    for column, title in enumerate(("over all occurrences", "over senses that occur more than once")):
        print(f"\n# precision at {NEAREST}, mean {title}\n")
        print("| | " + " | ".join(tables) + " | mean |\n" + "|---" * (len(tables) + 2) + "|")
        for name in next(iter(tables.values())):
            row = [table[name][column] for table in tables.values()]
            print(f"| {name} | " + " | ".join(f"{value:.3f}" for value in [*row, float(np.mean(row))]) + " |")
    low, high = bootstrap_interval(differences)
    mean = float(np.mean([own.mean() for own in differences]))
    print(f"\nELMo's top layer against word2vec, over all: {mean:+.3f} (95 % interval {low:+.3f} .. {high:+.3f})")


if __name__ == "__main__":
    main()
