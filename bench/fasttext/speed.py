"""How fast are word vectors trained from n-grams, compared with fastText and gensim on the same text?

Each comparison has the settings of the other program: with fastText's, the time is from the text file to the model, for
5 epochs of wordkin and 1 of fastText; with gensim's, only `train` is timed, 5 epochs and 1. The sides run alternately
in subprocesses, and a result is the median. ``--cpu`` compares words per second of processor time, for machines that do
other work at the same time (with one thread).

    python -m bench.fasttext.speed wiki-lower-17m.txt.gz
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from bench.compare import add_record_flag, in_turn, ratio_text
from bench.corpora import unpacked
from bench.recording import recording
from bench.rivals.environments import FASTTEXT, GENSIM, python_with

HERE = Path(__file__).resolve().parent
WORDKIN_SCRIPT = str(HERE / "wordkin_job.py")
SCRIPTS = {
    "fastText": str(HERE.parent / "rivals" / "fasttext_unsupervised.py"),
    "gensim": str(HERE.parent / "rivals" / "gensim_fasttext.py"),
}

CASES: dict[str, tuple[str, list[str]]] = {
    "n-grams, skip-gram 100 d, settings of fastText, 1 thread": ("fastText", ["--model", "skipgram"]),
    "n-grams, skip-gram 100 d, settings of fastText, 2 threads": (
        "fastText",
        ["--model", "skipgram", "--workers", "2"],
    ),
    "n-grams, CBOW 100 d, settings of fastText, 1 thread": ("fastText", ["--model", "cbow"]),
    "n-grams, skip-gram 100 d, settings of gensim, 1 thread": ("gensim", ["--model", "skipgram"]),
    "n-grams, skip-gram 100 d, settings of gensim, 2 threads": ("gensim", ["--model", "skipgram", "--workers", "2"]),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--words", type=int, help="take the first lines with this number of words only")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=5, help="epochs of wordkin")
    parser.add_argument("--cpu", action="store_true", help="compare processor time")
    parser.add_argument("--fasttext-python", help="Python interpreter with fastText (default: installs an environment)")
    parser.add_argument("--gensim-python", help="Python interpreter with gensim (default: installs an environment)")
    parser.add_argument("--only", nargs="+", default=[""], help="run only cases whose names contain one of these texts")
    add_record_flag(parser)
    options = parser.parse_args()
    quantity = "words_per_cpu_second" if options.cpu else "words_per_second"
    with (
        recording(options, FASTTEXT, GENSIM) as record,
        unpacked(options.corpus, options.words) as corpus,
        tempfile.TemporaryDirectory() as folder,
    ):
        print(f"# rivals: {FASTTEXT}, {GENSIM}; median of {options.runs} alternating runs")
        for name, (rival, settings) in CASES.items():
            if not any(text in name for text in options.only):
                continue
            given = options.fasttext_python if rival == "fastText" else options.gensim_python
            python = given or python_with(FASTTEXT if rival == "fastText" else GENSIM)
            own = [*settings, "--names", rival.lower(), "--epochs", str(options.epochs)]
            arguments = [str(corpus), "--save", str(Path(folder) / "model.bin")]
            samples = in_turn(
                {
                    "wordkin": (sys.executable, WORDKIN_SCRIPT, [*arguments, *own]),
                    rival: (python, SCRIPTS[rival], [*arguments, *settings, "--epochs", "1"]),
                },
                options.runs,
            )
            speeds = {system: taken.median(quantity) for system, taken in samples.items()}
            print(f"\n{name}: {ratio_text(samples['wordkin'], samples[rival], quantity)} {rival}", flush=True)
            for system, taken in samples.items():
                print(
                    f"  {system:10} {speeds[system]:>12,.0f} words/s ({taken.spread(quantity)})"
                    f"   {taken.median('peak_megabytes'):,.0f} MB"
                )
            record.add_samples(name, samples, quantity, "words/s of processor time" if options.cpu else "words/s")


if __name__ == "__main__":
    main()
