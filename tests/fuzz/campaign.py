"""Reads changed files with every reader: each call must return or raise one of the typed errors.

    PYTHONPATH=python python -m fuzz.campaign [--seconds 600] [--only TEXT] [--seed N]     # in the folder tests

Prints what else was raised, with the file that raises it; the exit status is 1 if there was anything.
"""

from __future__ import annotations

import argparse
import logging
import random
import sys
import tempfile
import time
import traceback
import warnings
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from wordkin.errors import WordkinError

from .mutations import MUTATIONS
from .readers import Reader, all_readers

__all__ = ["Finding", "fuzz", "run_reader"]


@dataclass(frozen=True)
class Finding:
    """An exception that is not one of the typed errors."""

    reader: str
    error: str
    line: str
    content: bytes


def run_reader(name: str, reader: Reader, folder: Path, seed: int, times: int) -> Iterator[Finding]:
    """Read a number of changed files; yield what is found."""
    draw = random.Random(zlib.crc32(f"{name} {seed}".encode()))
    for other, content in reader.others.items():
        (folder / other).parent.mkdir(parents=True, exist_ok=True)
        (folder / other).write_bytes(content)
    path = folder / reader.name
    path.parent.mkdir(parents=True, exist_ok=True)
    for _ in range(times):
        changed = MUTATIONS[draw.choice(reader.mutations)](draw.choice(reader.seeds), draw, folder)
        path.write_bytes(changed)
        try:
            reader.read(path)
        except WordkinError:
            pass
        except OSError as error:
            if error.errno is None:
                yield _finding(name, error, changed)
        except Exception as error:
            yield _finding(name, error, changed)


def _finding(name: str, error: Exception, content: bytes) -> Finding:
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "wordkin" in frame.filename]
    line = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    return Finding(name, f"{error!r:.200}", line, content)


def fuzz(scratch: Path, only: str, seed: int, seconds: float) -> dict[tuple[str, str], Finding]:
    """Run all readers in turn until the time is over; return one finding for each reader and line of code."""
    (scratch / "seeds").mkdir()
    readers = {name: reader for name, reader in all_readers(scratch / "seeds").items() if only in name}
    found: dict[tuple[str, str], Finding] = {}
    deadline = time.monotonic() + seconds
    tried = 0
    while time.monotonic() < deadline:
        for number, (name, reader) in enumerate(readers.items()):
            folder = scratch / str(number)
            folder.mkdir(exist_ok=True)
            for finding in run_reader(name, reader, folder, seed, 25):
                found.setdefault((name, finding.line), finding)
            tried += 25
        seed += 1
    print(f"{tried} files for {len(readers)} readers; the next seed is {seed}")
    return found


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--only", default="")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="folder for the files that were found")
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable()
    with tempfile.TemporaryDirectory() as scratch:
        found = fuzz(Path(scratch), args.only, args.seed, args.seconds)
    for number, finding in enumerate(found.values()):
        print(f"{finding.reader}: {finding.line}: {finding.error}")
        if args.keep is not None:
            (args.keep / str(number)).write_bytes(finding.content)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
