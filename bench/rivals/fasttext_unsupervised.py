"""Training of word vectors with fastText; prints times, counts and memory as JSON."""

import argparse
import json
import pathlib
import resource
import time

import fasttext


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("corpus")
    parser.add_argument("--model", choices=("skipgram", "cbow"), default="skipgram")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save", help="file to write")
    options = parser.parse_args()
    begin, cpu = time.perf_counter(), time.process_time()
    model = fasttext.train_unsupervised(
        options.corpus, model=options.model, epoch=options.epochs, thread=options.workers, verbose=0
    )
    done, done_cpu = time.perf_counter(), time.process_time()
    if options.save:
        model.save_model(options.save)
    with pathlib.Path(options.corpus).open(encoding="utf-8") as text:
        words = sum(len(line.split()) + 1 for line in text) * options.epochs
    print(
        json.dumps(
            {
                "words_per_second": words / (done - begin),
                "words_per_cpu_second": words / (done_cpu - cpu),
                "train_seconds": done - begin,
                "whole_seconds": done - begin,
                "words": words,
                "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )
    )


if __name__ == "__main__":
    main()
