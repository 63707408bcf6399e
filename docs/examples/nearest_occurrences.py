"""Which occurrences of a word are near each other? By contextual vectors of an ELMo, and by word2vec's vectors of the
words around.

The words were fixed beforehand, and so was what is taken as the vector of an occurrence: the top layer; and the mean of
the vectors of the words up to five places away. 50 occurrences of each were drawn (`numpy.random.default_rng(1)`, over
the occurrences in the order of the text, word after word) and labelled by hand with a sense, before any of the vectors
were looked at: `occurrences.tsv`, where `line` and `place` of the text count from 1 and 0. Of each occurrence's five
nearest among the other 49, by cosine, the share that has its sense is its precision at 5.

    python docs/examples/nearest_occurrences.py wiki-sentences-train.txt.gz MODEL

MODEL is a folder of `ELMo.save_pretrained`, trained on that text (`bench/elmo/wikipedia.py` does that).
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
CONTEXT = 5  # words before and behind
SHOWN = 3  # neighbours of an example
LABELS = Path(__file__).with_name("occurrences.tsv")
WORD2VEC = {"vector_size": 100, "window": 5, "min_count": 5, "epochs": 5, "sg": 1, "seed": 1, "workers": 1}

Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class Occurrence:
    """A word in its sentence."""

    line: int
    place: int
    sense: str
    sentence: list[str]

    def shown(self) -> str:
        before = " ".join(self.sentence[max(0, self.place - 8) : self.place])
        behind = " ".join(self.sentence[self.place + 1 : self.place + 8])
        return f"{self.line}: {before} [{self.sentence[self.place]}] {behind}"


def labelled(corpus: Path) -> dict[str, list[Occurrence]]:
    """The occurrences of each word in the table."""
    with LABELS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    wanted = {int(row["line"]) for row in rows}
    sentences = {number: line for number, line in enumerate(token_lines(corpus), start=1) if number in wanted}
    found: dict[str, list[Occurrence]] = {}
    for row in rows:
        line, place = int(row["line"]), int(row["place"])
        if sentences[line][place] != row["word"]:
            raise SystemExit(f"line {line} of {corpus} has no {row['word']} at place {place}: another text?")
        found.setdefault(row["word"], []).append(Occurrence(line, place, row["sense"], sentences[line]))
    return found


def by_elmo(model: ELMo, occurrences: list[Occurrence]) -> list[Matrix]:
    """For each layer, the vectors of occurrences."""
    layers = model.encode([occurrence.sentence for occurrence in occurrences], "all", progress=False)
    chosen = [own[:, occurrence.place] for own, occurrence in zip(layers, occurrences, strict=True)]
    return list(np.stack(chosen, axis=1))


def by_word2vec(model: Word2Vec, occurrences: list[Occurrence]) -> Matrix:
    """Means of the vectors of the words around."""
    vectors = []
    for occurrence in occurrences:
        first = max(0, occurrence.place - CONTEXT)
        around = occurrence.sentence[first : occurrence.place]
        around += occurrence.sentence[occurrence.place + 1 : occurrence.place + 1 + CONTEXT]
        known = [model.wv[word] for word in around if word in model.wv]
        vectors.append(np.mean(known, axis=0) if known else np.zeros(model.vector_size))
    return np.array(vectors, dtype=np.float32)


def neighbours(vectors: Matrix) -> NDArray[np.intp]:
    """For each occurrence the others, the nearest first."""
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    cosines = unit @ unit.T
    np.fill_diagonal(cosines, -np.inf)
    return np.argsort(-cosines, axis=1, kind="stable")[:, :-1]


def precisions(near: NDArray[np.intp], occurrences: list[Occurrence]) -> NDArray[np.float64]:
    """At 5, of each occurrence."""
    senses = np.array([occurrence.sense for occurrence in occurrences])
    same: NDArray[np.bool_] = senses[near[:, :NEAREST]] == senses[:, None]
    return same.mean(axis=1)


def means(values: NDArray[np.float64], occurrences: list[Occurrence]) -> tuple[float, float]:
    """Over occurrences, and over senses that occur more than once."""
    senses = np.array([occurrence.sense for occurrence in occurrences])
    frequent = [sense for sense, count in Counter(senses.tolist()).items() if count > 1]
    return float(values.mean()), float(np.mean([values[senses == sense].mean() for sense in frequent]))


def bounds(occurrences: list[Occurrence]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Of neighbours drawn by chance, and of the best there are."""
    counts = Counter(occurrence.sense for occurrence in occurrences)
    others = np.array([counts[occurrence.sense] - 1 for occurrence in occurrences])
    return others / (len(occurrences) - 1), np.minimum(others, NEAREST) / NEAREST


def interval(differences: list[NDArray[np.float64]]) -> tuple[float, float]:
    """Of the mean over words of mean differences, 95 %: the occurrences of each word are drawn again."""
    draw = np.random.default_rng(1)
    drawn = [own[draw.integers(0, len(own), (10_000, len(own)))].mean(axis=1) for own in differences]
    low, high = np.quantile(np.mean(drawn, axis=0), (0.025, 0.975))
    return float(low), float(high)


def print_examples(word: str, occurrences: list[Occurrence], near: dict[str, NDArray[np.intp]]) -> None:
    """The nearest of the first occurrence of each sense."""
    seen: set[str] = set()
    for number, occurrence in enumerate(occurrences):
        if occurrence.sense in seen:
            continue
        seen.add(occurrence.sense)
        print(f"\n{word}, {occurrence.sense}: {occurrence.shown()}")
        for name, order in near.items():
            print(f"  by {name}:")
            for other in order[number, :SHOWN].tolist():
                mark = "same" if occurrences[other].sense == occurrence.sense else occurrences[other].sense
                print(f"    {mark:10} {occurrences[other].shown()}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, help="a sentence a line")
    parser.add_argument("model", type=Path)
    options = parser.parse_args()
    words = labelled(options.corpus)
    elmo = ELMo.from_pretrained(options.model)
    static = Word2Vec(corpus_file=str(options.corpus), **WORD2VEC)
    print(f"ELMo: {elmo!r}; word2vec: {WORD2VEC}")
    tables: dict[str, dict[str, tuple[float, float]]] = {}
    differences = []
    for word, occurrences in words.items():
        layers = by_elmo(elmo, occurrences)
        vectors = {"word2vec": by_word2vec(static, occurrences), "ELMo, top": layers[-1]}
        vectors |= {f"ELMo, layer {number}": layers[number] for number in range(1, len(layers) - 1)}  # 0: no context
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
    low, high = interval(differences)
    mean = float(np.mean([own.mean() for own in differences]))
    print(f"\nELMo's top layer against word2vec, over all: {mean:+.3f} (95 % interval {low:+.3f} .. {high:+.3f})")


if __name__ == "__main__":
    main()
