"""Does a training resume after each of many kills, and are its vectors as good as without them?

Trains with two processes of torchrun, first without disturbance, then so that random processes receive SIGKILL at
random moments: of the start, the counting of words, the training, the checkpoints and the saving of vectors. torchrun
starts the processes again, which continue from the newest checkpoint. Prints analogies, WordSim-353, SimLex-999 and the
loss of the last epoch of both, and the duration of the runs.

    python -m bench.distributed.kills wiki-lower-17m.txt.gz wordsim/ --kills 20
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.compare import add_record_flag
from bench.corpora import unpacked
from bench.recording import recording
from bench.word2vec.quality import MEASURES, scores_of_vectors
from wordkin import Word2Vec

FLAGS = ["--sg", "--vector-size", "50", "--workers", "1", "--checkpoint-seconds", "2", "--json", "--no-progress"]
HANG_SECONDS = 1800  # after the last kill
QUANTITIES = (*MEASURES, "loss of the last epoch", "duration (s)")


class Killer:
    """Kills random workers of torchrun at random moments.

    Parameters
    ----------
    generator : random.Random
        Chooses moments and processes.
    span : float
        Kills happen within this time in seconds after the workers have started.
    most : int
        Number of kills.
    """

    def __init__(self, generator: random.Random, span: float, most: int) -> None:
        self._generator, self._span, self._most = generator, span, most
        self.kills = 0

    def run(self, launcher: subprocess.Popen[str]) -> None:
        """Kill workers until the launcher ends."""
        killed: set[int] = set()
        while self.kills < self._most and (workers := _new_workers(launcher, killed)):
            moment = time.monotonic() + self._generator.uniform(0, self._span)
            while launcher.poll() is None and time.monotonic() < moment:
                time.sleep(0.01)
            # A worker that has ended by itself stays a zombie until the launcher has noticed it.
            alive = [worker for worker in workers if _is_running(worker)]
            killed |= workers
            if launcher.poll() is not None or not alive:
                return
            os.kill(self._generator.choice(sorted(alive)), signal.SIGKILL)
            self.kills += 1


def _children(process: int) -> set[int]:
    try:
        return {int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text("ascii").split()}
    except FileNotFoundError:
        return set()


def _is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _new_workers(launcher: subprocess.Popen[str], former: set[int]) -> set[int]:
    """Wait for two workers that were not there before; return none if the launcher has ended."""
    while launcher.poll() is None:
        found = {child for child in _children(launcher.pid) - former if _is_running(child)}
        if len(found) == 2:
            return found
        time.sleep(0.01)
    return set()


def trained(
    options: argparse.Namespace, corpus: Path, seed: int, disturb: Callable[[subprocess.Popen[str]], None] | None
) -> tuple[tuple[float, ...], int]:
    """Return the scores of a training and the number of words after which it was resumed last."""
    with tempfile.TemporaryDirectory() as folder:
        vectors = Path(folder) / "vectors.safetensors"
        launch = ["-m", "torch.distributed.run", "--nproc-per-node", "2", "--max-restarts", str(options.kills)]
        train = ["-m", "wordkin", "train", str(corpus), "-o", str(vectors), "--distributed", "torch", *FLAGS]
        train += ["--seed", str(seed), "--epochs", str(options.epochs), "--checkpoint", str(Path(folder) / "run")]
        start = time.monotonic()
        with subprocess.Popen(
            [options.python, *launch, *train], stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
        ) as launcher:
            if disturb is not None:
                disturb(launcher)
            output, errors = launcher.communicate(timeout=HANG_SECONDS)
        seconds = time.monotonic() - start
        if launcher.returncode != 0:
            sys.exit(f"the training did not end as it should:\n{errors}")
        # A worker may be killed after rank 0 has printed its report: then there are several.
        report = json.loads([line for line in output.splitlines() if line.startswith("{")][-1])
        wv = Word2Vec.load(vectors).wv
        return (*scores_of_vectors(wv, options.tests), report["loss"][-1], seconds), report["resumed_words"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("tests", type=Path, help="folder with questions-words.txt, wordsim353.tsv and simlex999.txt")
    parser.add_argument("--words", type=int, default=2_000_000, help="length of the text")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--kills", type=int, default=20, help="number of kills in all")
    parser.add_argument("--kills-each", type=int, default=4, help="largest number of kills of one training")
    parser.add_argument("--seeds", type=int, default=5, help="number of undisturbed trainings")
    parser.add_argument("--python", default=sys.executable, help="Python interpreter with wordkin and torch")
    add_record_flag(parser)
    options = parser.parse_args()
    generator = random.Random(1)
    systems: dict[str, list[tuple[float, ...]]] = {"undisturbed": [], "killed": []}

    def report(system: str, scores: tuple[float, ...], note: str = "") -> None:
        systems[system].append(scores)
        print(f"{system:12}", *(f"{score:9.3f}" for score in scores), note, flush=True)

    with recording(options) as record, unpacked(options.corpus, options.words) as corpus:
        print(f"{'':12}", *(f"{quantity:>9.9}" for quantity in QUANTITIES))
        for seed in range(1, options.seeds + 1):
            report("undisturbed", trained(options, corpus, seed, None)[0])
        span = statistics.median(scores[-1] for scores in systems["undisturbed"])
        kills = seed = 0
        while kills < options.kills:
            seed += 1
            killer = Killer(generator, span, min(options.kills_each, options.kills - kills))
            scores, resumed_words = trained(options, corpus, seed, killer.run)
            kills += killer.kills
            report("killed", scores, f"{killer.kills} kills, the last attempt resumed after {resumed_words:,} words")
        for system, taken in systems.items():
            for column, quantity in enumerate(QUANTITIES):
                record.add("kills", system, quantity, [scores[column] for scores in taken])
        record.add("kills", "killed", "kills", [kills])


if __name__ == "__main__":
    main()
