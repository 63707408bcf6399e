"""Do processes that communicate train exactly the vectors that the simulation of `bench.distributed.ranks` trains?

Trains with several processes on this machine, each with one worker, and with as many threads of one process, and
compares the vectors bit for bit. Prints the CPU time of all processes. Needs mpi4py, and mpiexec of the same library.

    python -m bench.distributed.loopback wiki-lower-17m.txt.gz --ranks 2 3 4
"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.compare import add_record_flag
from bench.corpora import unpacked
from bench.distributed.ranks import OPTIONS, trained
from bench.recording import recording
from wordkin import Word2Vec


def mpiexec() -> str:
    """Return the path of mpiexec, which may be next to Python."""
    return shutil.which(str(Path(sys.executable).with_name("mpiexec"))) or "mpiexec"


def trained_by_processes(corpus: Path, ranks: int, **options: Any) -> NDArray[np.float32]:
    """Train with several processes, and return the vectors."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "vectors.safetensors"
        given = {name.replace("_", "-"): value for name, value in {**OPTIONS, **options}.items() if name != "sg"}
        flags = ["--sg", *(f"--{name}={value}" for name, value in given.items())]
        train = ["-m", "wordkin", "train", str(corpus), "-o", str(output), "--distributed", "mpi", *flags]
        subprocess.run([mpiexec(), "-n", str(ranks), sys.executable, *train], check=True, stdout=subprocess.DEVNULL)
        return Word2Vec.load(output).wv.vectors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--ranks", type=int, nargs="+", default=[2, 3, 4])
    parser.add_argument("--epochs", type=int, default=3)
    add_record_flag(parser)
    options = parser.parse_args()
    with recording(options, is_timed=False) as record, unpacked(options.corpus) as corpus:
        for ranks in options.ranks:
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            vectors = trained_by_processes(corpus, ranks, epochs=options.epochs, seed=1)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            simulated = trained(corpus, ranks, options.epochs, seed=1).vectors
            differing = int(np.count_nonzero((vectors != simulated).any(axis=1)))
            record.add("loopback", f"{ranks} ranks", "vectors that differ", [differing], at=ranks)
            print(
                f"{ranks} processes: {differing} of {len(vectors):,} vectors differ; {seconds:.1f} s of CPU time",
                flush=True,
            )


if __name__ == "__main__":
    main()
