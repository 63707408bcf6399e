"""Try the wordkin that is installed: `wordkin demo`, the examples of the README and of all docstrings, and tests.

    python tools/try_installed.py            # in the environment where it is installed
    python tools/try_installed.py --smallest # what a slow emulator runs in minutes

It needs pytest and hypothesis besides wordkin, and neither a compiler nor the optional dependencies: what needs one of
them is left out. The whole test suite takes ten times as long.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import os
import platform
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The tests of one model from training to files, of the formats, of dispatch to kernels, and of the command line.
SMALLEST = (
    "tests/word2vec/test_options.py", "tests/phrases/test_model.py", "tests/runtime",
    "--ignore=tests/runtime/test_shutdown.py",  # needs child processes, which an emulator cannot start
)  # fmt: skip
QUICK = (
    "tests/test_readme.py", "tests/test_docstrings.py", "tests/word2vec", "tests/phrases", "tests/runtime",
    "tests/storage/test_archive.py", "tests/vectors/files/test_word2vec.py", "tests/downstream/test_classifier.py",
    "tests/elmo/inference/test_concurrency.py",
    "--ignore=tests/word2vec/test_real_text.py",  # needs a large corpus
)  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smallest", action="store_true")
    args, rest = parser.parse_known_args()  # the others are for pytest
    describe()
    status = demo()
    return status or tests(SMALLEST if args.smallest else QUICK, rest)


def describe() -> None:
    """Print what is tried, and fail if that is not the installed package."""
    package = importlib.import_module("wordkin")
    compute = importlib.import_module("wordkin.runtime.compute")
    folder = Path(package.__file__ or "").parent
    if folder.is_relative_to(ROOT / "python"):
        raise SystemExit(f"{folder} is the source, not an installed wordkin")
    print(
        f"wordkin {package.__version__} on Python {sys.version.split()[0]}, {platform.machine()}, "
        f"NumPy {importlib.metadata.version('numpy')}, instruction sets {', '.join(compute.available_isas())}"
    )
    if hasattr(sys, "_is_gil_enabled"):
        print(f"global interpreter lock: {'on' if sys._is_gil_enabled() else 'off'}")


def demo() -> int:
    """Run `wordkin demo` in an empty folder, in this process: an emulator cannot start another one."""
    from wordkin.cli import main

    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            return main(["demo"])
        finally:
            os.chdir(before)


def tests(paths: tuple[str, ...], rest: list[str]) -> int:
    import pytest

    os.chdir(ROOT)
    # Some tests call parts of the core that no wheel contains, and would build them.
    files = (path for path in Path("tests").rglob("test_*.py") if "_core_testing" in path.read_text(encoding="utf-8"))
    ignored = [f"--ignore={path}" for path in files]
    return int(pytest.main(["-q", "-p", "no:cacheprovider", *ignored, *paths, *rest]))


if __name__ == "__main__":
    sys.exit(main())
