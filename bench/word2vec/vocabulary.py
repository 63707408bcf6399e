"""How fast are counting and encoding on one thread, compared with gensim's `build_vocab`, which only counts?

python -m bench.word2vec.vocabulary wiki-lower-17m.txt.gz
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench.compare import add_record_flag, in_turn
from bench.corpora import unpacked
from bench.recording import recording
from bench.rivals.environments import GENSIM, python_with

HERE = Path(__file__).resolve().parent
WORDKIN_SCRIPT = str(HERE / "wordkin_vocabulary.py")
GENSIM_SCRIPT = str(HERE.parent / "rivals" / "gensim_vocabulary.py")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--words", type=int, help="take the first lines with this number of words only")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--gensim-python", help="Python interpreter with gensim (default: installs an environment)")
    add_record_flag(parser)
    options = parser.parse_args()
    with recording(options, GENSIM) as record, unpacked(options.corpus, options.words) as corpus:
        samples = in_turn(
            {
                "wordkin": (sys.executable, WORDKIN_SCRIPT, [str(corpus)]),
                "gensim": (options.gensim_python or python_with(GENSIM), GENSIM_SCRIPT, [str(corpus)]),
            },
            options.runs,
        )
        record.add_samples("count and encode, 1 thread", samples, "words_per_second", "words/s")
    for name, taken in samples.items():
        print(f"{name:8} {taken.median('words_per_second'):>12,.0f} words/s ({taken.spread('words_per_second')})")
    ratio = samples["wordkin"].median("words_per_second") / samples["gensim"].median("words_per_second")
    print(f"counting and encoding: {ratio:.2f} x gensim's build_vocab")


if __name__ == "__main__":
    main()
