"""How much memory does training take in addition to the weight matrices and the encoded text?

python -m bench.word2vec.memory wiki-lower-17m.txt.gz
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench.compare import run_job
from bench.corpora import unpacked
from bench.machine import print_description
from bench.word2vec.speed import WORDKIN_SCRIPT


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    options = parser.parse_args()
    print_description()
    with unpacked(options.corpus) as corpus:
        for settings in (["--sg", "1"], ["--sg", "1", "--workers", "2", "--vector-size", "300"]):
            result = run_job(sys.executable, WORDKIN_SCRIPT, [str(corpus), *settings, "--epochs", "1"])
            peak, accounted = result["peak_megabytes"], result["accounted_megabytes"]
            print(
                f"{' '.join(settings)}: peak {peak:.0f} MB; two matrices and 4 bytes per token {accounted:.0f} MB; "
                f"remainder {peak - accounted:.0f} MB"
            )


if __name__ == "__main__":
    main()
