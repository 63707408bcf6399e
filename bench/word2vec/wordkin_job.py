"""Training of a Word2Vec model with wordkin; prints times, counts and memory as JSON."""

import argparse
import json
import resource
import sys
import time
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("corpus")
    parser.add_argument("--sg", type=int, default=1)
    parser.add_argument("--hs", type=int, default=0)
    parser.add_argument("--vector-size", type=int, default=100)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--alpha", type=float, default=0.025)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--token-lists", action="store_true", help="train from a list of token lists")
    parser.add_argument("--memory-access", action="store_true", help="only load and store the rows, without arithmetic")
    parser.add_argument("--max-isa")
    parser.add_argument("--save", help="word2vec binary file to write")
    options = parser.parse_args()

    begin = time.perf_counter()
    from wordkin import Word2Vec

    model = Word2Vec(
        vector_size=options.vector_size, sg=options.sg, hs=options.hs, negative=0 if options.hs else 5, window=5,
        min_count=5, sample=1e-3, workers=options.workers, alpha=options.alpha, seed=options.seed,
        max_isa=options.max_isa, progress=False,
    )  # fmt: skip
    if options.memory_access:
        sys.path.append(str(Path(__file__).resolve().parents[2] / "tests"))
        import core_testing
        from wordkin import _core

        core_testing.provide()
        from wordkin import _core_testing

        _core.word2vec.TrainingSession = _core_testing.word2vec.MemorySession
    corpus = {"corpus_file": options.corpus}
    if options.token_lists:
        with Path(options.corpus).open(encoding="utf-8") as text:
            corpus = {"corpus_iterable": [line.split() for line in text]}
    built = time.perf_counter()
    model.build_vocab(**corpus)
    trained = time.perf_counter()
    model.train(**corpus, total_examples=model.corpus_count, epochs=options.epochs)
    done = time.perf_counter()
    if options.save:
        model.wv.save_word2vec_format(options.save, binary=True)
    saved = time.perf_counter()
    report = model.training_report
    words = report.raw_words
    in_vocabulary = int(model.wv.expandos["count"].sum())
    width = -(-options.vector_size // 16) * 16
    print(
        json.dumps(
            {
                "words_per_second": words / (done - trained),
                "vocabulary_seconds": trained - built,
                "train_seconds": done - trained,
                "whole_seconds": saved - begin,
                "words": words,
                "vocabulary": len(model.wv),
                "pairs_per_word": sum(epoch.pairs for epoch in report.epochs) / words,
                "scores_per_word": sum(epoch.scores for epoch in report.epochs) / words,
                "loss": report.epochs[-1].loss,
                "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                "accounted_megabytes": (2 * len(model.wv) * width * 4 + 4 * in_vocabulary) / 2**20,
            }
        )
    )


if __name__ == "__main__":
    main()
