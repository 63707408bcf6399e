"""How fast is the preparation of text while words are counted, compared with splitting at whitespace? One thread.

python -m bench.word2vec.preparation wiki-lower-17m.txt.gz
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from bench.compare import add_record_flag, in_turn
from bench.corpora import unpacked
from bench.recording import recording

SCRIPT = str(Path(__file__).resolve().parent / "wordkin_vocabulary.py")
CASES: dict[str, dict[str, object]] = {
    "whitespace": {},
    "lower case": {"lowercase": True},
    "words, lower case": {"tokenizer": "words", "lowercase": True},
    "words, lower case, NFC, sentences": {
        "tokenizer": "words",
        "lowercase": True,
        "normalize": "NFC",
        "sentences_per": "sentence",
    },
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--words", type=int, help="take the first lines with this number of words only")
    parser.add_argument("--runs", type=int, default=5)
    add_record_flag(parser)
    options = parser.parse_args()
    with recording(options) as record, unpacked(options.corpus, options.words) as corpus:
        samples = in_turn(
            {case: (sys.executable, SCRIPT, [str(corpus), json.dumps(given)]) for case, given in CASES.items()},
            options.runs,
        )
        record.add_samples("prepare, count and encode, 1 thread", samples, "words_per_second", "words/s")
    plain = samples["whitespace"].median("words_per_second")
    for case, taken in samples.items():
        speed = taken.median("words_per_second")
        print(
            f"{case:34} {speed:>12,.0f} words/s ({taken.spread('words_per_second')}), {speed / plain:.2f} x whitespace"
        )


if __name__ == "__main__":
    main()
