"""Training of a FastText model with gensim; prints times, counts and memory as JSON."""

import argparse
import json
import resource
import time

from gensim.models.fasttext import FastText, save_facebook_model


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("corpus")
    parser.add_argument("--model", choices=("skipgram", "cbow"), default="skipgram")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save", help="fastText file to write")
    options = parser.parse_args()
    begin = time.perf_counter()
    model = FastText(sg=int(options.model == "skipgram"), workers=options.workers, seed=options.seed)
    model.build_vocab(corpus_file=options.corpus)
    trained, cpu = time.perf_counter(), time.process_time()
    model.train(
        corpus_file=options.corpus,
        total_examples=model.corpus_count,
        total_words=model.corpus_total_words,
        epochs=options.epochs,
    )
    done, done_cpu = time.perf_counter(), time.process_time()
    if options.save:
        save_facebook_model(model, options.save)
    words = model.corpus_total_words * options.epochs
    print(
        json.dumps(
            {
                "words_per_second": words / (done - trained),
                "words_per_cpu_second": words / (done_cpu - cpu),
                "train_seconds": done - trained,
                "whole_seconds": time.perf_counter() - begin,
                "words": words,
                "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )
    )


if __name__ == "__main__":
    main()
