"""Find the CPython interpreters of this machine for which wheels are built.

    python tools/interpreters.py            # list them
    python tools/interpreters.py /opt/py314 # those of a folder as well

Found are `python3.*` in the folders of PATH, in `~/.pyenv/versions`, where `uv python install` puts them, and in
the files and folders that the environment variable WORDKIN_PYTHONS lists, separated as in PATH.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import tomllib

ROOT = Path(__file__).resolve().parent.parent
VARIABLE = "WORDKIN_PYTHONS"
INSTALLED = (
    Path.home() / ".pyenv/versions",
    Path(os.environ.get("UV_PYTHON_INSTALL_DIR", Path.home() / ".local/share/uv/python")),
)
QUESTION = """
import json, sys, sysconfig
print(json.dumps([sys.implementation.name, list(sys.version_info[:3]), sys.version_info.releaselevel,
                  bool(sysconfig.get_config_var("Py_GIL_DISABLED")), sysconfig.get_config_var("SOABI") or "",
                  sys.executable, sysconfig.get_path("include")]))
"""


@dataclass(frozen=True, kw_only=True, order=True)
class Interpreter:
    """A CPython with the headers that building an extension module needs."""

    version: tuple[int, int, int]
    free_threaded: bool
    path: Path
    soabi: str

    @property
    def tag(self) -> str:
        """The Python and ABI tag of its wheels, such as `cp314-cp314t`."""
        python = f"cp{self.version[0]}{self.version[1]}"
        return f"{python}-{python}{'t' * self.free_threaded}"


def find_interpreters(extra: Iterable[Path] = ()) -> list[Interpreter]:
    """Return the newest interpreter of each tag, in the order of their versions."""
    newest: dict[str, Interpreter] = {}
    for path in _candidates(extra):
        found = _ask(path)
        if found is not None and found.version >= _oldest_version():
            newest[found.tag] = max(found, newest.get(found.tag, found))
    return sorted(newest.values())


def _oldest_version() -> tuple[int, int, int]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    major, minor = project["requires-python"].removeprefix(">=").split(".")
    return int(major), int(minor), 0


def _candidates(extra: Iterable[Path]) -> Iterator[Path]:
    listed = [Path(entry) for entry in os.environ.get(VARIABLE, "").split(os.pathsep) if entry]
    folders = [Path(entry) for entry in os.environ.get("PATH", "").split(os.pathsep) if entry]
    folders += [version / "bin" for parent in INSTALLED if parent.is_dir() for version in sorted(parent.iterdir())]
    seen = set()
    for entry in [*extra, *listed, *folders]:
        inside = [entry, entry / "bin"] if entry.is_dir() else []
        for path in [entry] if not inside else [file for folder in inside for file in folder.glob("python3*")]:
            real = path.resolve()
            if real not in seen and path.name.removeprefix("python3").strip(".0123456789t") == "":
                seen.add(real)
                yield path


def _ask(path: Path) -> Interpreter | None:
    """Return what an interpreter says of itself; None if it is not a CPython release with its headers."""
    try:
        done = subprocess.run([path, "-c", QUESTION], capture_output=True, encoding="locale", timeout=60, check=True)
        name, version, level, free_threaded, soabi, executable, headers = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    if name != "cpython" or level != "final" or not (Path(headers) / "Python.h").exists():
        return None
    return Interpreter(
        version=tuple(version), free_threaded=free_threaded, path=Path(os.path.realpath(executable)), soabi=soabi
    )


if __name__ == "__main__":
    for interpreter in find_interpreters(map(Path, sys.argv[1:])):
        print(interpreter.tag, ".".join(map(str, interpreter.version)), interpreter.path)
