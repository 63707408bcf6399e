"""Training of word vectors from n-grams with wordkin; prints times, counts and memory as JSON."""

import argparse
import json
import resource
import time


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("corpus")
    parser.add_argument("--model", choices=("skipgram", "cbow"), default="skipgram")
    parser.add_argument("--names", choices=("fasttext", "gensim"), default="fasttext", help="whose settings")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save", help="fastText file to write")
    options = parser.parse_args()

    begin, cpu = time.perf_counter(), time.process_time()
    if options.names == "gensim":
        from wordkin import FastText
        from wordkin.fasttext import save_facebook_model

        model = FastText(
            sg=int(options.model == "skipgram"), workers=options.workers, epochs=options.epochs, seed=options.seed,
            progress=False,
        )  # fmt: skip
        model.build_vocab(corpus_file=options.corpus)
        trained, trained_cpu = time.perf_counter(), time.process_time()
        model.train(corpus_file=options.corpus, total_examples=model.corpus_count, epochs=options.epochs)
        done, done_cpu = time.perf_counter(), time.process_time()
        words = model.corpus_total_words * options.epochs
        if options.save:
            save_facebook_model(model, options.save)
    else:
        from wordkin.fasttext import train_unsupervised

        trained, trained_cpu = begin, cpu
        model = train_unsupervised(
            options.corpus, options.model, epoch=options.epochs, thread=options.workers, seed=options.seed, verbose=0
        )
        done, done_cpu = time.perf_counter(), time.process_time()
        words = int(model._state.file.tokens) * options.epochs
        if options.save:
            model.save_model(options.save)
    print(
        json.dumps(
            {
                "words_per_second": words / (done - trained),
                "words_per_cpu_second": words / (done_cpu - trained_cpu),
                "train_seconds": done - trained,
                "whole_seconds": time.perf_counter() - begin,
                "words": words,
                "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )
    )


if __name__ == "__main__":
    main()
