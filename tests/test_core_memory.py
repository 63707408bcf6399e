"""Memory that runs out in a call of the C++ core is a MemoryError, also when pybind11 cannot create the result."""

from __future__ import annotations

import sys

import pytest

from child_processes import run_python

PROGRAM = """
import resource
from pathlib import Path
import numpy as np
from wordkin._core import vector_files

words, offsets = np.frombuffer(b"word", dtype=np.uint8), np.array([0, 4])
vectors = np.ones((1, 16 << 20), dtype=np.float32)  # 64 MiB, as C++ string and as bytes
outcomes = set()
for spare in range(0, 256 << 20, 16 << 20):
    used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + spare, resource.RLIM_INFINITY))
    try:
        vector_files.format_binary(words, offsets, vectors)
    except Exception as error:
        outcomes.add(type(error).__name__)
    else:
        outcomes.add("written")
print(*sorted(outcomes))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc and limits of the address space")
def test_a_result_beyond_the_limit_of_memory() -> None:
    done = run_python(PROGRAM)
    assert (done.returncode, done.stdout, done.stderr) == (0, "MemoryError written\n", "")
