"""Limits of the process: memory, CPU quota, and the instruction set allowed by the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from wordkin import Word2Vec
from wordkin.runtime import compute


def write(folder: Path, **files: str) -> Path:
    """Write files whose names have "__" for "/" and "_dot_" for "."."""
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"meminfo": "MemTotal: 100 kB\nSwapTotal: 20 kB\n"}, 120 * 1024),
        ({"meminfo": "MemTotal: 100 kB\nSwapTotal: 20 kB\n", "memory_dot_max": "5000\n"}, 5000),
        ({"meminfo": "MemTotal: 100 kB\nSwapTotal: 20 kB\n", "memory_dot_max": "max\n"}, 120 * 1024),
        ({"memory__memory_dot_limit_in_bytes": "7000\n"}, 7000),
        ({"meminfo": "nonsense"}, None),
        ({}, None),
    ],
)
def test_memory_limit(tmp_path: Path, files: dict[str, str], expected: int | None) -> None:
    write(tmp_path, **files)
    assert compute.memory_limit(tmp_path, tmp_path / "meminfo") == expected


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"cpu_dot_max": "150000 100000\n"}, 1.5),
        ({"cpu_dot_max": "max 100000\n"}, None),
        ({"cpu__cpu_dot_cfs_quota_us": "400000\n", "cpu__cpu_dot_cfs_period_us": "100000\n"}, 4.0),
        ({"cpu__cpu_dot_cfs_quota_us": "-1\n", "cpu__cpu_dot_cfs_period_us": "100000\n"}, None),
        ({"cpu_dot_max": "0 0\n"}, None),
        ({"cpu_dot_max": "\n"}, None),
        ({}, None),
    ],
)
def test_cpu_quota(tmp_path: Path, files: dict[str, str], expected: float | None) -> None:
    assert compute._cgroup_cpu_quota(write(tmp_path, **files)) == expected


def test_invalid_instruction_set_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORDKIN_MAX_ISA", "sse9")
    with pytest.raises(ValueError, match=r"WORDKIN_MAX_ISA must be one of baseline.*sse9"):
        Word2Vec()
    monkeypatch.setenv("WORDKIN_MAX_ISA", "")
    assert compute.choose_isa() == compute.available_isas()[-1]
