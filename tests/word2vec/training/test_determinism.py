"""Reproducibility: equal text and seed give equal vectors, for every process and kind of corpus."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordkin import Word2Vec
from wordkin.word2vec import LineSentence

Sentences = list[list[str]]

OBJECTIVES = {
    "skip-gram": {"sg": 1},
    "CBOW": {"sg": 0},
    "skip-gram, hierarchical softmax": {"sg": 1, "hs": 1, "negative": 0},
    "CBOW sum, both": {"sg": 0, "hs": 1, "cbow_mean": 0},
}


def bytes_of(model: Word2Vec) -> bytes:
    layers = [model.wv.vectors]
    layers += [model.syn1neg] if model.options.negative else []
    layers += [model.syn1] if model.options.hierarchical_softmax else []
    return b"".join(layer.tobytes() for layer in layers)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_processes_give_identical_vectors(objective: str, tmp_path: Path) -> None:
    script = """
import hashlib, json, sys
from wordkin import Word2Vec
text = [[f"w{(i * i + j) % 97}" for j in range(i % 23)] for i in range(900)]
model = Word2Vec(text, min_count=1, vector_size=24, epochs=2, workers=1, batch_words=500, **json.loads(sys.argv[1]))
print(hashlib.sha256(model.wv.vectors.tobytes()).hexdigest())
"""
    digests = set()
    for hash_seed, folder in (("1", tmp_path), ("2", Path.cwd())):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "LC_ALL": "C", "OMP_NUM_THREADS": hash_seed}
        environment["PYTHONPATH"] = os.pathsep.join(sys.path)
        command = [sys.executable, "-c", script, json.dumps(OBJECTIVES[objective])]
        digests.add(subprocess.run(command, env=environment, cwd=folder, check=True, stdout=subprocess.PIPE).stdout)
    assert len(digests) == 1


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_seeds_give_different_vectors(sentences: Sentences, objective: str) -> None:
    first, second = (
        Word2Vec(sentences, min_count=1, vector_size=16, epochs=1, workers=1, seed=seed, **OBJECTIVES[objective])
        for seed in (1, 2)
    )
    assert bytes_of(first) != bytes_of(second)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_a_corpus_of_one_job_is_reproducible_with_many_workers(sentences: Sentences, objective: str) -> None:
    assert sum(map(len, sentences)) < 10_000  # the default of batch_words
    one, four = (
        Word2Vec(sentences, min_count=1, vector_size=16, workers=workers, **OBJECTIVES[objective]) for workers in (1, 4)
    )
    assert bytes_of(one) == bytes_of(four)


class Restartable:
    """An iterable whose iterator starts from the beginning."""

    def __init__(self, sentences: Sentences) -> None:
        self._sentences = sentences

    def __iter__(self) -> Iterator[list[str]]:
        return iter(self._sentences)


def inputs_of(sentences: Sentences, folder: Path) -> dict[str, Any]:
    """Return the same text as every kind of corpus."""
    text = "\n".join(" ".join(sentence) for sentence in sentences) + "\n"
    (folder / "text").write_text(text, encoding="utf-8")
    (folder / "text.gz").write_bytes(gzip.compress(text.encode()))
    half = len(sentences) // 2
    for name, part in (("a", sentences[:half]), ("b", sentences[half:])):
        (folder / name).write_text("\n".join(" ".join(sentence) for sentence in part) + "\n", encoding="utf-8")
    return {
        "list": sentences,
        "tuple": tuple(tuple(sentence) for sentence in sentences),
        "iterable": Restartable(sentences),
        "file": folder / "text",
        "LineSentence": LineSentence(str(folder / "text")),
        "compressed": folder / "text.gz",
        "several files": [folder / "a", folder / "b"],
    }


@pytest.mark.parametrize("min_count", [1, 3])
def test_every_kind_of_corpus_gives_the_same_vectors(sentences: Sentences, tmp_path: Path, min_count: int) -> None:
    digests = {}
    for kind, corpus in inputs_of(sentences, tmp_path).items():
        model = Word2Vec(corpus, min_count=min_count, vector_size=16, sample=0.01, workers=1, batch_words=300)
        digests[kind] = hashlib.sha256(bytes_of(model)).hexdigest()
        assert model.corpus_count == len(sentences)
    assert len(set(digests.values())) == 1, digests


def test_block_boundaries_have_no_effect(make_sentences: Callable[..., Sentences], tmp_path: Path) -> None:
    """Streams are read in blocks of 100,000 words, which is not a multiple of the job size."""
    sentences = make_sentences(15_000, 50)
    assert sum(map(len, sentences)) > 2 * 100_000
    kinds = inputs_of(sentences, tmp_path)
    models = [
        Word2Vec(kinds[kind], min_count=1, vector_size=4, negative=1, window=1, epochs=2, workers=1)
        for kind in ("list", "iterable", "file")
    ]
    assert len({bytes_of(model) for model in models}) == 1


def test_the_constructor_equals_build_vocab_and_train(sentences: Sentences) -> None:
    options: dict[str, Any] = {"min_count": 1, "vector_size": 16, "workers": 1, "epochs": 3}
    at_once = Word2Vec(sentences, **options)
    in_steps = Word2Vec(**options)
    in_steps.build_vocab(sentences)
    in_steps.train(sentences, total_examples=len(sentences), epochs=3)
    assert bytes_of(at_once) == bytes_of(in_steps)


def test_each_training_samples_differently(sentences: Sentences) -> None:
    """Trainings of one epoch each must not repeat the same windows, noise words and subsampling."""
    counts = []
    model = Word2Vec(min_count=1, vector_size=8, workers=1, sample=0.01)
    model.build_vocab(sentences)
    for _ in range(4):
        model.train(sentences, total_examples=len(sentences), epochs=1, start_alpha=1e-9, end_alpha=1e-9)
        [epoch] = model.training_report.epochs
        counts.append((epoch.trained_words, epoch.pairs, epoch.scores))
    assert len(set(counts)) == 4


def test_initial_vectors_do_not_depend_on_the_vocabulary_size(sentences: Sentences) -> None:
    small, large = Word2Vec(min_count=1, vector_size=12), Word2Vec(min_count=1, vector_size=12)
    small.build_vocab_from_freq({f"w{i}": 100 - i for i in range(10)})
    large.build_vocab_from_freq({f"w{i}": 100 - i for i in range(50)})
    np.testing.assert_array_equal(small.wv.vectors, large.wv.vectors[:10])
    assert np.abs(large.wv.vectors).max() <= 1 / 12
    # The mean of 600 samples of U(-1/12, 1/12) has a standard deviation of 1 / (12 sqrt(3 * 600)) = 0.002.
    assert abs(float(large.wv.vectors.mean())) < 5 * 0.002
