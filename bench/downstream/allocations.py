"""How many allocations does a request of one text make, compared with the same network in PyTorch?

Counts the calls of malloc, calloc, realloc and memalign by a small library that is loaded before all others. A request
is counted as the difference between processes that answer 600 and 1,600 requests, so that the start of a process does
not count. Python takes small objects from pools, which hides most of them from malloc; a second count is without these
pools. Needs Linux with glibc and a C compiler. Takes about two minutes.

    python -m bench.downstream.allocations ../shared/data
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.compare import add_record_flag
from bench.downstream.cases import CASES, write_case
from bench.downstream.speed import PRECISIONS, RIVAL_SCRIPT, WORDKIN_SCRIPT
from bench.recording import recording
from bench.rivals.environments import PYTORCH, forget_blas_settings, python_with

COUNTER = Path(__file__).resolve().parent / "count_allocations.c"
FEW, MANY = 600, 1600  # requests
KINDS = {"allocations": {}, "allocations with Python objects": {"PYTHONMALLOC": "malloc"}}


def compiled_counter(folder: Path) -> Path:
    """Compile the library that counts."""
    library = folder / "count_allocations.so"
    subprocess.run(
        [os.environ.get("CC", "cc"), "-O2", "-fno-builtin", "-shared", "-fPIC", str(COUNTER), "-o", str(library)],
        check=True,
    )
    return library


def allocations(command: list[str], library: Path, settings: dict[str, str]) -> int:
    """Return the number of allocations of a process."""
    file = library.with_suffix(".count")
    environment = {**os.environ, **settings, "LD_PRELOAD": str(library), "COUNTED_ALLOCATIONS": str(file)}
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
    return int(file.read_text(encoding="ascii"))


def per_request(command: list[str], library: Path, settings: dict[str, str]) -> float:
    few, many = (allocations([*command, "--requests", str(requests)], library, settings) for requests in (FEW, MANY))
    return (many - few) / (MANY - FEW)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with sst2 and conll2000")
    parser.add_argument("--cases", nargs="+", choices=CASES, default=CASES)
    parser.add_argument("--torch-python", help="interpreter with PyTorch and pytorch-crf (default: a new environment)")
    add_record_flag(parser)
    options = parser.parse_args()
    rival = options.torch_python or python_with(*PYTORCH)
    forget_blas_settings()
    with recording(options, PYTORCH[0], PYTORCH[-1], is_timed=False) as record:
        for case in options.cases:
            with tempfile.TemporaryDirectory() as name:
                library = compiled_counter(Path(name))
                print(f"# {case}: {write_case(Path(name), case, options.data)}", flush=True)
                jobs = {
                    **{
                        system: [sys.executable, WORDKIN_SCRIPT, name, "request", "--precision", precision]
                        for system, precision in PRECISIONS.items()
                    },
                    "PyTorch, packed": [rival, RIVAL_SCRIPT, name, "request", "--arrangement", "packed"],
                    "PyTorch, padded": [rival, RIVAL_SCRIPT, name, "request", "--arrangement", "padded"],
                }
                for system, command in jobs.items():
                    for kind, settings in KINDS.items():
                        count = per_request(command, library, settings)
                        record.add(f"{case}, request", system, kind, [count])
                        print(f"  {system:18} {count:8,.0f} {kind}", flush=True)


if __name__ == "__main__":
    main()
