"""Labelled texts for benchmarks of classifiers, made from the corpora: topics of Wikipedia, and film reviews."""

from __future__ import annotations

import random
import re
from pathlib import Path

from wordkin.storage.opening import open_binary

__all__ = ["LabelledSet", "film_reviews", "wikipedia_topics"]

TOPICS = 50
HELD_OUT = 20_000
_PUNCTUATION = re.compile(r"([.!?,'/()\"])")


class LabelledSet:
    """Files of labelled lines, in random order."""

    def __init__(self, folder: Path, name: str, lines: list[str], held_out: int) -> None:
        random.Random(1).shuffle(lines)
        self.train, self.test = folder / f"{name}.train", folder / f"{name}.test"
        self.train.write_text("".join(lines[held_out:]), encoding="utf-8")
        self.test.write_text("".join(lines[:held_out]), encoding="utf-8")
        self.lines = len(lines) - held_out


def wikipedia_topics(corpus: Path, folder: Path, lines: int | None) -> LabelledSet:
    """Sentences of Wikipedia, labelled with the fiftieth of the corpus that their article is in."""
    with open_binary(corpus) as text:
        sentences = text.read().decode().lower().splitlines()
    labelled = [f"__label__{index * TOPICS // len(sentences)} {sentence}\n" for index, sentence in enumerate(sentences)]
    if lines is not None:
        labelled = random.Random(2).sample(labelled, min(len(labelled), lines + HELD_OUT))
    return LabelledSet(folder, "topics", labelled, HELD_OUT)


def film_reviews(corpus: Path, folder: Path) -> LabelledSet:
    """Film reviews, positive or negative, with punctuation marks apart."""
    labelled = []
    with open_binary(corpus) as text:
        for line in text.read().decode().splitlines():
            review, label = line.rsplit("\t", 1)
            words = _PUNCTUATION.sub(r" \1 ", review.lower().replace("<br />", " "))
            labelled.append(f"__label__{label} {words}\n")
    return LabelledSet(folder, "reviews", labelled, 5_000)
