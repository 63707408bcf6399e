"""Make the fastText models of this folder, and what fastText predicts with them.

Run it with fastText 0.9.3, which is not needed by the tests: ``python tests/formats/make_fasttext_files.py``.
"""

from __future__ import annotations

import json
import random
import tempfile
from pathlib import Path

import fasttext

FOLDER = Path(__file__).parent
TOPICS = {
    "sport": "goal match team player wins the cup final в Москве быстро",
    "food": "bread butter soup cook tastes the salt pepper Käse Würste schmeckt",
    "music": "song guitar singer plays the album concert 音楽 ギター",
    "law": "court judge lawyer says the appeal ruling",
    "sky": "star planet moon orbits the sun telescope",
}
TEXTS = [
    "the team wins",
    "a cook tastes soup with Käse",
    "singer of an album",
    "unheard-of words only",
    "",
    "the judge\tsays\x0bnothing __label__law __label__unknown",
    "star </s> goal match",
    "быстро играет 音楽",
    "goal goal goal goal song",
    "zzz",
]
KINDS = {
    "softmax": {"loss": "softmax", "wordNgrams": 2, "minn": 2, "maxn": 3},
    "hs": {"loss": "hs", "minn": 1, "maxn": 2},
    "ova": {"loss": "ova"},
    "ns": {"loss": "ns", "wordNgrams": 3},
}
QUANTIZED = {
    "cutoff": ("softmax", {"cutoff": 260, "qnorm": True, "dsub": 2, "retrain": True}),
    "whole": ("hs", {"dsub": 3}),
}


def write_texts(path: Path) -> None:
    """Write 150 labelled lines."""
    draw = random.Random(1)
    with path.open("w", encoding="utf-8") as file:
        for number in range(150):
            topic = draw.choices(list(TOPICS), weights=[5, 4, 3, 2, 1])[0]
            words = draw.choices(TOPICS[topic].split(), k=8)
            labels = f"__label__{topic}" + (" __label__odd" if number % 7 == 0 else "")
            file.write(f"{labels} {' '.join(words)}\n")


def expectations(model: fasttext.FastText._FastText, texts: Path) -> dict[str, object]:
    """Return what a model predicts."""
    predicted = [model.f.predict(text + "\n", 3, 0.0, "strict") for text in TEXTS]
    result: dict[str, object] = {
        "predict": [[[label, probability] for probability, label in row] for row in predicted],
        "all": [[label, probability] for probability, label in model.f.predict("the cup\n", -1, 0.0, "strict")],
        "above": [[label, probability] for probability, label in model.f.predict("the cup\n", -1, 0.2, "strict")],
        "words": model.get_words(),
        "labels": model.get_labels(),
        "word_vectors": {word: model.get_word_vector(word).tolist() for word in ("the", "Käse", "unheard-of", "音楽")},
        "sentence_vectors": [model.get_sentence_vector(text).tolist() for text in TEXTS],
        "subwords": {
            word: [names, rows.tolist()] for word in ("the", "Käse", "x") for names, rows in [model.get_subwords(word)]
        },
        "test": list(model.test(str(texts), 2)),
        "test_label": {
            label: [None if value != value else value for value in (row["precision"], row["recall"], row["f1score"])]
            for label, row in model.test_label(str(texts), 1).items()
        },
        "line": model.get_line("__label__a one\ttwo </s> three"),
    }
    return result


def main() -> None:
    """Write the models and ``fasttext-models.expected.json``."""
    expected: dict[str, object] = {"texts": TEXTS, "k": 3}
    with tempfile.TemporaryDirectory() as folder:
        texts = Path(folder) / "texts.txt"
        write_texts(texts)
        (FOLDER / "fasttext-texts.txt").write_bytes(texts.read_bytes())
        models = {}
        for name, arguments in KINDS.items():
            options = {"dim": 5, "bucket": 300, "epoch": 10, "lr": 0.5, "thread": 1, "verbose": 0, **arguments}
            models[name] = fasttext.train_supervised(str(texts), **options)
            models[name].save_model(str(FOLDER / f"fasttext-{name}.bin"))
            expected[f"fasttext-{name}.bin"] = expectations(models[name], texts)
        for name, (source, arguments) in QUANTIZED.items():
            model = fasttext.load_model(str(FOLDER / f"fasttext-{source}.bin"))
            model.quantize(input=str(texts), epoch=5, lr=0.1, thread=1, verbose=0, **arguments)
            model.save_model(str(FOLDER / f"fasttext-{name}.ftz"))
            expected[f"fasttext-{name}.ftz"] = expectations(model, texts)
    path = FOLDER / "fasttext-models.expected.json"
    path.write_text(json.dumps(expected, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
