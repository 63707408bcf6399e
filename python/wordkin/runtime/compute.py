"""Compute settings of the machine and of a call: threads, instruction set, and precision of matrix products."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from .. import _core
from .._version import __version__
from ..errors import ResourceError
from .options import choice_option, integer_option

__all__ = [
    "Compute",
    "InferencePrecision",
    "Precision",
    "available_isas",
    "available_workers",
    "choose_isa",
    "memory_limit",
    "require_available_memory",
    "requested_workers",
    "show_config",
]

MAX_ISA_VARIABLE = "WORDKIN_MAX_ISA"
MAX_WORKERS = 4096

Precision = Literal["float32", "bfloat16"]
InferencePrecision = Literal["float32", "bfloat16", "int8", "auto"]

# Instruction sets with which products of 8-bit integers are faster than those of floats, whatever their shape.
_INT8_ISAS = ("neondot", "avx2", "avxvnni", "avx512", "avx512vnni", "avx512bf16", "amx")


@dataclass(frozen=True, kw_only=True)
class Compute:
    """Compute settings of a call.

    Parameters
    ----------
    threads : int
        Number of threads (>= 1).
    isa : str
        Instruction set, one of `available_isas`.
    precision : {"float32", "bfloat16", "int8"}, default "float32"
        Precision of the operands of matrix products. Sums are float32, or exact for operands of 8-bit integers.

    Examples
    --------
    >>> Compute.choose(workers=2, max_isa="baseline")
    Compute(threads=2, isa='baseline', precision='float32')
    """

    threads: int
    isa: str
    precision: Literal["float32", "bfloat16", "int8"] = "float32"

    @classmethod
    def choose(
        cls, *, workers: int | None = None, max_isa: str | None = None, precision: InferencePrecision = "float32"
    ) -> Compute:
        """Return the settings for a call, after checking its arguments.

        Parameters
        ----------
        workers : int or None, default None
            Number of threads, from 1 to 4096; None for the number of CPUs that this process may use.
        max_isa : str or None, default None
            Highest instruction set to use; None for the value of ``WORDKIN_MAX_ISA``, or no limit.
        precision : {"float32", "bfloat16", "int8", "auto"}, default "float32"
            Precision of the operands of matrix products; "auto" for the fastest one for inference.

        Returns
        -------
        Compute
            The settings.

        Raises
        ------
        TypeError, ValueError
            If an argument has the wrong type or is out of range.
        """
        choice_option("precision", precision, get_args(InferencePrecision))
        isa = choose_isa(max_isa)
        if precision == "auto":
            precision = "int8" if isa in _INT8_ISAS else "float32"
        return cls(threads=requested_workers(workers), isa=isa, precision=precision)


def available_isas() -> list[str]:
    """Return the instruction sets that both this build and this machine support.

    Returns
    -------
    list of str
        Names, the fastest last.

    Examples
    --------
    >>> "baseline" in available_isas()
    True
    """
    return list(_detected_isas())


@cache
def _detected_isas() -> tuple[str, ...]:
    # On virtual machines the CPUID instruction takes about 0.2 ms, more than the encoding of a short sentence.
    return tuple(_core.kernels.available_isas())


def choose_isa(max_isa: str | None = None) -> str:
    """Return the best available instruction set that is not above a limit.

    Parameters
    ----------
    max_isa : str or None, default None
        The limit; None for the value of the environment variable ``WORDKIN_MAX_ISA``, or no limit if it is not set.

    Returns
    -------
    str
        Name of the instruction set.

    Raises
    ------
    ValueError
        If `max_isa` is not a known instruction set.

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
    """Return the number of CPUs that this process may use.

    Returns
    -------
    int
        CPU affinity, limited by the CPU quota that the cgroup had at the first call; at least 1.

    Examples
    --------
    >>> available_workers() >= 1
    True
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = _cgroup_cpu_quota()
    return max(1, cores if quota is None else min(cores, int(quota)))


def requested_workers(workers: int | None, name: str = "workers") -> int:
    """Return the number of threads for a call.

    Parameters
    ----------
    workers : int or None
        Number of threads, from 1 to 4096; None for `available_workers`.
    name : str, default "workers"
        Name of the argument in error messages.

    Returns
    -------
    int
        Number of threads.

    Raises
    ------
    TypeError, ValueError
        If `workers` is not an integer or out of range.

    Examples
    --------
    >>> requested_workers(2)
    2
    """
    return available_workers() if workers is None else integer_option(name, workers, 1, MAX_WORKERS)


@cache
def _cgroup_cpu_quota(root: Path = Path("/sys/fs/cgroup")) -> float | None:
    """CPU quota of the cgroup in CPUs (version 2, then version 1), or None without a limit.

    Reading the files takes as long as a search among 10,000 vectors.
    """
    try:
        quota, period = (root / "cpu.max").read_text(encoding="utf-8").split()
    except (OSError, ValueError):
        try:
            quota = (root / "cpu/cpu.cfs_quota_us").read_text(encoding="utf-8").strip()
            period = (root / "cpu/cpu.cfs_period_us").read_text(encoding="utf-8").strip()
        except OSError:
            return None
    try:
        cpus = int(quota) / int(period)
    except (ValueError, ZeroDivisionError):  # "max": no limit
        return None
    return cpus if cpus > 0 else None


def memory_limit(cgroup: Path = Path("/sys/fs/cgroup"), meminfo: Path = Path("/proc/meminfo")) -> int | None:
    """Return the number of bytes of memory that this process can use.

    Parameters
    ----------
    cgroup : Path, default Path("/sys/fs/cgroup")
        Root of the cgroup file system.
    meminfo : Path, default Path("/proc/meminfo")
        File with the sizes of memory and swap.

    Returns
    -------
    int or None
        The smaller of memory plus swap and the limit of the cgroup; None if unknown.

    Examples
    --------
    >>> limit = memory_limit()
    >>> limit is None or limit > 0
    True
    """
    limits = []
    try:
        sizes = dict(line.split(":", 1) for line in meminfo.read_text(encoding="utf-8").splitlines())
        limits.append(1024 * sum(int(sizes[name].split()[0]) for name in ("MemTotal", "SwapTotal")))
    except (OSError, ValueError, KeyError):
        pass
    for name in ("memory.max", "memory/memory.limit_in_bytes"):  # version 2, then version 1
        try:
            limits.append(int((cgroup / name).read_text(encoding="utf-8")))
        except (OSError, ValueError):  # ValueError: "max", no limit
            continue
    return min(limits, default=None)


def require_available_memory(needed: int, what: str, cure: str) -> None:
    """Raise an error if an operation needs more memory than this process can use.

    Operating systems grant more memory than they have, and kill the process once it is used.

    Parameters
    ----------
    needed : int
        Number of bytes.
    what : str
        What needs them, in the plural, for the error message.
    cure : str
        What the user can do.

    Raises
    ------
    ResourceError
        If the memory is not sufficient.

    Examples
    --------
    >>> require_available_memory(1000, "10 vectors", "use fewer")
    """
    limit = memory_limit()
    if limit is not None and needed > limit:
        raise ResourceError(
            f"{what} need {needed / 2**30:.1f} GiB, but this process may use at most {limit / 2**30:.1f} GiB; {cure}"
        )


def show_config() -> dict[str, Any]:
    """Return the configuration that wordkin uses on this machine.

    Returns
    -------
    dict
        ``version``; ``isa``, the instruction set; ``available_isas``; ``workers``, the default number of threads;
        ``compiler``; ``bfloat16``, how bfloat16 matrix products are computed: with instructions of the CPU
        ("amx", "avx512bf16"), or in float32 on operands that are "widened" when they are read; and ``int8``, how
        products of 8-bit integers are computed: with instructions for them ("amx", "avx512vnni", "avxvnni",
        "neondot"), or on operands that are "widened" to 16 bits.

    Examples
    --------
    >>> sorted(show_config())
    ['available_isas', 'bfloat16', 'compiler', 'int8', 'isa', 'version', 'workers']
    """
    isa = choose_isa()
    return {
        "version": __version__,
        "isa": isa,
        "bfloat16": isa if isa in ("amx", "avx512bf16") else "widened",
        "int8": _int8_instructions(isa),
        "available_isas": available_isas(),
        "workers": available_workers(),
        "compiler": _core.compiler,
    }


def _int8_instructions(isa: str) -> str:
    if isa == "avx512bf16":
        isa = "avx512vnni" if "avx512vnni" in available_isas() else isa
    return isa if isa in ("amx", "avx512vnni", "avxvnni", "neondot") else "widened"
