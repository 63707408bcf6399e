"""Print SHA-256 fingerprints of what wordkin computes, to show that a change leaves every number as it was.

Every model here is small, uses one thread and a fixed seed, so that its results are reproducible bit for bit on a
given machine. The script runs once per instruction set of the machine, each in a subprocess, and prints JSON with
sorted keys. Run it before and after a change and compare:

    python tests/fingerprints.py > before.json
    python tests/fingerprints.py > after.json
    diff before.json after.json

Only public names are used, so the script runs unchanged against different versions of the package. The section
``tensors`` hashes the names, types, shapes and bytes of all arrays in saved files. The section ``files`` hashes whole
files, metadata included; a difference there alone means that the metadata changed, not the numbers.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

import wordkin
from wordkin import ELMo, KeyedVectors, Phrases, SequenceTagger, TextClassifier, Word2Vec
from wordkin.phrases import ENGLISH_CONNECTOR_WORDS
from wordkin.sklearn import ELMoVectorizer, WordVectorizer
from wordkin.vectors import FastTextKeyedVectors

FORMATS = Path(__file__).resolve().parent / "formats"

Sentences = list[list[str]]
Results = Iterator[tuple[str, Any]]

SMALL_ELMO: dict[str, Any] = {
    "dim": 24,
    "projection_dim": 12,
    "n_layers": 2,
    "char_dim": 5,
    "filters": [[1, 6], [2, 8], [3, 9]],
    "n_highway": 1,
    "max_characters_per_token": 12,
}
ELMO_RUN: dict[str, Any] = {
    "epochs": 2,
    "batch_size": 4,
    "unroll_steps": 6,
    "min_count": 2,
    "workers": 1,
    "progress": False,
    "checkpoint_seconds": None,
}
NETWORK: dict[str, Any] = {
    "hidden_dim": 9,
    "embedding_dim": 10,
    "learning_rate": 0.02,
    "epochs": 2,
    "batch_size": 8,
    "random_state": 3,
    "workers": 1,
    "progress": False,
}


def generated_sentences(count: int, seed: int) -> Sentences:
    """Return sentences of 0 to 14 words from a Zipf-like vocabulary, with collocations for `Phrases`."""
    draw = random.Random(seed)
    syllables = ["ba", "ko", "né", "ri", "sul", "ta", "wen", "zo", "ß", "the"]
    words = ["".join(draw.choice(syllables) for _ in range(draw.randint(1, 4))) for _ in range(150)]
    words += ["of", "the", "and", "Word", "日本"]
    weights = [1.0 / (rank + 1) for rank in range(len(words))]
    sentences = []
    for _ in range(count):
        sentence = draw.choices(words, weights, k=draw.randint(0, 14))
        if draw.random() < 0.4:
            sentence += draw.choice([["new", "york"], ["bank", "of", "america"], ["New", "Delhi"]])
        sentences.append(sentence)
    return sentences


SENTENCES = generated_sentences(400, seed=1)
SHORT = generated_sentences(40, seed=2)


def sha256_of(value: Any) -> str:
    """Return the SHA-256 of arrays, numbers, text and containers of these, with their types and shapes."""
    digest = hashlib.sha256()
    _update(digest, value)
    return digest.hexdigest()


def _update(digest: Any, value: Any) -> None:
    if isinstance(value, np.ndarray) and value.dtype != object:
        array = np.ascontiguousarray(value)
        digest.update(f"{array.dtype.str}{array.shape}".encode())
        digest.update(array.tobytes())
    elif isinstance(value, dict):
        digest.update(b"{")
        for key in sorted(value):
            _update(digest, key)
            _update(digest, value[key])
    elif isinstance(value, list | tuple | np.ndarray):
        digest.update(b"[")
        for item in value:
            _update(digest, item)
        digest.update(b"]")
    elif isinstance(value, bool | np.bool_ | str | int | np.integer | None):
        digest.update(f"{value!s};".encode())
    elif isinstance(value, float | np.floating):
        digest.update(f"{float(value).hex()};".encode())
    elif isinstance(value, bytes):
        digest.update(value)
    else:
        raise TypeError(f"cannot hash a {type(value).__name__}")


# Word2Vec.

W2V = {"vector_size": 19, "min_count": 2, "workers": 1, "epochs": 3, "seed": 5}
OBJECTIVES: dict[str, dict[str, Any]] = {
    "cbow-ns": {"sg": 0, "hs": 0, "negative": 5},
    "cbow-hs": {"sg": 0, "hs": 1, "negative": 0},
    "cbow-both-sum": {"sg": 0, "hs": 1, "negative": 3, "cbow_mean": 0},
    "skipgram-ns": {"sg": 1, "hs": 0, "negative": 5},
    "skipgram-hs": {"sg": 1, "hs": 1, "negative": 0},
    "skipgram-both": {"sg": 1, "hs": 1, "negative": 2},
    "skipgram-subsample": {"sg": 1, "sample": 0.01, "ns_exponent": -0.5, "window": 2, "shrink_windows": False},
    "cbow-wide": {"vector_size": 100, "negative": 12, "window": 9},
    "cbow-final-vocab": {"max_final_vocab": 40, "null_word": 1, "sorted_vocab": 0},
    "skipgram-pruned": {"sg": 1, "max_vocab_size": 60, "alpha": 0.05, "min_alpha": 0.01, "batch_words": 50},
}


def model_arrays(model: Word2Vec) -> dict[str, Any]:
    arrays: dict[str, Any] = {
        "words": model.wv.index_to_key,
        "vectors": model.wv.vectors,
        "counts": [model.wv.get_vecattr(word, "count") for word in model.wv.index_to_key],
    }
    for name in ("syn1", "syn1neg"):
        if getattr(model, name, None) is not None:
            arrays[name] = getattr(model, name)
    return arrays


def word2vec(folder: Path) -> Results:
    for name, options in OBJECTIVES.items():
        model = Word2Vec(SENTENCES, **{**W2V, **options})
        yield f"{name}/arrays", model_arrays(model)
        assert model.training_report is not None
        yield f"{name}/losses", [epoch.loss for epoch in model.training_report.epochs]
        if options.get("hs"):
            yield f"{name}/score", model.score(SHORT)
        if options.get("negative", 5):
            yield f"{name}/predict", model.predict_output_word(SENTENCES[3][:4] or ["the"], topn=5)
        model.train(SHORT, total_examples=len(SHORT), epochs=2)
        yield f"{name}/trained-on", model_arrays(model)
        model.build_vocab(generated_sentences(60, seed=9), update=True)
        model.train(SHORT, total_examples=len(SHORT), epochs=1)
        yield f"{name}/extended", model_arrays(model)
    text = folder / "text.txt"
    text.write_text("\n".join(" ".join(sentence) for sentence in SENTENCES) + "\n", encoding="utf-8")
    yield "from-file", model_arrays(Word2Vec(str(text), **W2V))
    yield "from-corpus-file", model_arrays(Word2Vec(corpus_file=str(text), **W2V))
    frequencies = Word2Vec(**W2V)
    frequencies.build_vocab_from_freq({"a": 50, "b": 20, "c": 9, "d": 1}, corpus_count=10)
    yield "from-frequencies", model_arrays(frequencies)
    model.save(folder / "word2vec.model")
    yield "saved", model_arrays(Word2Vec.load(folder / "word2vec.model"))
    model.save_pretrained(folder / "word2vec")
    yield "pretrained", model_arrays(Word2Vec.from_pretrained(folder / "word2vec"))


# KeyedVectors.


def queries(kv: KeyedVectors) -> dict[str, Any]:
    keys = kv.index_to_key[:8]
    indices, cosines = kv.most_similar_batch(keys, topn=5)
    return {
        "vectors": kv.vectors,
        "similar": [kv.most_similar(key, topn=7) for key in keys],
        "analogy": kv.most_similar(positive=keys[:2], negative=[keys[2]], topn=5),
        "weighted": kv.most_similar(positive=[(keys[0], 0.5), (keys[1], 2.0)], topn=5),
        "clipped": kv.most_similar(keys[0], topn=4, clip_start=2, clip_end=20),
        "restricted": kv.most_similar(keys[0], topn=4, restrict_vocab=12),
        "all": kv.most_similar(keys[0], topn=None),
        "cosmul": kv.most_similar_cosmul(positive=keys[:2], negative=[keys[2]], topn=5),
        "batch": [indices, cosines],
        "similarity": [kv.similarity(one, other) for one in keys for other in keys],
        "distances": kv.distances(keys[0]),
        "n_similarity": kv.n_similarity(keys[:3], keys[3:6]),
        "doesnt_match": kv.doesnt_match(keys[:5]),
        "rank": [kv.rank(keys[0], key) for key in keys[1:]],
        "closer": kv.closer_than(keys[0], keys[4]),
        "centrality": kv.rank_by_centrality(keys),
        "relative": kv.relative_cosine_similarity(keys[0], keys[1]),
        "mean": kv.get_mean_vector(keys, weights=[1, 2, 3, 4, 5, 6, 7, 8]),
        "normed": kv.get_normed_vectors(),
        "subset": kv.vectors_for_all(keys[::-1]).vectors,
    }


def random_table(count: int, size: int, dtype: Any = np.float32) -> KeyedVectors:
    rows = np.random.default_rng(7).standard_normal((count, size)).astype(dtype)
    return KeyedVectors.from_vocabulary([f"w{index}" for index in range(count)], rows)


def keyed_vectors(folder: Path) -> Results:
    for dtype in ("float16", "float32", "float64"):
        yield f"queries/{dtype}", queries(random_table(300, 37, dtype))
    kv = random_table(300, 37)
    kv.set_vecattr("w3", "part", 2)
    kv.save(folder / "vectors.kv")
    yield "loaded", queries(KeyedVectors.load(folder / "vectors.kv"))
    yield "mapped", queries(KeyedVectors.load(folder / "vectors.kv", mmap="r"))
    for binary in (False, True):
        path = folder / f"word2vec-format-{binary}"
        kv.save_word2vec_format(path, folder / "vocab.txt", binary=binary)
        loaded = KeyedVectors.load_word2vec_format(path, folder / "vocab.txt")
        yield f"word2vec-format/{binary}", [loaded.index_to_key, loaded.vectors]
    for name in ("gensim.bin", "gensim.txt"):
        yield f"read/{name}", KeyedVectors.load_word2vec_format(FORMATS / name).vectors
    fasttext = FastTextKeyedVectors.load_fasttext_format(FORMATS / "fasttext.bin")
    yield "fasttext/vectors", fasttext.vectors
    yield "fasttext/unseen", [fasttext[word] for word in ("unseenword", "zzz", "été")]
    yield "fasttext/sentence", fasttext.get_sentence_vector(fasttext.index_to_key[:3] + ["unseenword"])
    fasttext.save(folder / "fasttext.kv")
    kv.unit_normalize_all()
    yield "normalized", kv.vectors
    kv.add_vectors(["new1", "w3"], np.ones((2, 37), dtype=np.float32), replace=True)
    yield "added", [kv.index_to_key, kv.vectors]


# Phrases.


def phrases(folder: Path) -> Results:
    for scoring, threshold in (("default", 2.0), ("npmi", 0.2)):
        for connectors in (frozenset(), ENGLISH_CONNECTOR_WORDS):
            model = Phrases(SENTENCES, min_count=2, threshold=threshold, scoring=scoring, connector_words=connectors)
            name = f"{scoring}/{'connectors' if connectors else 'plain'}"
            yield f"{name}/exported", model.export_phrases()
            yield f"{name}/found", model.find_phrases(SHORT)
            yield f"{name}/joined", list(model[SHORT])
            yield f"{name}/analyzed", [list(model.analyze_sentence(sentence)) for sentence in SHORT]
            yield f"{name}/vocab", dict(model.vocab)
            frozen = model.freeze()
            yield f"{name}/frozen", [dict(frozen.phrasegrams), list(frozen[SENTENCES])]
            model.add_vocab(SHORT)
            yield f"{name}/extended", model.export_phrases()
    pruned = Phrases(SENTENCES, min_count=1, threshold=1.0, max_vocab_size=100, delimiter="__")
    yield "pruned", [dict(pruned.vocab), pruned.min_reduce, pruned.corpus_word_count]
    model.save(folder / "phrases.model")
    frozen.save(folder / "frozen-phrases.model")
    yield "loaded", Phrases.load(folder / "phrases.model").export_phrases()


# ELMo.

ELMO_TRAININGS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "adagrad-sampled": ({}, {"optimizer": "adagrad", "sampled_softmax": True, "negatives": 20}),
    "adam-full": ({}, {"optimizer": "adam", "sampled_softmax": False}),
    "adam-sampled-bfloat16": ({}, {"optimizer": "adam", "negatives": 20, "precision": "bfloat16"}),
    "adagrad-full-bfloat16": (
        {},
        {"optimizer": "adagrad", "sampled_softmax": False, "precision": "bfloat16", "dropout": 0.0},
    ),
    "rnn-tanh": ({"cell": "rnn", "activation": "tanh", "n_highway": 2}, {"negatives": 20, "shuffle": False}),
    "token-input": ({"token_input": True, "shared_softmax": False}, {"negatives": 20, "schedule": "linear"}),
    "no-projection": (
        {"dim": 12, "projection_dim": 12, "n_layers": 3, "use_skip_connections": False, "cell_clip": 0.0},
        {"negatives": 20, "schedule": "inverse_sqrt", "warmup_steps": 5, "clip_norm": 0.5},
    ),
    "wide": (
        {"dim": 70, "projection_dim": 33, "filters": [[1, 32], [2, 32], [3, 64]]},
        {"negatives": 20, "batch_size": 16, "epochs": 1, "schedule": "epoch_decay"},
    ),
}


def encodings(model: ELMo) -> Results:
    layers: Any
    for precision in ("float32", "bfloat16"):
        for layers in ("all", "top", "average", 0, 1, [0.5, -1.0, 2.0]):
            yield f"{precision}/{layers}", model.encode(SHORT, layers=layers, precision=precision, workers=1)
    yield "scaled", model.encode(SHORT, layers=[1.0, float("-inf"), 0.0], gamma=1.7, workers=1)
    yield "pooled", model.encode(SHORT, pooling="mean", workers=1)
    yield "pooled-all", model.encode(SHORT, layers="all", pooling="mean", workers=1)
    yield "boundaries", model.encode(SHORT, layers="all", boundaries=True, workers=1)
    yield "batch-of-one", model.encode(SHORT, batch_size=1, workers=1)
    yield "norm-bilm", model.encode(SHORT, layer_norm="bilm", workers=1)
    yield "norm-allennlp", model.encode(SHORT, layer_norm="allennlp", workers=1)
    yield "text", model.encode("Word of the, baté! 日本 a_b 12", layers="all", workers=1)
    yield "texts", model.encode(["A text here.", "Another one"], cut="characters", workers=1)
    yield "long", model.encode([[word for sentence in SENTENCES for word in sentence]], layers="top", workers=1)
    yield "iterated", list(model.encode_iter(iter(SHORT), layers="top", batch_size=3, workers=1))
    yield "stateful-1", model.encode(SHORT[:12], layers="all", stateful=True, batch_size=4, workers=1)
    yield "stateful-2", model.encode(SHORT[12:20], layers="all", stateful=True, batch_size=4, workers=1)
    model.reset_state()
    yield "stateful-reset", model.encode(SHORT[12:20], layers="all", stateful=True, batch_size=4, workers=1)
    model.reset_state()


def perplexity_figures(model: ELMo, **options: Any) -> list[float]:
    found = model.perplexity(SHORT, workers=1, progress=False, **options)
    return [found.forward, found.backward, found.mean, found.geometric_mean, found.tokens, found.unknown_tokens]


def answers(model: ELMo) -> Results:
    scores = model.score(SHORT[:10], workers=1)
    yield "score", [[s.tokens, s.forward, s.backward, s.end, s.begin, s.is_unknown] for s in scores]
    for direction in ("both", "forward", "backward"):
        found = model.substitutes(["the", "Word", "of"], 1, topn=6, direction=direction, workers=1)
        yield f"substitutes/{direction}", found
    for precision in ("float32", "bfloat16"):
        yield f"perplexity/{precision}", perplexity_figures(model, precision=precision)
    yield "perplexity/other-batch", perplexity_figures(model, batch_size=3, unroll_steps=7)
    words = model.to_keyed_vectors(["the", "Word", "unseen"], workers=1)
    yield "word-table", [words.index_to_key, words.vectors]
    distilled = model.distill(SHORT, min_count=2, workers=1, progress=False)
    yield "distilled", [distilled.index_to_key, distilled.vectors]
    layers, backward = model.forward(SHORT[:6], workers=1)
    yield "forward", list(layers)
    yield "backward", dict(backward([np.sin(sentence) for sentence in layers]))


def elmo(folder: Path) -> Results:
    model = ELMo(**SMALL_ELMO)
    model.initialize(["the", "Word", "of"], seed=11)
    yield "initial", dict(model.parameters)
    for name, (options, training) in ELMO_TRAININGS.items():
        model = ELMo(**{**SMALL_ELMO, **options})
        report = model.train(SENTENCES[:120], validation=SHORT, **{**ELMO_RUN, **training})
        yield f"{name}/parameters", dict(model.parameters)
        yield f"{name}/steps", [report.losses, report.gradient_norms, report.learning_rates]
        yield (
            f"{name}/validations",
            [
                [validation.step, validation.perplexity.forward, validation.perplexity.backward]
                for validation in report.validations
            ],
        )
        yield f"{name}/encoded", model.encode(SHORT, layers="all", workers=1)
    model = ELMo(**SMALL_ELMO)
    run = {**ELMO_RUN, "negatives": 20, "patience": 2, "validation_steps": 5, "keep": 3}
    model.train(SENTENCES[:120], validation=SHORT, max_steps=12, checkpoint=folder / "run", **run)
    model = ELMo(**SMALL_ELMO)
    model.train(SENTENCES[:120], validation=SHORT, checkpoint=folder / "run", **run)
    yield "resumed/parameters", dict(model.parameters)
    model.train(SHORT, vocabulary_change="extend", **{**ELMO_RUN, "min_count": 1, "epochs": 1})
    yield "extended/vocabulary", model.vocabulary
    yield "extended/parameters", dict(model.parameters)
    for name, value in encodings(model):
        yield f"encode/{name}", value
    for name, value in answers(model):
        yield name, value
    model.save_pretrained(folder / "elmo")
    model.save_pretrained(folder / "elmo-inference", training_state=False)
    loaded = ELMo.from_pretrained(folder / "elmo-inference")
    yield "loaded", [dict(loaded.parameters), loaded.encode(SHORT, workers=1)]
    text = folder / "short.txt"
    text.write_text("\n".join(" ".join(sentence) for sentence in SHORT) + "\n", encoding="utf-8")
    model.encode_file(text, folder / "encoded.safetensors", workers=1, progress=False)


# Classifiers and taggers.


def labelled_texts() -> tuple[list[str], list[str]]:
    texts = [" ".join(sentence) for sentence in SENTENCES[:80]]
    return texts, ["odd" if len(sentence) % 2 else "even" for sentence in SENTENCES[:80]]


def tagged_sentences() -> tuple[Sentences, Sentences]:
    sentences = [sentence for sentence in SENTENCES[:80] if sentence]
    return sentences, [tags_of(sentence) for sentence in sentences]


def tags_of(sentence: list[str]) -> list[str]:
    tags = []
    for index, word in enumerate(sentence):
        inside = index > 0 and tags[-1] != "O" and len(word) < 5
        tags.append("I-X" if inside else "B-X" if len(word) > 4 else "O")
    return tags


def embeddings() -> dict[str, Any]:
    static = Word2Vec(SENTENCES, **W2V)
    contextual = ELMo(**SMALL_ELMO)
    contextual.initialize(seed=4)
    return {"none": None, "static": static.wv, "elmo": contextual, "both": [static.wv, contextual]}


CLASSIFIERS: dict[str, dict[str, Any]] = {
    "none": {"characters": True, "filters": ((2, 6), (3, 5)), "dense_dim": 7},
    "static": {"pooling": "max", "encoder": "rnn", "bidirectional": False, "n_layers": 2},
    "static-tuned": {"fine_tune": True, "pooling": "mean", "dropout": 0.0, "class_weight": "balanced"},
    "elmo": {"layer_norm": True, "mix_l2": 0.01, "pooling": "last"},
    "elmo-tuned": {"fine_tune": True, "epochs": 1, "encoder": None},
    "both": {"attention_dim": 5, "decay": 0.5, "early_stopping": True},
}
TAGGERS: dict[str, dict[str, Any]] = {
    "none": {"filters": ((2, 6),), "char_dim": 5},
    "static": {"crf": False, "characters": False},
    "static-tuned": {"fine_tune": True, "learned_scheme": "iobes"},
    "elmo": {"characters": False, "layer_norm": True, "dense_dim": 6},
    "elmo-tuned": {"fine_tune": True, "epochs": 1},
    "both": {"encoder": "rnn", "early_stopping": True},
}


def history_of(model: Any) -> dict[str, Any]:
    return {name: values for name, values in model.history_.items() if name != "seconds"}


def downstream(folder: Path) -> Results:
    sources = embeddings()
    texts, labels = labelled_texts()
    held_out = [" ".join(sentence) for sentence in SHORT], ["odd" if len(s) % 2 else "even" for s in SHORT]
    for name, options in CLASSIFIERS.items():
        clf = TextClassifier(sources[name.split("-")[0]], **{**NETWORK, "dense_dim": 0, **options})
        clf.fit(texts, labels, validation_data=None if options.get("early_stopping") else held_out)
        yield f"classifier/{name}/history", history_of(clf)
        yield f"classifier/{name}/probabilities", clf.predict_proba(held_out[0])
        yield f"classifier/{name}/score", clf.score(*held_out)
        # The recorded fingerprints name the weights of a mix "shares".
        mixes = [{"shares": mix["weights"], "gamma": mix["gamma"]} for mix in clf.layer_mixes_]
        yield f"classifier/{name}/mixes", mixes
        clf.save(folder / f"classifier-{name}")
        loaded = TextClassifier.load(folder / f"classifier-{name}")
        yield f"classifier/{name}/loaded", loaded.predict_proba(held_out[0])
    yield "classifier/attention", clf.attention(held_out[0][:5])
    several = TextClassifier(**NETWORK).fit(texts, [[label, "all"] for label in labels])
    yield "classifier/multilabel", [several.predict_proba(held_out[0]), several.predict(held_out[0][:9])]
    sentences, tags = tagged_sentences()
    short = [sentence for sentence in SHORT if sentence]
    short_tags = [tags_of(sentence) for sentence in short]
    for name, options in TAGGERS.items():
        tagger = SequenceTagger(sources[name.split("-")[0]], **{**NETWORK, **options})
        tagger.fit(sentences, tags, validation_data=None if options.get("early_stopping") else (short, short_tags))
        yield f"tagger/{name}/history", history_of(tagger)
        yield f"tagger/{name}/predictions", [tagger.predict(short), tagger.predict_proba(short)]
        yield f"tagger/{name}/score", tagger.score(short, short_tags)
        tagger.save(folder / f"tagger-{name}")
        yield f"tagger/{name}/loaded", SequenceTagger.load(folder / f"tagger-{name}").predict(short)
    for weighting in ("mean", "sif", "tfidf"):
        yield f"vectorizer/{weighting}", WordVectorizer(sources["static"], weighting).fit_transform(texts)
    yield "vectorizer/elmo", ELMoVectorizer(sources["elmo"], workers=1).fit_transform(texts[:20])


# Files whose metadata holds durations or dates, which differ between any two runs.
TIMED = ("classifier-", "tagger-", "run/", "word2vec.model", "word2vec/")

SECTIONS: dict[str, Callable[[Path], Results]] = {
    "word2vec": word2vec,
    "keyed_vectors": keyed_vectors,
    "phrases": phrases,
    "elmo": elmo,
    "downstream": downstream,
}


def fingerprints() -> dict[str, dict[str, str]]:
    """Return the hashes of every section with the instruction set that the environment selects."""
    results: dict[str, dict[str, str]] = {}
    with tempfile.TemporaryDirectory() as location:
        folder = Path(location)
        for section, compute in SECTIONS.items():
            results[section] = {label: sha256_of(value) for label, value in compute(folder)}
        written = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
        results["files"] = {
            name: hashlib.sha256(path.read_bytes()).hexdigest()
            for name, path in written.items()
            if not name.startswith(TIMED)
        }
        results["tensors"] = {
            name: tensor_hash(path.read_bytes())
            for name, path in written.items()
            if path.suffix in (".safetensors", ".model", ".kv")
        }
    return results


def tensor_hash(file: bytes) -> str:
    """Return the hash of the arrays in a safetensors file, without its metadata."""
    size = int.from_bytes(file[:8], "little")
    header = json.loads(file[8 : 8 + size])
    arrays = {
        name: [entry["dtype"], entry["shape"], file[8 + size :][slice(*entry["data_offsets"])]]
        for name, entry in header.items()
        if name != "__metadata__"
    }
    return sha256_of(arrays)


def fingerprints_in_subprocess(isa: str) -> dict[str, dict[str, str]]:
    single = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "VECLIB_MAXIMUM")}
    done = subprocess.run(
        [sys.executable, __file__, "--current"],
        env={**os.environ, **single, "WORDKIN_MAX_ISA": isa, "PYTHONHASHSEED": "0"},
        stdout=subprocess.PIPE,
        encoding="locale",
        check=True,
    )
    found: dict[str, dict[str, str]] = json.loads(done.stdout)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="Print SHA-256 fingerprints of what wordkin computes, as JSON.")
    parser.add_argument("--current", action="store_true", help="use the environment's instruction set alone")
    arguments = parser.parse_args()
    if arguments.current:
        found: Any = fingerprints()
    else:
        found = {isa: fingerprints_in_subprocess(isa) for isa in wordkin.show_config()["available_isas"]}
    print(json.dumps(found, indent=1, sort_keys=True))


if __name__ == "__main__":
    main()
