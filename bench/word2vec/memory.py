"""How much memory does training take in addition to the weight matrices and the encoded text?

python -m bench.word2vec.memory wiki-lower-17m.txt.gz
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench.compare import add_record_flag, run_job
from bench.corpora import unpacked
from bench.recording import recording
from bench.word2vec.speed import WORDKIN_SCRIPT

CASES = {
    "skip-gram NS 100 d, 1 thread": ["--sg", "1"],
    "skip-gram NS 300 d, 2 threads": ["--sg", "1", "--workers", "2", "--vector-size", "300"],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--words", type=int, help="take the first lines with this number of words only")
    add_record_flag(parser)
    options = parser.parse_args()
    with recording(options) as record, unpacked(options.corpus, options.words) as corpus:
        for name, settings in CASES.items():
            result = run_job(sys.executable, WORDKIN_SCRIPT, [str(corpus), *settings, "--epochs", "1"])
            peak, accounted = result["peak_megabytes"], result["accounted_megabytes"]
            record.add(name, "wordkin", "MB", [peak])
            record.add(name, "two matrices and 4 bytes per token", "MB", [accounted])
            print(
                f"{name}: peak {peak:.0f} MB; two matrices and 4 bytes per token {accounted:.0f} MB; "
                f"remainder {peak - accounted:.0f} MB"
            )


if __name__ == "__main__":
    main()
