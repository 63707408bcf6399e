"""The choice of threads, instruction set and precision, and the limits of the machine and its cgroup."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from wordkin import Word2Vec
from wordkin.runtime import compute
from wordkin.runtime.compute import Compute, available_isas, available_workers, choose_isa, memory_limit


@pytest.fixture(autouse=True)
def no_isa_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORDKIN_MAX_ISA", raising=False)


def test_defaults_use_the_whole_machine() -> None:
    assert Compute.choose() == Compute(threads=available_workers(), isa=available_isas()[-1], precision="float32")


def test_arguments_are_used() -> None:
    chosen = Compute.choose(workers=3, max_isa="baseline", precision="bfloat16")
    assert chosen == Compute(threads=3, isa="baseline", precision="bfloat16")
    with pytest.raises(dataclasses.FrozenInstanceError):
        chosen.threads = 4  # type: ignore[misc]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"workers": 0}, ValueError, "workers must be from 1 to 4096, got 0"),
        ({"workers": 4097}, ValueError, "workers must be from 1 to 4096, got 4097"),
        ({"workers": True}, TypeError, r"workers must be an integer, got True \(bool\)"),
        ({"max_isa": "sse9"}, ValueError, r"max_isa must be one of baseline, .*, got 'sse9'"),
        ({"precision": "float16"}, ValueError, "precision must be one of float32, bfloat16, int8, auto, got 'float16'"),
        ({"precision": None}, TypeError, "precision must be one of float32, bfloat16, int8, auto, got None"),
    ],
)
def test_invalid_arguments_are_rejected(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Compute.choose(**arguments)


def test_each_available_isa_can_be_the_limit(any_isa: str) -> None:
    assert choose_isa(any_isa) == any_isa


def test_environment_variable_limits_the_isa_unless_an_argument_does(monkeypatch: pytest.MonkeyPatch) -> None:
    best = available_isas()[-1]
    monkeypatch.setenv("WORDKIN_MAX_ISA", "baseline")
    assert choose_isa() == "baseline"
    assert choose_isa(best) == best
    monkeypatch.setenv("WORDKIN_MAX_ISA", "")
    assert choose_isa() == best
    monkeypatch.setenv("WORDKIN_MAX_ISA", "sse9")
    with pytest.raises(ValueError, match=r"WORDKIN_MAX_ISA must be one of baseline.*sse9"):
        choose_isa()
    with pytest.raises(ValueError, match="WORDKIN_MAX_ISA must be"):
        Word2Vec()


def test_unavailable_isa_limits_to_the_best_one_below_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compute, "_detected_isas", lambda: ("baseline",))
    assert choose_isa("avx2") == "baseline"


@pytest.mark.parametrize(
    ("files", "quota"),
    [
        ({"cpu.max": "150000 100000\n"}, 1.5),
        ({"cpu.max": "max 100000\n"}, None),
        ({"cpu/cpu.cfs_quota_us": "400000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 4.0),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, None),
        ({"cpu.max": "100000 0\n"}, None),
        ({"cpu.max": "\n"}, None),
        ({}, None),
    ],
)
def test_cpu_quota_of_both_cgroup_versions(tmp_path: Path, files: dict[str, str], quota: float | None) -> None:
    write_files(tmp_path, files)
    assert compute._cgroup_cpu_quota(tmp_path) == quota


@pytest.mark.parametrize(("quota", "workers"), [(None, 8), (0.5, 1), (2.9, 2), (64.0, 8)])
def test_workers_are_limited_by_the_quota(monkeypatch: pytest.MonkeyPatch, quota: float | None, workers: int) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: set(range(8)), raising=False)
    monkeypatch.setattr(compute, "_cgroup_cpu_quota", lambda: quota)
    assert available_workers() == workers


@pytest.mark.parametrize(
    ("files", "limit"),
    [
        ({"meminfo": "MemTotal: 100 kB\nMemFree: 5 kB\nSwapTotal: 28 kB\n"}, 128 * 1024),
        ({"meminfo": "MemTotal: 100 kB\nSwapTotal: 0 kB\n", "memory.max": "2048\n"}, 2048),
        ({"meminfo": "MemTotal: 100 kB\nSwapTotal: 0 kB\n", "memory.max": "max\n"}, 100 * 1024),
        ({"memory/memory.limit_in_bytes": "4096\n"}, 4096),
        ({"meminfo": "no sizes\n"}, None),
        ({}, None),
    ],
)
def test_memory_limit_is_the_smallest_known_one(tmp_path: Path, files: dict[str, str], limit: int | None) -> None:
    write_files(tmp_path, files)
    assert memory_limit(tmp_path, tmp_path / "meminfo") == limit


def write_files(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def test_configuration_is_the_default_choice() -> None:
    configuration = compute.show_config()
    assert (configuration["isa"], configuration["workers"]) == (choose_isa(), available_workers())
    assert configuration["available_isas"] == available_isas()
