"""How fast is training, compared with gensim on the same text with the same settings?

The sides run alternately in subprocesses, and a result is the median. Only `train` is timed: 5 epochs of wordkin, which
include reading and encoding the corpus, and 1 epoch of gensim, whose epochs all take the same time. The total time from
the text file to saved vectors is printed as well, for these numbers of epochs. Training is also compared with a run
without the arithmetic, which draws the same windows and negative samples, and loads and stores the same rows of the
weight matrices once for each window. This is the limit set by memory access, also printed as a ratio to gensim.

CBOW with negative sampling reaches about 70 % of that run. On one thread of a Zen 5 server, with 100 dimensions and 3 M
words, profiles show 161 ns per word of the text: 66 for reading, encoding and drawing, 50 for loading and storing rows,
which both runs need, and 45 for the arithmetic. It cannot be divided among independent operations, as that of
skip-gram: a window has one combined row, and its scores, their sum, exponential and gradient follow one another before
the first row can change. Context rows are read a second time for their update.

CBOW with hierarchical softmax reaches about 60 % of that run, which is 5.6 times as fast as gensim: with 2 M words, it
takes 194 ns per word of the text, and the run without the arithmetic 118. The scores of a window again depend on one
combined row, and their number, the depth of the word in the tree, changes from window to window.

    python -m bench.word2vec.speed wiki-lower-17m.txt
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from bench.compare import Samples, add_record_flag, in_turn, run_job
from bench.corpora import unpacked
from bench.recording import Recorder, recording
from bench.rivals.environments import GENSIM, python_with

HERE = Path(__file__).resolve().parent
WORDKIN_SCRIPT = str(HERE / "wordkin_job.py")
GENSIM_SCRIPT = str(HERE.parent / "rivals" / "gensim_word2vec.py")

# NS: negative sampling; HS: hierarchical softmax.
CASES: dict[str, list[str]] = {
    "skip-gram NS 100 d, 1 thread": ["--sg", "1"],
    "skip-gram NS 100 d, 2 threads": ["--sg", "1", "--workers", "2"],
    "skip-gram NS 100 d, 2 threads, token lists": ["--sg", "1", "--workers", "2", "--token-lists"],
    "skip-gram NS 300 d, 1 thread": ["--sg", "1", "--vector-size", "300"],
    "CBOW NS 100 d, 1 thread": ["--sg", "0", "--alpha", "0.05"],
    "skip-gram HS 100 d, 1 thread": ["--sg", "1", "--hs", "1"],
    "CBOW HS 100 d, 1 thread": ["--sg", "0", "--hs", "1", "--alpha", "0.05"],
}


def jobs_of(corpus: Path, rival: str, settings: list[str], vectors: Path) -> dict[str, tuple[str, str, list[str]]]:
    arguments = [str(corpus), *settings, "--save", str(vectors)]
    jobs = {
        "wordkin": (sys.executable, WORDKIN_SCRIPT, arguments),
        "gensim": (rival, GENSIM_SCRIPT, arguments),
    }
    if "--token-lists" not in settings:
        jobs["memory access"] = (sys.executable, WORDKIN_SCRIPT, [str(corpus), *settings, "--memory-access"])
    return jobs


def show(name: str, samples: dict[str, Samples]) -> None:
    speeds = {system: taken.median("words_per_second") for system, taken in samples.items()}
    print(f"\n{name}: {speeds['wordkin'] / speeds['gensim']:.2f} x gensim", flush=True)
    for system, taken in samples.items():
        print(
            f"  {system:13} {speeds[system]:>12,.0f} words/s ({taken.spread('words_per_second')})"
            f"   vocabulary {taken.median('vocabulary_seconds'):.2f} s, total {taken.median('whole_seconds'):.2f} s"
            f" for {taken.median('words'):,.0f} words"
        )
    if "memory access" in samples:
        share, limit = speeds["wordkin"] / speeds["memory access"], speeds["memory access"] / speeds["gensim"]
        print(f"  {share:.0%} of the run that only loads and stores the rows, which is {limit:.2f} x gensim")


def show_work(corpus: Path, rival: str, record: Recorder) -> None:
    """Print the pairs and scores per raw word, which show that both sides do the same work."""
    for name, settings in (("skip-gram NS", ["--sg", "1"]), ("CBOW NS", ["--sg", "0", "--alpha", "0.05"])):
        own = run_job(sys.executable, WORDKIN_SCRIPT, [str(corpus), *settings, "--epochs", "1"])
        gensim = run_job(rival, GENSIM_SCRIPT, [str(corpus), *settings, "--count-pairs"])
        for count in ("pairs_per_word", "scores_per_word"):
            difference = own[count] / gensim[count] - 1
            print(f"{name} {count}: wordkin {own[count]:.3f}, gensim {gensim[count]:.3f} ({difference:+.2%})")
            for system, result in (("wordkin", own), ("gensim", gensim)):
                record.add(f"{name}, {count.replace('_', ' ')}", system, "", [result[count]])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--words", type=int, help="take the first lines with this number of words only")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--gensim-python", help="Python interpreter with gensim (default: installs an environment)")
    parser.add_argument("--only", nargs="+", default=[""], help="run only cases whose names contain one of these texts")
    add_record_flag(parser)
    options = parser.parse_args()
    rival = options.gensim_python or python_with(GENSIM)
    with (
        recording(options, GENSIM) as record,
        unpacked(options.corpus, options.words) as corpus,
        tempfile.TemporaryDirectory() as folder,
    ):
        print(f"# rival: {GENSIM}; median of {options.runs} alternating runs; 5 epochs of wordkin, 1 of gensim")
        for name, settings in CASES.items():
            if any(text in name for text in options.only):
                jobs = jobs_of(corpus, rival, settings, Path(folder) / "vectors.bin")
                samples = in_turn(jobs, options.runs)
                show(name, samples)
                record.add_samples(name, samples, "words_per_second", "words/s")
                record.add(name, "text", "words", [samples["gensim"].median("words")])
        if options.only == [""]:
            print()
            show_work(corpus, rival, record)


if __name__ == "__main__":
    main()
