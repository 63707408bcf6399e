"""Description of the machine and the versions that a benchmark ran with."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path
from typing import Any

import numpy as np

import wordkin

__all__ = ["commit", "describe", "has_amx", "machine", "seconds_of_others", "print_description", "versions"]

ROOT = Path(__file__).resolve().parent.parent
GIB = 1 << 30


def machine(name: str | None = None) -> dict[str, Any]:
    """Return what stays the same between runs on a machine, and what the report calls it."""
    return {
        "name": name or _cpu().partition(",")[0],
        "cpu": _cpu(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "isas": wordkin.show_config()["available_isas"],
        "memory_gib": _memory_gib(),
        "system": f"{platform.system()} {platform.release()}",
    }


def versions() -> dict[str, str]:
    """Return the versions of wordkin, of the compiler that built it, and of what runs in the same process."""
    config = wordkin.show_config()
    return {
        "wordkin": config["version"],
        "compiler": config["compiler"],
        "python": platform.python_version(),
        "numpy": np.__version__,
    }


def describe() -> dict[str, Any]:
    """Return the machine, the versions and the commit, which every benchmark prints first."""
    return {**machine(), "versions": versions(), "isa": wordkin.show_config()["isa"], "commit": commit()}


def print_description() -> None:
    """Print the entries of `describe()`, one per line."""
    for name, value in describe().items():
        print(f"# {name}: {value}")


def has_amx() -> bool:
    """Return whether wordkin uses AMX for bfloat16 products on this machine."""
    return bool(wordkin.show_config()["bfloat16"] == "amx")


def commit() -> str:
    """Return the commit of the checkout, with `-dirty` if files were changed since."""
    try:
        done = subprocess.run(
            ["git", "-C", str(ROOT), "describe", "--always", "--dirty"],
            capture_output=True,
            encoding="locale",
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()


def seconds_of_others() -> float | None:
    """Return the processor time of the whole machine but for this process and its ended children, in seconds.

    The difference of two calls is what other programs and other guests of the host took in between; None where the
    system does not say.
    """
    try:
        first = Path("/proc/stat").read_text(encoding="utf-8").split("\n", 1)[0].split()
    except OSError:
        return None
    user, nice, system, _, _, interrupts, soft_interrupts, stolen = map(int, first[1:9])
    busy = user + nice + system + interrupts + soft_interrupts + stolen
    times = os.times()
    return busy / os.sysconf("SC_CLK_TCK") - (times.user + times.system + times.children_user + times.children_system)


def _cpu() -> str:
    """Return the model name; family and model distinguish processors to which virtual machines give the same name."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown"
    found = {}
    for line in lines:
        name, _, value = line.partition(":")
        found.setdefault(name.strip(), value.strip())
    name = found.get("model name", "unknown")
    return f"{name}, family {found['cpu family']}, model {found['model']}" if "cpu family" in found else name


def _memory_gib() -> int | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIB)
    except (AttributeError, ValueError):
        return None
