"""Build Linux wheels on any Linux machine, with zig from PyPI as the compiler: no container, no C++ compiler, no root.

    nox -s wheels                                    # build, check and try wheels for every CPython of this machine
    python tools/build_wheels.py --arch x86_64 dist  # build only, into the folder dist

zig has the headers and symbol versions of every glibc, so that wheels run on all systems with glibc 2.28 or later
(manylinux_2_28), and it compiles for aarch64 as well as for x86_64. Published wheels are built by cibuildwheel, which
needs containers. Needs Python 3.11 or later and the packages of the dependency group `release`.

If CMAKE_CXX_COMPILER_LAUNCHER is set, to ccache for example, it is used.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from check_wheels import auditwheel_problems
from interpreters import ROOT, Interpreter, find_interpreters

ARCHITECTURES = ("x86_64", "aarch64")
GLIBC = (2, 28)
TOOLS = {"cc": "CC", "c++": "CXX", "ar": "AR", "ranlib": "RANLIB"}  # commands of zig, and the variables that name them


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=Path, help="folder for the wheels")
    parser.add_argument("--arch", nargs="+", choices=ARCHITECTURES, default=ARCHITECTURES)
    parser.add_argument("--python", type=Path, action="append", default=[], help="another interpreter, or its folder")
    parser.add_argument("--only", nargs="+", metavar="TAG", help="tags to build for, such as cp314-cp314t")
    args = parser.parse_args()
    interpreters = find_interpreters(args.python)
    if args.only:
        interpreters = [found for found in interpreters if found.tag in args.only]
    if not interpreters:
        parser.error("no CPython with headers was found; name one with --python")
    for interpreter in interpreters:
        for architecture in args.arch:
            print(build(interpreter, architecture, args.output), flush=True)


def build(interpreter: Interpreter, architecture: str, output: Path) -> Path:
    """Build the wheel of one interpreter and architecture, and return its path."""
    with tempfile.TemporaryDirectory() as scratch:
        _run(_build_command(interpreter, architecture, scratch), env=_environment(interpreter, architecture))
        (built,) = Path(scratch).glob("*.whl")
        return _named_manylinux(built, architecture, output)


def _build_command(interpreter: Interpreter, architecture: str, output: str) -> list[str | Path]:
    settings = {"build-dir": "build/zig/{wheel_tag}", "install.strip": "false"}
    defines = {
        "CMAKE_STRIP": "",  # that of the machine knows one architecture only
        "CMAKE_MODULE_LINKER_FLAGS": "-Wl,-s",
        "WORDKIN_PROCESSOR": architecture,
        "WORDKIN_STATIC_RUNTIME": "zig",
    }
    if launcher := os.environ.get("CMAKE_CXX_COMPILER_LAUNCHER"):
        defines["CMAKE_CXX_COMPILER_LAUNCHER"] = launcher
    settings |= {f"cmake.define.{name}": value for name, value in defines.items()}
    options = [word for name, value in settings.items() for word in ("-C", f"{name}={value}")]
    return ["uv", "build", "--wheel", "--python", interpreter.path, "--out-dir", output, *options, ROOT]


def _environment(interpreter: Interpreter, architecture: str) -> dict[str, str]:
    """Return the environment that makes build tools use zig, and names of the other platform."""
    commands = _compiler_commands(architecture)
    return {
        **os.environ,
        **{variable: str(commands / tool) for tool, variable in TOOLS.items()},
        "SOURCE_DATE_EPOCH": os.environ.get("SOURCE_DATE_EPOCH", _last_change()),
        "_PYTHON_HOST_PLATFORM": f"linux-{architecture}",
        "SETUPTOOLS_EXT_SUFFIX": f".{interpreter.soabi.replace(_machine(), architecture)}.so",
    }


def _compiler_commands(architecture: str) -> Path:
    """Write the programs `cc`, `c++`, ... that call zig, and return their folder."""
    folder = ROOT / "build" / "zig" / architecture
    folder.mkdir(parents=True, exist_ok=True)
    target = f"-target {architecture}-linux-gnu.{GLIBC[0]}.{GLIBC[1]}"
    for tool in TOOLS:
        script = folder / tool
        command = f"{shlex.quote(sys.executable)} -m ziglang {tool} {target if tool in ('cc', 'c++') else ''}"
        text = f'#!/bin/sh\nexec {command} "$@"\n'
        if (
            not script.exists() or script.read_text(encoding="utf-8") != text
        ):  # a new file would look like a new compiler
            script.write_text(text, encoding="utf-8")
            script.chmod(0o755)
    return folder


def _last_change() -> str:
    """Return the time of the last commit, so that building it again gives the same files."""
    done = subprocess.run(
        ["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, encoding="locale", check=False
    )
    return done.stdout.strip() or "1767225600"  # an unpacked source distribution: 2026-01-01


def _named_manylinux(wheel: Path, architecture: str, output: Path) -> Path:
    """Rename the wheel to manylinux, let auditwheel check that it needs no more of the system, and return its path."""
    platform = f"manylinux_{GLIBC[0]}_{GLIBC[1]}_{architecture}"
    _run([sys.executable, "-m", "wheel", "tags", "--remove", "--platform-tag", platform, wheel])
    (named,) = wheel.parent.glob("*.whl")
    if problems := list(auditwheel_problems(named)):
        raise SystemExit("\n".join(problems))
    output.mkdir(parents=True, exist_ok=True)
    return Path(shutil.move(named, output / named.name))


def _run(command: list[str | Path], env: dict[str, str] | None = None) -> None:
    done = subprocess.run(
        command, env=env, encoding="locale", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    if done.returncode != 0:
        raise SystemExit(f"failed: {shlex.join(map(str, command))}\n{done.stdout[-8000:]}")


def _machine() -> str:
    return os.uname().machine


if __name__ == "__main__":
    main()
