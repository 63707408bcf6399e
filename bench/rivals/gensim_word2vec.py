"""Training of a Word2Vec model with gensim; prints times, counts and memory as JSON."""

import argparse
import json
import resource
import time
from pathlib import Path

import numpy as np
from gensim.models import Word2Vec


def trained_pairs(model: Word2Vec, path: str, window: int, negative: int, is_skipgram: bool) -> tuple[float, float]:
    """Return the number of pairs and of scores of one epoch, which gensim does not count itself.

    Words are subsampled with the thresholds that gensim stored. Window sizes and collisions with negative samples enter
    with their exact expectations.
    """
    generator = np.random.default_rng(0)
    index = model.wv.key_to_index
    keep = np.array([model.wv.get_vecattr(word, "sample_int") for word in model.wv.index_to_key], dtype=np.float64)
    keep /= 2.0**32 - 1
    noise = np.array([model.wv.get_vecattr(word, "count") for word in model.wv.index_to_key], dtype=np.float64) ** 0.75
    noise /= noise.sum()
    window_sizes = np.arange(1, window + 1)
    pairs = scores = 0.0
    with Path(path).open(encoding="utf-8") as text:
        for line in text:
            ids = np.array([index[word] for word in line.split() if word in index], dtype=np.int64)
            ids = ids[generator.random(len(ids)) < keep[ids]]
            positions = np.arange(len(ids))[:, None]
            before, after = (np.minimum(n, window_sizes) for n in (positions, len(ids) - 1 - positions))
            contexts = (before + after).mean(axis=1)
            inputs = contexts if is_skipgram else np.ones(len(ids))
            pairs += inputs.sum()
            scores += (inputs * (1 + negative * (1 - noise[ids]))).sum()
    return pairs, scores


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("corpus")
    parser.add_argument("--sg", type=int, default=1)
    parser.add_argument("--hs", type=int, default=0)
    parser.add_argument("--vector-size", type=int, default=100)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--alpha", type=float, default=0.025)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--token-lists", action="store_true", help="train from a list of token lists")
    parser.add_argument("--save", help="word2vec binary file to write")
    parser.add_argument("--count-pairs", action="store_true", help="also count pairs and scores")
    options = parser.parse_args()

    begin = time.perf_counter()
    negative = 0 if options.hs else 5
    model = Word2Vec(
        vector_size=options.vector_size, sg=options.sg, hs=options.hs, negative=negative, window=5, min_count=5,
        sample=1e-3, workers=options.workers, alpha=options.alpha, seed=options.seed,
    )  # fmt: skip
    corpus = {"corpus_file": options.corpus}
    if options.token_lists:
        with Path(options.corpus).open(encoding="utf-8") as text:
            corpus = {"corpus_iterable": [line.split() for line in text]}
    built = time.perf_counter()
    model.build_vocab(**corpus)
    trained = time.perf_counter()
    model.train(
        **corpus, total_examples=model.corpus_count, total_words=model.corpus_total_words, epochs=options.epochs
    )
    done = time.perf_counter()
    if options.save:
        model.wv.save_word2vec_format(options.save, binary=True)
    saved = time.perf_counter()
    words = model.corpus_total_words * options.epochs
    result = {
        "words_per_second": words / (done - trained),
        "vocabulary_seconds": trained - built,
        "train_seconds": done - trained,
        "whole_seconds": saved - begin,
        "words": words,
        "vocabulary": len(model.wv),
        "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    if options.count_pairs:
        pairs, scores = trained_pairs(model, options.corpus, 5, negative, bool(options.sg))
        result["pairs_per_word"] = pairs / model.corpus_total_words
        result["scores_per_word"] = scores / model.corpus_total_words
    print(json.dumps(result))


if __name__ == "__main__":
    main()
