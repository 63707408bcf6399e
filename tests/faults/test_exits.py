"""The interpreter exits while a daemon thread is within a long call."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from child_processes import run_python

# Every call runs again and again, so that the exit comes at any point of it.
PROGRAM = """
    import sys, threading, time
    import numpy as np
    from wordkin import ELMo, KeyedVectors, Phrases, TextClassifier, Word2Vec, align, load, preprocess
    from wordkin.alignment import map_languages

    words = [f"w{i}" for i in range(500)]
    draw = np.random.default_rng(1)
    text = [[words[word] for word in draw.integers(0, 500, 12)] for _ in range(500)]
    folder = sys.argv[1]
    path = folder + "/text"
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(" ".join(sentence) + "\\n" for sentence in text * 10)

    def elmo():
        model = ELMo(dim=16, projection_dim=8, n_layers=1, char_dim=4, filters=[[1, 8]], n_highway=0)
        model.initialize(words)
        return model

    def vectors(size=50):
        table = KeyedVectors(size)
        table.add_vectors(words, draw.random((500, size), dtype=np.float32))
        return table

    def fitted(epochs=1):
        return TextClassifier(None, epochs=epochs, progress=False).fit(["a b", "c"] * 50, ["x", "y"] * 50)

    def score(worda_count, wordb_count, bigram_count, len_vocab, min_count, corpus_word_count):
        return float(sum(range(50)))

    def saved(**options):
        vectors().save_word2vec_format(folder + "/vectors", **options)
        return folder + "/vectors"

"""

CALLS = {
    "TextClassifier.fit": "call = lambda: fitted(10**6)",
    "TextClassifier.predict": "model = fitted(); call = lambda: model.predict(['a b c'] * 500)",
    "Phrases of lists": "call = lambda: Phrases(text)",
    "Phrases of a file": "call = lambda: Phrases(path, workers=2)",
    "Phrases.apply_file": "p = Phrases(text, threshold=1); call = lambda: p.apply_file(path, path + '.out', workers=2)",
    "Python scorer": (
        "p = Phrases(text, threshold=1, scoring=score); call = lambda: p.apply_file(path, path + '.out', workers=2)"
    ),
    "ELMo.encode": "model = elmo(); call = lambda: model.encode(text[:50], workers=2)",
    "ELMo.encode_file": "model = elmo(); call = lambda: model.encode_file(path, path + '.safetensors')",
    "ELMo.perplexity": "model = elmo(); call = lambda: model.perplexity(text)",
    "ELMo.train": "model = elmo(); call = lambda: model.train(text, epochs=10**6, batch_size=8, negatives=64)",
    "load_word2vec_format": "name = saved(); call = lambda: KeyedVectors.load_word2vec_format(name)",
    "load_word2vec_format binary": (
        "name = saved(binary=True); call = lambda: KeyedVectors.load_word2vec_format(name, binary=True)"
    ),
    "save_word2vec_format": "call = saved",
    "most_similar_batch": "table = vectors(); call = lambda: table.most_similar_batch(words)",
    "Word2Vec": "call = lambda: Word2Vec(text, vector_size=8, workers=2)",
    "Word2Vec of a file": "call = lambda: Word2Vec(corpus_file=path, vector_size=8, workers=2, epochs=1)",
    "explore": "table = vectors(); call = table.explore",
    "most_similar": "table = vectors(300); call = lambda: table.most_similar('w1')",
    "align": "first, second = vectors(200), vectors(200); call = lambda: align(first, second)",
    "map_languages": (
        "first, second = vectors(), vectors(); call = lambda: map_languages(first, second, zip(words, words))"
    ),
    "preprocess": "call = lambda: [preprocess(' '.join(line)) for line in text]",
    "Word2Vec of raw text": (
        "call = lambda: Word2Vec(corpus_file=path, vector_size=8, workers=2, lowercase=True, tokenizer='words')"
    ),
    "save_pretrained": "table = vectors(); call = lambda: table.save_pretrained(folder + '/pretrained')",
    "load": "vectors().save(folder + '/saved'); call = lambda: load(folder + '/saved')",
    "build_vocab": "call = lambda: Word2Vec(workers=2).build_vocab(text)",
}

REPEAT = """
    started = threading.Event()

    def repeat():
        started.set()
        while True:
            call()

    threading.Thread(target=repeat, daemon=True).start()
    started.wait()
    time.sleep(float(sys.argv[2]))
"""


@pytest.mark.parametrize("name", CALLS)
def test_a_daemon_thread_ends_with_the_process(name: str, tmp_path: Path) -> None:
    delay = random.Random(name).uniform(0, 0.1)
    done = run_python(PROGRAM, CALLS[name] + "\n", REPEAT, arguments=(tmp_path, delay))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
