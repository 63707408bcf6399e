"""How good are vectors that were trained apart on parts of a text and merged?

Trains skip-gram vectors on the whole text and on each of several parts, as machines without a connection would, merges
those of the parts, and prints analogies, WordSim-353 and SimLex-999 of the whole, of one part and of the merged
vectors. Words are those of the whole text, as with `wordkin vocab` and `wordkin train --read-vocab`, or with
--own-words those of each part.

    python -m bench.distributed.merging wiki-lower-17m.txt.gz wordsim/ --shards 4 16
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from bench.compare import add_record_flag
from bench.corpora import unpacked
from bench.recording import recording
from bench.word2vec.quality import MEASURES, scores_of_vectors
from wordkin import KeyedVectors, Word2Vec
from wordkin.alignment import merge_vectors
from wordkin.text import Vocabulary, corpus_shard, open_corpus

OPTIONS: dict[str, Any] = {"vector_size": 100, "sg": 1, "window": 5, "negative": 5, "sample": 1e-3, "min_count": 5}


def trained(corpus: Any, vocabulary: Vocabulary | None, options: argparse.Namespace, seed: int) -> KeyedVectors:
    model = Word2Vec(**OPTIONS, epochs=options.epochs, workers=options.workers, seed=seed)
    if vocabulary is None:
        model.build_vocab(corpus_file=corpus)
        words = model.corpus_total_words
    else:
        model.build_vocab_from_freq(dict(zip(vocabulary.words, vocabulary.counts.tolist(), strict=True)))
        words = open_corpus(corpus_file=corpus).scan(options.workers, keep_ids=False).counts.raw_words
    model.train(corpus_file=corpus, total_words=words, epochs=model.epochs)
    return model.wv


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("tests", type=Path, help="folder with questions-words.txt, wordsim353.tsv and simlex999.txt")
    parser.add_argument("--shards", type=int, nargs="+", default=[4, 16], help="numbers of parts")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--own-words", action="store_true", help="each part has the words that are frequent in it")
    add_record_flag(parser)
    options = parser.parse_args()
    results: dict[str, list[tuple[float, ...]]] = {}

    def report(system: str, vectors: KeyedVectors) -> None:
        results.setdefault(system, []).append(scores_of_vectors(vectors, options.tests))
        print(f"{system:24} {len(vectors):8,} words", *(f"{score:8.3f}" for score in results[system][-1]), flush=True)

    with recording(options, is_timed=False) as record, unpacked(options.corpus) as corpus:
        vocabulary = None
        if not options.own_words:
            vocabulary, _ = open_corpus(corpus_file=corpus).scan(2, keep_ids=False).counts.prune(OPTIONS["min_count"])
        for seed in range(1, options.seeds + 1):
            report("whole text", trained(corpus, vocabulary, options, seed))
            for count in options.shards:
                parts = [
                    trained(corpus_shard(corpus, index, count), vocabulary, options, 1000 * seed + index)
                    for index in range(count)
                ]
                report(f"one of {count} parts", parts[0])
                report(f"{count} parts merged", merge_vectors(parts))
        for system, taken in results.items():
            for column, measure in enumerate(MEASURES):
                record.add(measure, system, "score", [scores[column] for scores in taken])


if __name__ == "__main__":
    main()
