"""How fast are training and inference of Doc2Vec on one thread, and how good are the vectors, compared with gensim?

python -m bench.doc2vec.speed imdb-train.tsv.gz

Both libraries train the same modes on the same tokens of film reviews, in CPU time of one thread
or, with ``--threads``, in time. A logistic regression
on the vectors of the reviews that were trained is scored on those of 5,000 reviews that were inferred.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench.compare import add_record_flag, in_turn, ratio_text
from bench.recording import recording
from bench.rivals.environments import GENSIM, python_with

HERE = Path(__file__).resolve().parent
WORDKIN_SCRIPT = str(HERE / "wordkin_doc2vec.py")
GENSIM_SCRIPT = str(HERE.parent / "rivals" / "gensim_doc2vec.py")
MODES = {"PV-DBOW": "dbow", "PV-DM, mean": "mean", "PV-DM, concatenation": "concat"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reviews", type=Path)
    parser.add_argument("--documents", type=int, default=25_000, help="number of reviews")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="with several, times are those of the clock")
    parser.add_argument("--modes", nargs="+", choices=list(MODES.values()), default=list(MODES.values()))
    parser.add_argument("--gensim-python", help="Python interpreter with gensim (default: installs an environment)")
    add_record_flag(parser)
    options = parser.parse_args()
    with recording(options, GENSIM) as record:
        for name, mode in MODES.items():
            if mode not in options.modes:
                continue
            arguments = [str(options.reviews), mode, str(options.documents), str(options.epochs)]
            arguments += [str(options.threads), "1"]
            threads = f"{options.threads} thread" + ("s" if options.threads > 1 else "")
            samples = in_turn(
                {
                    "wordkin": (sys.executable, WORDKIN_SCRIPT, arguments),
                    "gensim": (options.gensim_python or python_with(GENSIM), GENSIM_SCRIPT, arguments),
                },
                options.runs,
            )
            record.add_samples(f"{name}, training, {threads}", samples, "words_per_second", "words/s")
            record.add_samples(f"{name}, inference, {threads}", samples, "documents_per_second", "documents/s")
            record.add_samples(f"{name}, accuracy", samples, "accuracy", "accuracy")
            ours, theirs = samples["wordkin"], samples["gensim"]
            for what in ("words_per_second", "documents_per_second", "accuracy"):
                ratio = ratio_text(ours, theirs, what)
                print(
                    f"{name:22} {what:22} {ours.median(what):12,.3f} {theirs.median(what):12,.3f} {ratio}", flush=True
                )
            record.add(f"{name}, documents", "text", "documents", [options.documents])


if __name__ == "__main__":
    main()
