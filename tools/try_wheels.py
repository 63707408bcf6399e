"""Try Linux wheels in bare environments: no compiler, no source, no package besides NumPy, tqdm and the test runner.

    python tools/try_wheels.py dist                     # those for this machine, with all CPythons found
    python tools/try_wheels.py dist --emulate bookworm  # aarch64 ones, with Python 3.11 of Debian 12 and qemu

Each wheel is installed by uv into a new environment, and tools/try_installed.py runs there with that environment alone
on PATH. Prints a line per wheel; the outputs are in build/try. A wheel for which there is no interpreter is reported.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from arm64_python import VERSIONS, unpacked_python
from interpreters import ROOT, find_interpreters

TESTS = ("pytest", "hypothesis")
EMULATED = "aarch64"


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One wheel with the command that runs Python, and the options of `uv pip install` for it."""

    wheel: Path
    python: Path
    emulated: bool


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder of wheels")
    parser.add_argument("--python", type=Path, action="append", default=[], help="another interpreter, or its folder")
    parser.add_argument("--emulate", nargs="+", choices=VERSIONS, default=[], help="Debian suites of aarch64 Pythons")
    args = parser.parse_args()
    wheels = sorted(args.folder.glob("*.whl"))
    failed = 0
    tried = set()
    for trial in trials(wheels, args.python, args.emulate):
        tried.add(trial.wheel)
        started = time.monotonic()
        log = ROOT / "build" / "try" / f"{trial.wheel.stem}.txt"
        status = run(trial, log)
        failed += status != 0
        lines = log.read_text(encoding="utf-8").splitlines() or [""]
        took = f"{time.monotonic() - started:.0f} s"
        print(f"{'FAILED' if status else 'passed'}  {trial.wheel.name}  {took}  {lines[-1]}", flush=True)
    for wheel in wheels:
        if wheel not in tried:
            print(f"not tried  {wheel.name}: no interpreter for it")
    return 1 if failed or not tried else 0


def trials(wheels: list[Path], extra: list[Path], suites: list[str]) -> Iterator[Trial]:
    """Yield the trials that this machine can make."""
    interpreters = {found.tag: found for found in find_interpreters(extra)}
    emulators = {f"cp{VERSIONS[suite].replace('.', '')}": suite for suite in suites}
    for wheel in wheels:
        _, _, python, abi, platform = wheel.stem.split("-")
        if platform.endswith(os.uname().machine):
            if f"{python}-{abi}" in interpreters:
                yield Trial(wheel=wheel, python=interpreters[f"{python}-{abi}"].path, emulated=False)
        elif platform.endswith(EMULATED) and python == abi and python in emulators:
            yield Trial(wheel=wheel, python=unpacked_python(emulators[python]), emulated=True)


def run(trial: Trial, log: Path) -> int:
    """Install the wheel into a new environment and try it there; return the exit status."""
    environment = log.with_suffix("")
    shutil.rmtree(environment, ignore_errors=True)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w", encoding="utf-8") as output:
        for command, variables in _commands(trial, environment):
            status = subprocess.run(command, env=variables, stdout=output, stderr=subprocess.STDOUT).returncode
            if status != 0:
                return status
    shutil.rmtree(environment, ignore_errors=True)
    return 0


def _commands(trial: Trial, environment: Path) -> Iterator[tuple[list[str | Path], dict[str, str]]]:
    """Yield the commands of a trial with their environment variables."""
    install = ["uv", "pip", "install", "--quiet", "--only-binary", ":all:", *TESTS, trial.wheel]
    script = ROOT / "tools" / "try_installed.py"
    if trial.emulated:
        # An emulated interpreter cannot start itself, which creating an environment does: the packages go to a folder.
        version = trial.python.name.removeprefix("python")
        platform = ["--python-platform", "aarch64-manylinux_2_28", "--python-version", version]
        yield [*install, *platform, "--target", environment], dict(os.environ)
        variables = {"PATH": os.environ["PATH"], "PYTHONPATH": str(environment), "PYTHONDONTWRITEBYTECODE": "1"}
        yield [trial.python, script, "--smallest"], variables
    else:
        yield ["uv", "venv", "--quiet", "--python", trial.python, environment], dict(os.environ)
        yield [*install, "--python", environment], dict(os.environ)
        variables = {"PATH": str(environment / "bin"), "PYTHONDONTWRITEBYTECODE": "1"}
        yield [environment / "bin" / "python", script], variables


if __name__ == "__main__":
    sys.exit(main())
