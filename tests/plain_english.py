"""Report wording that this project's texts avoid, and misspellings.

    python tests/plain_english.py                      # everything
    python tests/plain_english.py python/wordkin/elmo  # some files or folders
    python tests/plain_english.py --count              # findings per folder

The list of patterns is `plain_english.txt` beside this script. Spelling is checked by codespell, which has its
settings in `pyproject.toml`. The exit status is 1 if there are findings.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIST = Path(__file__).with_suffix(".txt")
PAGES = ("README", "CHANGELOG", "CONTRIBUTING", "ARCHITECTURE", "RELEASE", "SECURITY")
CHECKED = (*(f"{name}.md" for name in PAGES), "docs", "python", "cpp", "tests", "bench", "tools")
SUFFIXES = {".md", ".py", ".pyi", ".h", ".c", ".cpp", ".toml", ".yml"}
# Where a phrase may be wrapped: the end of a line, and the comment mark of the next one.
WRAPPED = r"(?:[ \t]+|[ \t]*\n[ \t]*(?:#|//|\*)?[ \t]*)"


def patterns() -> list[tuple[re.Pattern[str], str]]:
    """Return the compiled patterns and what to write instead."""
    compiled = []
    for line in LIST.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            pattern, separator, advice = line.partition(" => ")
            if not separator:
                raise ValueError(f"{LIST.name}: a line must be `pattern => advice`, got {line!r}")
            compiled.append((re.compile(allow_wrapping(pattern), re.IGNORECASE | re.MULTILINE), advice))
    return compiled


def allow_wrapping(pattern: str) -> str:
    """Let the spaces of a pattern match line breaks, except where Python needs a fixed width or a set."""
    parts = re.split(r"(\(\?<[!=][^)]*\)|\[[^]]*\])", pattern)
    return "".join(part if index % 2 else part.replace(" ", WRAPPED) for index, part in enumerate(parts))


def files_in(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.suffix in SUFFIXES and not file.resolve().is_relative_to(ROOT / "docs" / "examples"):
                yield file


def findings(file: Path, searched: list[tuple[re.Pattern[str], str]]) -> list[tuple[int, str, str]]:
    """Return line number, matched text and advice for each match in a file."""
    text = file.read_text(encoding="utf-8")
    found = []
    for pattern, advice in searched:
        for match in pattern.finditer(text):
            found.append((text.count("\n", 0, match.start()) + 1, " ".join(match.group().split()), advice))
    return sorted(found)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="*", type=Path, help="files or folders (default: the whole project)")
    parser.add_argument("--count", action="store_true", help="print the number of findings per folder only")
    options = parser.parse_args()
    paths = options.paths or [ROOT / name for name in CHECKED if (ROOT / name).exists()]
    searched = patterns()
    counts: Counter[str] = Counter()
    files = list(files_in(paths))
    for file in files:
        relative = file.resolve().relative_to(ROOT) if file.resolve().is_relative_to(ROOT) else file
        for line, text, advice in findings(file, searched):
            counts[relative.parent.as_posix()] += 1
            if not options.count:
                print(f"{relative}:{line}: {text!r}: write {advice}")
    for folder, count in sorted(counts.items()):
        print(f"{count:6d} in {folder}", file=sys.stdout if options.count else sys.stderr)
    spelling = subprocess.run(["codespell", *map(str, files)], cwd=ROOT, check=False)
    return int(bool(counts) or spelling.returncode != 0)


if __name__ == "__main__":
    sys.exit(main())
