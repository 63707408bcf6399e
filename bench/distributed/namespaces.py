"""Ranks in separate network namespaces of this machine, connected at a limited rate.

Virtual Ethernet devices connect the namespaces through a bridge, and `tc qdisc tbf` limits the rate of each in both
directions. The latency is that of this machine: some 0.05 ms. Needs Linux, root, `ip` and `tc`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

__all__ = ["network", "outputs_of_ranks", "rate_name", "sent_by"]

PREFIX = "wkbench"  # of the names of namespaces
PORT = "29571"


def rate_name(gigabits: float | None) -> str:
    return "no limit" if gigabits is None else f"{gigabits:g} Gbit/s"


@contextmanager
def network(ranks: int, gigabits: float | None) -> Iterator[list[str]]:
    """Yield the names of connected namespaces, one for each rank; None for a network without a limit."""
    switch, names = f"{PREFIX}-switch", [f"{PREFIX}{rank}" for rank in range(ranks)]
    try:
        for name in (switch, *names):
            _run("ip", "netns", "add", name)
            _run(*_within(name), "ip", "link", "set", "lo", "up")
        _run(*_within(switch), "ip", "link", "add", "bridge", "type", "bridge")
        _run(*_within(switch), "ip", "link", "set", "bridge", "up")
        for rank, name in enumerate(names):
            _connect(switch, name, rank, gigabits)
        yield names
    finally:
        for name in (switch, *names):
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)


def outputs_of_ranks(names: Sequence[str], command: Sequence[str]) -> list[str]:
    """Run a command that uses torch.distributed in each namespace, and return what each rank has printed."""
    processes = []
    for rank, name in enumerate(names):
        variables = {"RANK": str(rank), "WORLD_SIZE": str(len(names)), "MASTER_ADDR": _address(0)}
        variables |= {"MASTER_PORT": PORT, "GLOO_SOCKET_IFNAME": "eth0", "OMP_NUM_THREADS": "1"}
        processes.append(
            subprocess.Popen(
                [*_within(name), *command],
                env={**os.environ, **variables},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
            )
        )
    results = [process.communicate() for process in processes]
    for process, (_, errors) in zip(processes, results, strict=True):
        if process.returncode != 0:
            sys.exit(errors)
    return [output for output, _ in results]


def sent_by(namespace: str) -> int:
    """Return the number of bytes that the device of a namespace has sent."""
    path = "/sys/class/net/eth0/statistics/tx_bytes"
    found = subprocess.run([*_within(namespace), "cat", path], capture_output=True, encoding="ascii", check=True)
    return int(found.stdout)


def _connect(switch: str, name: str, rank: int, gigabits: float | None) -> None:
    port = f"port{rank}"
    _run("ip", "link", "add", port, "netns", switch, "type", "veth", "peer", "name", "eth0", "netns", name)
    _run(*_within(switch), "ip", "link", "set", port, "master", "bridge")
    _run(*_within(name), "ip", "addr", "add", _address(rank) + "/24", "dev", "eth0")
    for namespace, device in ((switch, port), (name, "eth0")):
        _run(*_within(namespace), "ip", "link", "set", device, "up")
        if gigabits is not None:
            # A burst is what passes without delay: about a millisecond.
            limit = ["rate", f"{gigabits * 1000:.0f}mbit", "burst", f"{gigabits * 125:.0f}kb", "latency", "50ms"]
            _run(*_within(namespace), "tc", "qdisc", "add", "dev", device, "root", "tbf", *limit)


def _run(*command: str) -> None:
    """Run a command of the system; its message ends the program if it fails."""
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: {done.stderr.strip()}")


def _within(namespace: str) -> list[str]:
    return ["ip", "netns", "exec", namespace]


def _address(rank: int) -> str:
    return f"10.99.0.{rank + 1}"
