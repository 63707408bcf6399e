"""Saves with a fault at every n-th system call, in forked children; run with the library of `faults.c` preloaded.

``python -m storage.faults.campaign LIBRARY FOLDER FAMILY... [--every]`` prints one JSON object per kind of save and
fault: what was tried, and what was wrong.
"""

from __future__ import annotations

import argparse
import ctypes
import errno
import json
import logging
import os
import shutil
import signal
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .kinds_of_save import FAMILIES, CommandFailed, KindOfSave, kinds_of_family


@dataclass(frozen=True)
class Fault:
    """Effect at the n-th call: the mode of `faults.c`, and the error that is reported."""

    mode: int
    number: int = 0


FAULTS = {
    "killed": Fault(1),
    "killed halfway through a write": Fault(2),
    "one error": Fault(3, errno.EIO),
    "disk full for a moment": Fault(3, errno.ENOSPC),
    "disk full": Fault(4, errno.ENOSPC),
    "short writes": Fault(5),
}
SAMPLES = {
    "killed": 3,
    "killed halfway through a write": 1,
    "one error": 2,
    "disk full for a moment": 1,
    "disk full": 2,
    "short writes": 1,
}


@dataclass
class Outcome:
    """Figures of one kind of save under one fault."""

    kind: str
    fault: str
    calls: int
    tried: int = 0
    new: int = 0
    wrong: list[str] = field(default_factory=list)


class Injector:
    """The preloaded library."""

    def __init__(self, library: str) -> None:
        self._library = ctypes.CDLL(library)
        self._library.faults_trace.restype = ctypes.c_char_p

    def run(self, save: Any, folder: Path, fault: Fault, call: int) -> dict[str, Any]:
        """Save in a forked child; return the calls it made and the error it raised, or the signal that ended it."""
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            report: dict[str, Any] = {}
            self._library.faults_arm(os.fsencode(folder), fault.mode, call, fault.number)
            try:
                save(folder)
            except OSError as error:
                report = {"errno": error.errno, "error": repr(error)}
            except BaseException as error:
                report = {"errno": -1, "error": repr(error)}
            self._library.faults_disarm()
            report["trace"] = self._library.faults_trace().decode()
            os.write(writer, json.dumps(report).encode())
            os._exit(0)
        os.close(writer)
        with open(reader, "rb") as file:  # noqa: PTH123 - a descriptor
            text = file.read()
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        return {**json.loads(text or b"{}"), "status": status}


def names_in(folder: Path) -> list[str]:
    """Return the files below a folder; empty folders are left out."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())


def checked(kind: KindOfSave, folder: Path, before: Any, after: Any) -> tuple[bool, str]:
    """Return whether the folder holds the new version, and what is wrong if it holds neither."""
    try:
        found = kind.read(folder)
    except Exception as error:
        return False, f"cannot be read: {error!r:.300}"
    return found == after, "" if found in (before, after) else "is neither the old nor the new version"


class Campaign:
    """All faults of one kind of save.

    Parameters
    ----------
    name, kind : str, KindOfSave
        The kind.
    injector : Injector
        The preloaded library.
    scratch : Path
        Folder to work in.
    """

    def __init__(self, name: str, kind: KindOfSave, injector: Injector, scratch: Path) -> None:
        self._name, self._kind, self._injector = name, kind, injector
        self._old, self._folder = scratch / "old", scratch / "target"
        shutil.rmtree(scratch, ignore_errors=True)
        self._old.mkdir(parents=True)
        kind.saves[0](self._old)
        self._before = kind.read(self._old)
        self._restore()
        self._trace = injector.run(kind.saves[1], self._folder, Fault(0), 0)["trace"]
        self._after = kind.read(self._folder)
        self._names = (names_in(self._old), names_in(self._folder))
        assert self._before != self._after

    def _restore(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        shutil.copytree(self._old, self._folder, symlinks=True)

    def run(self, fault_name: str, *, every: bool) -> Outcome:
        """Inject a fault at every call, or at a sample of calls spread over the save."""
        fault = FAULTS[fault_name]
        outcome = Outcome(self._name, fault_name, len(self._trace))
        for call in self._calls(fault_name, every):
            self._restore()
            report = self._injector.run(self._kind.saves[1], self._folder, fault, call)
            outcome.tried += 1
            is_new, wrong = checked(self._kind, self._folder, self._before, self._after)
            outcome.new += is_new
            wrong = wrong or self._wrong_report(report, fault, is_new)
            if wrong:
                trace = report.get("trace") or self._trace
                outcome.wrong.append(f"call {call} ({trace[call - 1 : call]}): {wrong}")
        return outcome

    def _calls(self, fault_name: str, every: bool) -> list[int]:
        if fault_name == "short writes":
            return [1]
        calls = list(range(1, len(self._trace) + 1))
        if fault_name == "killed halfway through a write":
            calls = [call for call in calls if self._trace[call - 1] == "w"]
        count = len(calls) if every else min(SAMPLES[fault_name], len(calls))
        # Other positions for each kind. Most are in the second half: the first one only writes data.
        phase = zlib.crc32(f"{self._name} {fault_name}".encode()) % 97 / 97
        fractions = [(i + phase) / count for i in range(count)]
        return calls if every else sorted({calls[int(len(calls) * fraction**0.7)] for fraction in fractions})

    def _wrong_report(self, report: dict[str, Any], fault: Fault, is_new: bool) -> str:
        """Return what is wrong with the report of a save whose folder can be read."""
        if fault.mode in (1, 2):
            if report["status"] != -signal.SIGKILL:
                return f"was not killed: {report}"
            return self._wrong_after_retry()
        if report["status"] != 0:
            return f"the process ended with {report['status']}"
        failed = report.get("error")
        if fault.mode == 5 and failed:
            return f"raised {failed:.300}"
        if not failed and not is_new and not self._kind.is_logged:
            return "returned normally, but the folder holds the old version"
        if failed and report["errno"] != fault.number and not self._is_named(report, fault):
            return f"raised {failed:.300}"
        names = names_in(self._folder)
        if names not in self._names and not self._kind.is_logged:
            # If new files have been decided on, but the disk refuses to name them, they remain under temporary names.
            if not (is_new and failed and fault == FAULTS["disk full"]):
                return f"leaves {sorted(set(names) - set(self._names[0]) - set(self._names[1])) or names}"
            return self._wrong_after_retry()
        return ""

    def _is_named(self, report: dict[str, Any], fault: Fault) -> bool:
        return CommandFailed.__name__ in report["error"] and os.strerror(fault.number) in report["error"]

    def _wrong_after_retry(self) -> str:
        """Save again without a fault: it must succeed and take all leftovers away."""
        report = self._injector.run(self._kind.saves[1], self._folder, Fault(0), 0)
        if report.get("error"):
            return f"the next save raised {report['error']:.300}"
        is_new, wrong = checked(self._kind, self._folder, self._after, self._after)
        if not is_new:
            return f"after the next save: {wrong}"
        names = names_in(self._folder)
        if not self._kind.is_logged and names != self._names[1]:
            return f"after the next save there are still {sorted(set(names) - set(self._names[1]))}"
        return ""


def main() -> None:
    """Run the campaign."""
    parser = argparse.ArgumentParser()
    parser.add_argument("library")
    parser.add_argument("folder", type=Path)
    parser.add_argument("families", nargs="*", default=list(FAMILIES))
    parser.add_argument("--every", action="store_true", help="faults at every call instead of a sample")
    parser.add_argument("--kinds", default="", help="only kinds whose names contain this text")
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)  # errors of commands are logged
    injector = Injector(arguments.library)
    for family in arguments.families:
        inputs = arguments.folder / "inputs"
        inputs.mkdir(parents=True, exist_ok=True)
        for name, kind in kinds_of_family(family, inputs).items():
            if arguments.kinds not in name:
                continue
            campaign = Campaign(name, kind, injector, arguments.folder / "work")
            for fault in FAULTS:
                print(json.dumps(vars(campaign.run(fault, every=arguments.every))), flush=True)


if __name__ == "__main__":
    main()
