"""Create seqeval.json, the scores of random tags by seqeval in its default mode. Needs seqeval 1.2.2.

python tests/downstream/oracle/make_seqeval_oracle.py
"""

from __future__ import annotations

import json
import random
import warnings
from pathlib import Path

from seqeval.metrics import accuracy_score, classification_report
from seqeval.metrics.sequence_labeling import get_entities

CASES = 60
TYPES = ["NP", "VP", "X-Y"]
PREFIXES = {"bio": "BI", "iobes": "BIES", "inside": "I"}


def sentence(draw: random.Random, prefixes: str, length: int) -> list[str]:
    """Return random tags, most of which violate their scheme."""
    tags = ["O", *(f"{prefix}-{kind}" for prefix in prefixes for kind in TYPES)]
    weights = [len(tags), *[2] * (len(tags) - 1)]
    return draw.choices(tags, weights, k=length)


def altered(draw: random.Random, tags: list[str], others: list[str]) -> list[str]:
    return [draw.choice(others) if draw.random() < 0.2 else tag for tag in tags]


def main() -> None:
    draw = random.Random(1)
    warnings.simplefilter("ignore")
    cases = []
    for number in range(CASES):
        scheme = list(PREFIXES)[number % len(PREFIXES)]
        lengths = [draw.randint(1, 12) for _ in range(draw.randint(1, 4))]
        true = [sentence(draw, PREFIXES[scheme], length) for length in lengths]
        vocabulary = sentence(draw, PREFIXES[scheme], 20)
        predicted = [altered(draw, tags, vocabulary) for tags in true]
        cases.append(
            {
                "true": true,
                "predicted": predicted,
                "chunks": [get_entities(tags) for tags in true],
                "report": classification_report(true, predicted, output_dict=True, digits=10),
                "accuracy": accuracy_score(true, predicted),
            }
        )
    text = json.dumps(cases, default=lambda value: value.item())
    Path(__file__).with_name("seqeval.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
