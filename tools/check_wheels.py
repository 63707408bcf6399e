"""Check distribution files before they are published: their names, contents, metadata and what they need of a system.

    python tools/check_wheels.py dist

Besides the checks here, it runs twine, check-wheel-contents, abi3audit (for wheels of the stable ABI) and, for Linux
wheels, auditwheel. Needs the packages of the dependency group `release`.
"""

from __future__ import annotations

import argparse
import email
import json
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from interpreters import ROOT

LARGEST = 2_210_000  # bytes; bench/records has the sizes of wheels
LICENCES = sorted(["LICENSE", *(f"LICENSES/{path.name}" for path in (ROOT / "LICENSES").glob("*.txt"))])
# Files of a checkout that a source distribution does not have.
NOT_IN_SOURCES = (".ci/", ".github/")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path, help="wheels, source distributions, or folders of them")
    args = parser.parse_args()
    files = sorted(file for path in args.files for file in (path.iterdir() if path.is_dir() else [path]))
    wheels = [file for file in files if file.suffix == ".whl"]
    sources = [file for file in files if file.name.endswith(".tar.gz")]
    if not wheels and not sources:
        parser.error(f"no wheel or source distribution in {', '.join(map(str, args.files))}")
    problems = [f"{wheel.name}: {problem}" for wheel in wheels for problem in wheel_problems(wheel)]
    problems += [f"{source.name}: {problem}" for source in sources for problem in source_problems(source)]
    problems += list(tool_problems(wheels, sources))
    for file in [*wheels, *sources]:
        print(f"{file.stat().st_size / 1e6:.2f} MB  {file.name}")
    print(*problems or [f"{len(wheels)} wheels and {len(sources)} source distributions are in order"], sep="\n")
    return bool(problems)


def wheel_problems(wheel: Path) -> Iterator[str]:
    """Yield what is wrong with the contents and the metadata of one wheel."""
    if wheel.stat().st_size > LARGEST:
        yield f"{wheel.stat().st_size / 1e6:.2f} MB, at most {LARGEST / 1e6:.2f} MB are meant to be"
    _, version, python, abi, platform = wheel.name.removesuffix(".whl").split("-")
    if platform.startswith("linux_"):
        yield "a linux_* wheel is for the machine that built it"
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        info = f"wordkin-{version}.dist-info"
        metadata = email.message_from_bytes(archive.read(f"{info}/METADATA"))
        yield from _metadata_problems(metadata, version)
        for licence in LICENCES:
            if f"{info}/licenses/{licence}" not in names:
                yield f"the licence {licence} is missing"
        modules = [name for name in names if re.search(r"\.(so|pyd)$", name)]
        if [name.split(".")[0] for name in modules] != ["wordkin/_core"]:
            yield f"compiled modules must be wordkin/_core alone, got {modules}"
        elif not _suffix_fits(modules[0], python, abi, platform):
            yield f"{modules[0]} is not imported by {python}-{abi} on {platform}"
        elif b"msvcp140.dll" in archive.read(modules[0]).lower():
            yield f"{modules[0]} needs msvcp140.dll, which neither Windows nor Python has"
        yield from _file_problems({name for name in names if not name.startswith(f"{info}/")} - {*modules})
        yield from _sbom_problems(names, archive, info, version)


def _file_problems(names: set[str]) -> Iterator[str]:
    """Yield which files of the package are missing, and which are not its own."""
    folder = ROOT / "python"
    expected = {
        path.relative_to(folder).as_posix()
        for path in (folder / "wordkin").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix not in (".so", ".pyd", ".pyc")
    }
    for name in sorted(expected - names):
        yield f"{name} is missing"
    for name in sorted(names - expected):
        yield f"{name} does not belong there"


def _metadata_problems(metadata: email.message.Message, version: str) -> Iterator[str]:
    if metadata["Version"] != version or version != _source_version():
        yield f"version {metadata['Version']}, but python/wordkin/_version.py has {_source_version()}"
    if not metadata.get_all("Project-URL"):
        yield "no project URLs"


def _source_version() -> str:
    text = (ROOT / "python/wordkin/_version.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "(.+)"$', text, re.MULTILINE)
    assert found is not None
    return found[1]


def _suffix_fits(module: str, python: str, abi: str, platform: str) -> bool:
    """Return whether a module has the file name that this Python looks for on this platform."""
    number = python.removeprefix("cp") + "t" * abi.endswith("t")
    machine = re.sub(r"^.*?(x86_64|aarch64|arm64|amd64|universal2)$", r"\1", platform)
    systems = {"manylinux": f"-{machine}-linux-gnu", "musllinux": f"-{machine}-linux-musl", "macosx": "-darwin"}
    system = systems.get(platform.partition("_")[0])
    expected = f".cp{number}-{platform}.pyd" if system is None else f".cpython-{number}{system}.so"
    return module.endswith(expected)


def _sbom_problems(names: list[str], archive: zipfile.ZipFile, info: str, version: str) -> Iterator[str]:
    path = f"{info}/sboms/wordkin.cdx.json"
    if path not in names:
        yield "no software bill of materials"
        return
    bill = json.loads(archive.read(path))
    if bill["metadata"]["component"]["version"] != version:
        yield f"the bill of materials is of version {bill['metadata']['component']['version']}"
    components = {component["name"]: component["version"] for component in bill["components"]}
    if not re.fullmatch(r"\d+\.\d+\.\d+", components.get("pybind11", "")):
        yield f"the bill of materials has no version of pybind11: {components}"


def source_problems(source: Path) -> Iterator[str]:
    """Yield what is missing in a source distribution."""
    with tarfile.open(source) as archive:
        names = [name.partition("/")[2] for name in archive.getnames()]
    for needed in sorted(_needed_sources() - {*names}):
        yield f"{needed} is missing"
    for name in names:
        if re.search(r"\.(so|pyd|o|whl)$|(^|/)(build|__pycache__|\.git|\.ci)/", name):
            yield f"{name} does not belong there"


def _needed_sources() -> set[str]:
    """Return the files of the checkout, or what there must be at least if this is not one."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    files = listed.stdout.splitlines() if listed.returncode == 0 else ["CMakeLists.txt", "README.md", *LICENCES]
    return {name for name in files if not name.startswith(NOT_IN_SOURCES)}


def tool_problems(wheels: list[Path], sources: list[Path]) -> Iterator[str]:
    """Yield the output of the tools that find something."""
    commands: list[list[str | Path]] = [["twine", "check", "--strict", *wheels, *sources]]
    if wheels:
        commands.append(["check-wheel-contents", *wheels])
    commands += [["abi3audit", "--strict", wheel] for wheel in wheels if "-abi3" in wheel.name]
    for command in commands:
        yield from _findings(command)
    for wheel in wheels:
        if "linux" in wheel.name:
            yield from auditwheel_problems(wheel)


def _findings(command: list[str | Path]) -> Iterator[str]:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="locale", check=False)
    if done.returncode != 0:
        yield f"{' '.join(map(str, command[:2]))}: {done.stdout}"


def auditwheel_problems(wheel: Path) -> Iterator[str]:
    """Yield how the name of a Linux wheel differs from what auditwheel finds in it."""
    command = ["auditwheel", "show", "--json", wheel]
    done = subprocess.run(command, capture_output=True, encoding="locale", check=False)
    if done.returncode != 0:
        yield f"{wheel.name}: auditwheel: {done.stdout}{done.stderr}"
        return
    report = json.loads(done.stdout)
    name = re.search(r"-((?:many|musl)linux)_(\d+)_(\d+)_\w+\.whl$", wheel.name)
    needed = re.match(r"((?:many|musl)linux)_(\d+)_(\d+)_", report["overall_tag"])
    if name is None or needed is None or needed[1] != name[1]:
        yield f"{wheel.name}: auditwheel calls it {report['overall_tag']}"
    elif (int(needed[2]), int(needed[3])) > (int(name[2]), int(name[3])):
        yield f"{wheel.name}: needs {report['overall_tag']}"
    if report["external_libs"]:
        yield f"{wheel.name}: needs libraries that not all systems have: {', '.join(report['external_libs'])}"
    if report["unsupported_isa"]:
        yield f"{wheel.name}: needs an instruction set that not all machines have"


if __name__ == "__main__":
    sys.exit(main())
