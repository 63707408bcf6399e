"""How fast does one thread read memory? Compiles an unrolled loop of vector reads and prints bytes per second as JSON.

Needs a C compiler (``CC``, or cc), as building wordkin does.
"""

import argparse
import ctypes
import json
import os
import subprocess
import tempfile
import time
from pathlib import Path

SOURCE = Path(__file__).with_name("read_bandwidth.c")


def compiled(folder: str) -> ctypes.CDLL:
    library = Path(folder) / "read_bandwidth.so"
    command = [os.environ.get("CC", "cc"), "-O3", "-fPIC", "-shared", "-o", str(library), str(SOURCE)]
    for own in (["-march=native", "-mprefer-vector-width=512"], ["-march=native"], ["-mcpu=native"], []):
        if subprocess.run([*command, *own], capture_output=True, check=False).returncode == 0:
            break
    else:
        raise SystemExit(f"{' '.join(command)} failed")
    found = ctypes.CDLL(str(library))
    found.allocate_buffer.restype = ctypes.c_void_p
    found.allocate_buffer.argtypes = [ctypes.c_size_t]
    found.read_all.restype = ctypes.c_float
    found.read_all.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--bytes", type=int, default=168_000_000)
    parser.add_argument("--times", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        library = compiled(folder)
    buffer = library.allocate_buffer(options.bytes)
    if buffer is None:
        raise SystemExit(f"cannot allocate {options.bytes} bytes")
    seconds = []
    for _ in range(options.times):
        started = time.perf_counter()
        library.read_all(buffer, options.bytes)
        seconds.append(time.perf_counter() - started)
    print(json.dumps({"bytes_per_second": options.bytes / min(seconds)}))


if __name__ == "__main__":
    main()
