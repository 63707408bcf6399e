"""Unpack CPython for aarch64 from Debian's packages, to run aarch64 wheels in an emulator on a Debian machine.

    python tools/arm64_python.py bookworm trixie  # Python 3.11 and 3.13

Prints a program for each, to be used like `python3`: it calls qemu-aarch64-static, of the package qemu-user-static. The
files go to build/arm64. Nothing is installed and no foreign architecture is added to the machine.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from interpreters import ROOT

VERSIONS = {"bookworm": "3.11", "trixie": "3.13", "sid": "3.14"}
MIRROR = "http://deb.debian.org/debian"
KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg"
EMULATOR = "qemu-aarch64-static"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suites", nargs="+", choices=VERSIONS)
    for suite in parser.parse_args().suites:
        print(unpacked_python(suite))


def unpacked_python(suite: str) -> Path:
    """Unpack the Python of a Debian suite with all that it needs, and return the program that runs it."""
    folder = ROOT / "build" / "arm64" / suite
    program = folder / f"python{VERSIONS[suite]}"
    if not program.exists():
        packages = _download(folder / "apt", suite)
        root = folder / "root"
        for name in ("bin", "lib", "sbin"):  # Debian's packages expect these links
            (root / "usr" / name).mkdir(parents=True, exist_ok=True)
            if not (root / name).exists():
                (root / name).symlink_to(f"usr/{name}")
        for package in packages:
            _unpack(package, root)
        interpreter = root / "usr" / "bin" / program.name
        program.write_text(f'#!/bin/sh\nexec {EMULATOR} -L "{root}" "{interpreter}" "$@"\n', encoding="utf-8")
        program.chmod(0o755)
    return program


def _download(folder: Path, suite: str) -> list[Path]:
    """Download the packages of Python and of what it depends on, with apt's own state in a folder."""
    for name in ("lists/partial", "archives/partial"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    sources = folder / "sources.list"
    sources.write_text(f"deb [arch=arm64 signed-by={KEYS}] {MIRROR} {suite} main\n", encoding="utf-8")
    status = folder / "status"
    status.touch()
    settings = {
        "APT::Architecture": "arm64",
        "APT::Architectures": "arm64",
        "APT::Sandbox::User": "root",
        "Dir::Etc::SourceList": sources,
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::State": folder,
        "Dir::State::Lists": folder / "lists",
        "Dir::State::Status": status,
        "Dir::Cache": folder,
    }
    apt = ["apt-get", "--quiet", *(f"-o{name}={value}" for name, value in settings.items())]
    packages = [f"python{VERSIONS[suite]}", "libstdc++6"]  # NumPy needs the latter
    install = ["install", "--yes", "--no-install-recommends", "--download-only", *packages]
    for command in (["update"], install):
        done = subprocess.run([*apt, *command], capture_output=True, encoding="locale", check=False)
        if done.returncode != 0:
            raise SystemExit(f"apt-get {command[0]} failed:\n{done.stdout[-2000:]}{done.stderr}")
    return sorted((folder / "archives").glob("*.deb"))


def _unpack(package: Path, root: Path) -> None:
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", package], stdout=subprocess.PIPE) as reader:
        extract = ["tar", "--extract", "--keep-directory-symlink", "--no-same-owner", "--directory", root]
        subprocess.run(extract, stdin=reader.stdout, check=True)
    if reader.returncode != 0:
        sys.exit(f"{package} cannot be read")


if __name__ == "__main__":
    main()
