"""How much memory does training take beyond its matrices and the ids of the text?

python -m bench.word2vec.memory wiki-lower-17m.txt.gz
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench.compare import run_job
from bench.corpora import unpacked
from bench.machine import print_description
from bench.word2vec.speed import OURS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    options = parser.parse_args()
    print_description()
    with unpacked(options.corpus) as corpus:
        for settings in (["--sg", "1"], ["--sg", "1", "--workers", "2", "--vector-size", "300"]):
            result = run_job(sys.executable, OURS, [str(corpus), *settings, "--epochs", "1"])
            peak, accounted = result["peak_megabytes"], result["accounted_megabytes"]
            print(
                f"{' '.join(settings)}: peak {peak:.0f} MB; two matrices and 4 bytes a token {accounted:.0f} MB; "
                f"beyond them {peak - accounted:.0f} MB (at most 150)"
            )


if __name__ == "__main__":
    main()
