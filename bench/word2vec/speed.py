"""How fast is training, against gensim on the same text with the same settings?

Both sides run in processes of their own, in turn; a figure is the median. `train` alone is timed, at 5 epochs for us
(the corpus is read and encoded within them) and 1 for gensim, whose epochs are all alike; beside it stands the whole
way from file to saved vectors, each at its own number of epochs.

    python -m bench.word2vec.speed wiki-lower-17m.txt
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from bench.compare import Samples, in_turn, run_job
from bench.corpora import unpacked
from bench.machine import print_description
from bench.rivals.environments import GENSIM, python_with

HERE = Path(__file__).resolve().parent
OURS = str(HERE / "wordkin_job.py")
THEIRS = str(HERE.parent / "rivals" / "gensim_word2vec.py")

# name: settings, least ratio asked for
CASES: dict[str, tuple[list[str], float]] = {
    "skip-gram NS 100 d, 1 thread": (["--sg", "1"], 10.0),
    "skip-gram NS 100 d, 2 threads": (["--sg", "1", "--workers", "2"], 9.5),
    "skip-gram NS 100 d, 2 threads, token lists": (["--sg", "1", "--workers", "2", "--token-lists"], 9.5),
    "skip-gram NS 300 d, 1 thread": (["--sg", "1", "--vector-size", "300"], 8.0),
    "CBOW NS 100 d, 1 thread": (["--sg", "0", "--alpha", "0.05"], 3.5),
    "skip-gram HS 100 d, 1 thread": (["--sg", "1", "--hs", "1"], 4.0),
    "CBOW HS 100 d, 1 thread": (["--sg", "0", "--hs", "1", "--alpha", "0.05"], 2.5),
}


def jobs_of(corpus: Path, rival: str, settings: list[str], vectors: Path) -> dict[str, tuple[str, str, list[str]]]:
    ours = [str(corpus), *settings, "--save", str(vectors)]
    jobs = {"wordkin": (sys.executable, OURS, ours), "gensim": (rival, THEIRS, ours)}
    if "--hs" not in settings and settings[:2] == ["--sg", "1"] and "--token-lists" not in settings:
        jobs["touch"] = (sys.executable, OURS, [str(corpus), *settings, "--touch"])
    return jobs


def show(name: str, target: float, samples: dict[str, Samples]) -> None:
    ours, theirs = samples["wordkin"], samples["gensim"]
    ratio = ours.median("words_per_second") / theirs.median("words_per_second")
    print(f"\n{name}: {ratio:.2f} x gensim (at least {target} x)", flush=True)
    for system, taken in samples.items():
        print(
            f"  {system:8} {taken.median('words_per_second'):>12,.0f} words/s ({taken.spread('words_per_second')})"
            f"   vocabulary {taken.median('vocabulary_seconds'):.2f} s, whole {taken.median('whole_seconds'):.2f} s"
            f" for {taken.median('words'):,.0f} words"
        )
    if "touch" in samples:
        share = ours.median("words_per_second") / samples["touch"].median("words_per_second")
        print(f"  {share:.0%} of the run that only touches the rows")


def show_work(corpus: Path, rival: str) -> None:
    """Pairs and terms a raw word of both sides: equal work."""
    for name, settings in (("skip-gram NS", ["--sg", "1"]), ("CBOW NS", ["--sg", "0", "--alpha", "0.05"])):
        ours = run_job(sys.executable, OURS, [str(corpus), *settings, "--epochs", "1"])
        theirs = run_job(rival, THEIRS, [str(corpus), *settings, "--count-pairs"])
        for figure in ("pairs_per_word", "terms_per_word"):
            difference = ours[figure] / theirs[figure] - 1
            print(f"{name} {figure}: wordkin {ours[figure]:.3f}, gensim {theirs[figure]:.3f} ({difference:+.2%})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--gensim-python", help="interpreter that has gensim (default: one is installed)")
    parser.add_argument("--only", help="cases whose name holds this text")
    options = parser.parse_args()
    rival = options.gensim_python or python_with(GENSIM)
    print_description()
    print(f"# rival: {GENSIM}; median of {options.runs}, in turn; ours 5 epochs, gensim 1")
    with unpacked(options.corpus) as corpus, tempfile.TemporaryDirectory() as folder:
        for name, (settings, target) in CASES.items():
            if options.only is None or options.only in name:
                jobs = jobs_of(corpus, rival, settings, Path(folder) / "vectors.bin")
                show(name, target, in_turn(jobs, options.runs))
        if options.only is None:
            print()
            show_work(corpus, rival)


if __name__ == "__main__":
    main()
