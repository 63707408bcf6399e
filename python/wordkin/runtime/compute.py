"""What this machine offers to wordkin, and what of it is used: instruction set and number of workers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from .. import _core
from .options import integer_option

__all__ = ["available_isas", "available_workers", "choose_isa", "memory_limit", "requested_workers", "show_config"]

MAX_ISA_VARIABLE = "WORDKIN_MAX_ISA"


def available_isas() -> list[str]:
    """Instruction sets that both this build and this machine have, the fastest last.

    Examples
    --------
    >>> "baseline" in available_isas()
    True
    """
    return list(_core.kernels.available_isas())


def choose_isa(max_isa: str | None = None) -> str:
    """Return the best instruction set not above `max_isa` (default: the environment's ``WORDKIN_MAX_ISA``, else any).

    Raises
    ------
    ValueError
        If `max_isa` is no instruction set known to wordkin.

    Examples
    --------
    >>> choose_isa("baseline")
    'baseline'
    """
    source = "max_isa"
    if max_isa is None:
        max_isa = os.environ.get(MAX_ISA_VARIABLE) or None
        source = MAX_ISA_VARIABLE
    available = available_isas()
    if max_isa is None:
        return available[-1]
    known = list(_core.kernels.known_isas())
    if max_isa not in known:
        raise ValueError(f"{source} must be one of {', '.join(known)}, got {max_isa!r}")
    allowed = known[: known.index(max_isa) + 1]
    return [isa for isa in available if isa in allowed][-1]


def available_workers() -> int:
    """Return the number of cores that this process may use: CPU affinity and the cgroup's CPU quota, at least 1.

    Examples
    --------
    >>> available_workers() >= 1
    True
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = _cgroup_cpu_quota()
    return max(1, cores if quota is None else min(cores, int(quota)))


def requested_workers(workers: Any) -> int:
    """Return the number of threads: as given, or as many as this process may use.

    Raises
    ------
    TypeError, ValueError
        If it is neither None nor an integer from 1 to 4096.

    Examples
    --------
    >>> requested_workers(2)
    2
    """
    return available_workers() if workers is None else integer_option("workers", workers, 1, 4096)


def _cgroup_cpu_quota(root: Path = Path("/sys/fs/cgroup")) -> float | None:
    """CPUs' worth of time that the cgroup allows (version 2, then version 1); None where there is no limit."""
    try:
        quota, period = (root / "cpu.max").read_text().split()
    except (OSError, ValueError):
        try:
            quota = (root / "cpu/cpu.cfs_quota_us").read_text().strip()
            period = (root / "cpu/cpu.cfs_period_us").read_text().strip()
        except OSError:
            return None
    try:
        cpus = int(quota) / int(period)
    except (ValueError, ZeroDivisionError):  # "max": no limit
        return None
    return cpus if cpus > 0 else None


def memory_limit(cgroup: Path = Path("/sys/fs/cgroup"), meminfo: Path = Path("/proc/meminfo")) -> int | None:
    """Return the bytes that this process can use at most: memory and swap, or the cgroup's limit; None if unknown.

    Examples
    --------
    >>> limit = memory_limit()
    """
    limits = []
    try:
        sizes = dict(line.split(":", 1) for line in meminfo.read_text().splitlines())
        limits.append(1024 * sum(int(sizes[name].split()[0]) for name in ("MemTotal", "SwapTotal")))
    except (OSError, ValueError, KeyError):
        pass
    for name in ("memory.max", "memory/memory.limit_in_bytes"):  # version 2, then version 1
        try:
            limits.append(int((cgroup / name).read_text()))
        except (OSError, ValueError):  # ValueError: "max", no limit
            continue
    return min(limits, default=None)


def show_config() -> dict[str, Any]:
    """Return what wordkin would use now: version, instruction sets, workers, compiler.

    `bfloat16` tells how products in that precision are made: with instructions of the CPU ("amx", "avx512bf16"), or in
    float32 from operands that are "widened" as they are read.

    Examples
    --------
    >>> sorted(show_config())
    ['available_isas', 'bfloat16', 'compiler', 'isa', 'version', 'workers']
    """
    from .._version import __version__

    isa = choose_isa()
    return {
        "version": __version__,
        "isa": isa,
        "bfloat16": isa if isa in ("amx", "avx512bf16") else "widened",
        "available_isas": available_isas(),
        "workers": available_workers(),
        "compiler": _core.compiler,
    }
