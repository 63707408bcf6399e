"""Train as the command does, but end or pause one process in a phase of the first attempt.

python killed_run.py PHASE RANK ARGUMENTS...
"""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from wordkin.cli.program import main

# Where each phase is: a module, an object in it, and the number of the call in which the process ends.
PHASES = {
    "count": ("wordkin.text.corpora", "FileCorpus.scan", 1),
    "merge": ("wordkin.word2vec.training.joint_vocabulary", "shared_with_all", 1),
    "train": ("wordkin.word2vec.training.ranks", "Ranks.next_period", 15),
    "synchronize": ("wordkin.word2vec.training.changes", "ChangeExchange._exchanged", 30),
    "epoch end": ("wordkin.word2vec.training.ranks", "Ranks.joint_totals", 2),
    "save": ("wordkin.storage.checkpoint", "write_archive", 2),
    "saved": ("wordkin.word2vec.training.group_checkpoints", "GroupCheckpoints.save", 2),
    "vectors": ("wordkin.cli.word2vec.train", "save_vectors", 1),
}
# Phases of language models, and one in which the process is only paused for a second.
FURTHER_PHASES = {
    "step": ("wordkin.elmo.training.ranks", "Ranks.average_gradients", 21),
    "streams": ("wordkin.elmo.training.ranks", "Ranks.gathered", 2),
    "pause": ("wordkin.word2vec.training.ranks", "Ranks.next_period", 5),
}


def end_in(phase: str) -> None:
    module, path, number = (PHASES | FURTHER_PHASES)[phase]
    *names, last = path.split(".")
    owner: Any = importlib.import_module(module)
    for name in names:
        owner = getattr(owner, name)
    original: Callable[..., Any] = getattr(owner, last)
    calls: list[int] = []

    def ending(*args: Any, **kwargs: Any) -> Any:
        calls.append(1)
        if len(calls) == number and phase == "pause":
            subprocess.Popen(["sh", "-c", f"sleep 1; kill -CONT {os.getpid()}"])
            os.kill(os.getpid(), signal.SIGSTOP)
        elif len(calls) == number:
            time.sleep(0.5)  # other processes come to where they wait for this one, and rank 0 ends what it writes
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*args, **kwargs)

    setattr(owner, last, ending)


if __name__ == "__main__":
    phase, rank, *arguments = sys.argv[1:]
    own = os.environ.get("RANK") or os.environ.get("PMI_RANK")
    if own == rank and os.environ.get("TORCHELASTIC_RESTART_COUNT", "0") == "0":
        end_in(phase)
    sys.exit(main(arguments))
