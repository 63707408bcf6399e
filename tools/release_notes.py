"""Print the changelog entry of a release, for the page of the release.

    python tools/release_notes.py v0.2.0

Fails unless the tag, `python/wordkin/_version.py` and the newest entry of `CHANGELOG.md` have the same version, and the
entry has a date.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADING = re.compile(r"^## (?P<version>\S+) \((?P<date>[^)]+)\)$", re.MULTILINE)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tag", help="name of the tag, the version after a `v`")
    tag = parser.parse_args().tag
    code = (ROOT / "python/wordkin/_version.py").read_text(encoding="utf-8")
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    problem = version_problem(tag, code, changelog)
    if problem:
        print(problem, file=sys.stderr)
        return 1
    print(newest_entry(changelog))
    return 0


def version_problem(tag: str, code: str, changelog: str) -> str | None:
    """Return why a tag cannot be released, if so."""
    newest = HEADING.search(changelog)
    if newest is None:
        return "CHANGELOG.md has no entry such as `## 0.2.0 (2027-03-01)`"
    if f'__version__ = "{tag.removeprefix("v")}"' not in code.splitlines() or not tag.startswith("v"):
        return f"the tag must be v and the version in python/wordkin/_version.py, got {tag}"
    if newest["version"] != tag.removeprefix("v"):
        return f"the newest entry of CHANGELOG.md must be of {tag.removeprefix('v')}, got {newest['version']}"
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", newest["date"]):
        return f"the entry of {newest['version']} in CHANGELOG.md must have a date, got ({newest['date']})"
    return None


def newest_entry(changelog: str) -> str:
    """Return the text of the first entry, without its heading."""
    headings = [*HEADING.finditer(changelog)]
    end = headings[1].start() if len(headings) > 1 else len(changelog)
    return changelog[headings[0].end() : end].strip()


if __name__ == "__main__":
    sys.exit(main())
