"""Make `wordkin._core_testing` importable: kernels and layers of the C++ core for tests and benchmarks.

No wheel contains that module. Unless it is installed (as it is by an editable installation), its first import builds it
with CMake, in the build directory in which pip has built the wheel: the core is not compiled a second time.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
MODULE = "wordkin._core_testing"
_BUILT = "WORDKIN_CORE_TESTING"  # environment variable by which the workers of pytest-xdist find the built module


class _Finder(MetaPathFinder):
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if fullname != MODULE:
            return None
        return importlib.util.spec_from_file_location(fullname, built_module())


def provide() -> None:
    """Register the build as the last resort of the import system."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.append(_Finder())


def built_module() -> Path:
    """Build the module, unless this process or its parent has done so, and return its path."""
    if _BUILT not in os.environ:
        os.environ[_BUILT] = str(_build(_build_directory()))
    return Path(os.environ[_BUILT])


def _build_directory() -> Path:
    """Return the directory of the installed wheel's build if it is in this checkout, else one for tests alone."""
    try:
        wheel = importlib.metadata.distribution("wordkin").read_text("WHEEL") or ""
    except importlib.metadata.PackageNotFoundError:
        wheel = ""
    for line in wheel.splitlines():
        if line.startswith("Tag: "):
            directory = ROOT / "build" / line.removeprefix("Tag: ")
            cache = directory / "CMakeCache.txt"
            if cache.exists() and f"CMAKE_HOME_DIRECTORY:INTERNAL={ROOT.as_posix()}\n" in cache.read_text(
                encoding="utf-8"
            ):
                return directory
    return ROOT / "build" / f"testing-{sys.implementation.cache_tag}"


def _build(directory: Path) -> Path:
    import pybind11

    cached = _cached_settings(directory)
    earlier_cmake = cached.pop("CMAKE_COMMAND", None)
    cmake = _tool("cmake", earlier_cmake)
    configure = [cmake, "-S", str(ROOT), "-B", str(directory)]
    if earlier_cmake is not None and cmake != earlier_cmake:
        configure.append("--fresh")  # keeps the objects; the cache of another CMake is not reliable
    generator = cached.pop("CMAKE_GENERATOR", None if sys.platform == "win32" else "Ninja")
    if generator is not None:
        configure += ["-G", generator]
    if generator == "Ninja":  # another version of Ninja might not read the log, and would compile everything again
        cached["CMAKE_MAKE_PROGRAM"] = _tool("ninja", cached.get("CMAKE_MAKE_PROGRAM"))
    settings = {
        **cached,
        "CMAKE_BUILD_TYPE": "Release",
        "Python_EXECUTABLE": sys.executable,
        "WORDKIN_BUILD_TESTING": "ON",
        "pybind11_DIR": pybind11.get_cmake_dir(),
    }
    _run([*configure, *(f"-D{name}={value}" for name, value in settings.items())])
    _run([cmake, "--build", str(directory), "--config", "Release", "--target", "_core_testing"])
    name = "_core_testing" + sysconfig.get_config_var("EXT_SUFFIX")
    return max(directory.rglob(name), key=lambda path: path.stat().st_mtime)


def _cached_settings(directory: Path) -> dict[str, str]:
    """Return the settings of an earlier build that decide what must be compiled again."""
    cache = directory / "CMakeCache.txt"
    if not cache.exists():
        return {}
    names = {"CMAKE_COMMAND", "CMAKE_CXX_COMPILER", "CMAKE_CXX_FLAGS", "CMAKE_GENERATOR", "CMAKE_MAKE_PROGRAM"}
    names.add("CMAKE_OSX_ARCHITECTURES")
    entries = re.findall(r"^(\w+):\w+=(.+)$", cache.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {name: value for name, value in entries if name in names}


def _tool(name: str, earlier: str | None) -> str:
    """Return the program of the earlier build if it still exists, else the one that the extra `test` installs."""
    if earlier is not None and Path(earlier).exists():
        return earlier
    scripts = sysconfig.get_path("scripts")
    found = shutil.which(name, path=os.pathsep.join([scripts, os.environ.get("PATH", os.defpath)]))
    if found is None:
        raise RuntimeError(f"building {MODULE} needs {name}: pip install '.[test]'")
    return found


def _run(command: list[str]) -> None:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="locale")
    if done.returncode != 0:
        raise RuntimeError(f"building {MODULE} failed: {' '.join(command)}\n{done.stdout[-8000:]}")
