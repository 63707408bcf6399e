"""Run the code of a page from start to end, and compare what it prints with the output that the page shows.

    python tests/pages.py docs/tutorials/phrases.md          # run one page, or several
    python tests/pages.py --write docs/tutorials/phrases.md  # and replace the outputs shown by those printed

Fenced blocks of Python and of shell commands run in the order of the page, in an empty folder; all Python of a page
shares one namespace. A `text` block directly after another block shows its output: integers and words must be equal,
decimal fractions equal within a twentieth, since instruction sets round differently, and `...` stands for anything.
HTML comments hold what readers do not see:

- a comment around a block: code that runs, such as the data that a page takes for granted;
- `<!-- needs: spacy -->`: packages without which a page is not run;
- `<!-- in tests: 30 * 60 => 5 -->`: a replacement in the code, where the page takes longer than a test may;
- `<!-- not run: reason -->` before a block, and `<!-- not compared: reason -->` before an output.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import wordkin

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
SHOWN_ONLY = frozenset({"text", "diff", "json", "toml", "bibtex"})
FENCE = re.compile(
    r"(?P<skipped><!-- not (?:run|compared): [^>]+ -->\n)?"
    r"^(?P<mark>`{3,})(?P<language>[^\n]*)\n(?P<code>.*?)^(?P=mark)$",
    re.DOTALL | re.MULTILINE,
)
NEEDS = re.compile(r"<!-- needs: (.+?) -->")
REPLACED = re.compile(r"<!-- in tests: (.+?) => (.+?) -->")
NUMBER = re.compile(r"-?\d+\.\d+(?:e[-+]?\d+)?")
TOLERANCE = 0.05
SECONDS = 600

# Runs in the folder of a page: blocks as JSON on standard input, what each has printed as JSON on standard output.
DRIVER = """
import contextlib, io, json, subprocess, sys

namespace = {"__name__": "__main__"}
shell = 'set -e\\nwordkin() { "$PYTHON" -m wordkin "$@"; }\\npython() { "$PYTHON" "$@"; }\\n'
printed = []
for number, (language, code) in enumerate(json.load(sys.stdin)):
    if language == "sh":
        done = subprocess.run(["/bin/sh", "-c", shell + code], stdout=subprocess.PIPE, encoding="utf-8")
        if done.returncode:
            sys.exit(f"status {done.returncode} of\\n{code}")
        printed.append(done.stdout)
    else:
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            exec(compile(code, f"block {number + 1}", "exec"), namespace)
        printed.append(output.getvalue())
json.dump(printed, sys.stdout)
"""


@dataclass(frozen=True, kw_only=True)
class Block:
    """A block of code that runs, and the output that the page shows for it."""

    language: str
    code: str
    output: str | None = None
    output_at: tuple[int, int] = (0, 0)  # positions of the output in the page
    compared: bool = True  # with what the block prints


def blocks_of(text: str) -> list[Block]:
    """Return the blocks of a page that run.

    Raises
    ------
    ValueError
        If a block is in a language that is neither run nor known.
    """
    found: list[Block] = []
    end = -1  # of the last block that runs
    for fence in FENCE.finditer(text):
        language = fence["language"].strip()
        if language in ("python", "sh"):
            if not fence["skipped"]:
                found.append(Block(language=language, code=fence["code"]))
                end = fence.end()
        elif language == "text" and end >= 0 and not text[end : fence.start()].strip():
            found[-1] = replace(
                found[-1], output=fence["code"], output_at=fence.span("code"), compared=not fence["skipped"]
            )
        elif language not in SHOWN_ONLY and not language.startswith("{"):
            raise ValueError(f"blocks must be in a known language, got {language!r}")
    return found


def missing_packages(text: str) -> list[str]:
    """Return the packages that a page needs and that are not installed; "sh" where there is no POSIX shell."""
    needed = [name.strip() for names in NEEDS.findall(text) for name in names.split(",")]
    missing = [name for name in needed if importlib.util.find_spec(name) is None]
    if os.name == "nt" and any(block.language == "sh" for block in blocks_of(text)):
        missing.append("sh")
    return missing


def run_blocks(text: str, folder: Path) -> list[str]:
    """Run the blocks of a page in a folder and return what each has printed.

    Raises
    ------
    AssertionError
        If a block fails or a warning is printed.
    """
    replaced = REPLACED.findall(text)
    programs = []
    for block in blocks_of(text):
        code = block.code
        for before, after in replaced:
            code = code.replace(before, after)
        programs.append((block.language, code))
    environment = {
        # Other libraries open their files with the encoding of the locale.
        **{name: value for name, value in os.environ.items() if name != "PYTHONWARNDEFAULTENCODING"},
        "PYTHONPATH": str(Path(wordkin.__file__).resolve().parent.parent),
        "PYTHONIOENCODING": "utf-8",
        "PYTHON": sys.executable,
        "MPLBACKEND": "agg",
    }
    done = subprocess.run(
        [sys.executable, "-c", DRIVER], input=json.dumps(programs), cwd=folder, env=environment, capture_output=True,
        encoding="utf-8", timeout=SECONDS, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr, done.stderr
    printed: list[str] = json.loads(done.stdout)
    return printed


def agrees(shown: str, printed: str) -> bool:
    """Whether a block printed what its page shows, up to whitespace and the rounding of decimal fractions."""
    parts = re.split(r"(-?\d+\.\d+(?:e[-+]?\d+)?|\.\.\.|\s+)", shown.strip())
    pattern = "".join(
        f"({NUMBER.pattern})" if NUMBER.fullmatch(part)
        else r"(?:.*?)" if part == "..."
        else r"\s+" if part.isspace()
        else re.escape(part)
        for part in parts
    )  # fmt: skip
    match = re.fullmatch(pattern, printed.strip(), re.DOTALL)
    expected = [float(number) for number in NUMBER.findall(shown)]
    return match is not None and all(
        abs(float(got) - number) <= TOLERANCE * max(1.0, abs(number))
        for got, number in zip(match.groups(), expected, strict=True)
    )


def check_page(page: Path, folder: Path) -> None:
    """Run a page in a folder and compare the outputs that it shows.

    Raises
    ------
    AssertionError
        If a block fails or prints something else.
    """
    text = page.read_text(encoding="utf-8")
    for block, printed in zip(blocks_of(text), run_blocks(text, folder), strict=True):
        assert block.output is None or not block.compared or agrees(block.output, printed), (
            f"{page.name} shows\n{block.output}but\n{block.code}prints\n{printed}"
        )


def write_outputs(page: Path, folder: Path) -> None:
    """Run a page in a folder and put the outputs of its blocks into it."""
    text = page.read_text(encoding="utf-8")
    written = text
    for block, printed in reversed(list(zip(blocks_of(text), run_blocks(text, folder), strict=True))):
        if block.output is not None and not (block.compared and agrees(block.output, printed)):
            begin, end = block.output_at
            written = f"{written[:begin]}{printed.rstrip()}\n{written[end:]}"
    page.write_text(written, encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="*", type=Path, default=PAGES, help="pages (default: README.md, docs/)")
    parser.add_argument("--write", action="store_true", help="replace the outputs shown by those printed")
    options = parser.parse_args()
    failed = 0
    for page in options.pages:
        missing = missing_packages(page.read_text(encoding="utf-8"))
        if missing:
            print(f"{page}: not run, needs {', '.join(missing)}")
            continue
        with tempfile.TemporaryDirectory() as folder:
            try:
                (write_outputs if options.write else check_page)(page, Path(folder))
                print(f"{page}: ok")
            except AssertionError as error:
                failed += 1
                print(f"{page}: {error}")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
