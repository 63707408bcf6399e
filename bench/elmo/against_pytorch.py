"""The same training in wordkin and in PyTorch, compared at equal steps and at equal times."""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from bench.compare import run_job
from bench.elmo.windows import ORIGINAL_TRAINING, PARAMETERS, FolderWriter, read_parameters
from wordkin import _core
from wordkin.elmo.data.encoded_text import ReadText
from wordkin.elmo.options import ELMoTrainingOptions
from wordkin.elmo.state import ModelState
from wordkin.elmo.training.perplexity import measure_perplexity
from wordkin.elmo.vocabulary import TargetWords
from wordkin.runtime.compute import Compute

__all__ = ["against_pytorch"]

RIVAL_SCRIPT = str(Path(__file__).resolve().parent.parent / "rivals" / "pytorch_training.py")
STEPS_OF_LOSS = 50  # Losses are shown as means of this number of steps.
TRIAL_SECONDS = 10.0


def train(writer: FolderWriter, options: argparse.Namespace) -> dict[str, Any]:
    """Train with wordkin, and write each window with the negative samples of its step to the folder.

    The time includes the preparation of the windows, which PyTorch gets ready-made.
    """
    accumulators = {name: np.ones_like(tensor) for name, tensor in writer.parameters.items()}
    compute = Compute.choose(workers=options.workers)
    trainer = _core.elmo.Trainer(
        writer.options, writer.training, writer.parameters, accumulators,
        threads=compute.threads, isa=compute.isa,
    )  # fmt: skip
    losses, times = [], []
    while sum(times) < 60 * options.minutes:
        started = time.perf_counter()
        window = writer.batches.next()
        done = trainer.step(
            window.characters, window.inputs, window.targets, learning_rate=options.learning_rate, step=len(times) + 1
        )
        times.append(time.perf_counter() - started)
        losses.append((done["loss_forward"], done["loss_backward"]))
        writer.add(window, trainer.draws())
    trainer.close()
    return {"losses": losses, "times": times}


def faster_arrangement(rival: str, folder: Path, options: argparse.Namespace) -> str:
    """Return whether PyTorch is faster with threads within operations or with one thread per direction."""
    if options.workers == 1:
        return "within"
    speeds = {}
    for arrangement in ("within", "directions"):
        arguments = [str(folder), "--threads", str(options.workers), "--arrangement", arrangement, "--once"]
        job = run_job(rival, RIVAL_SCRIPT, [*arguments, "--seconds", str(TRIAL_SECONDS)])
        speeds[arrangement] = job["words_per_second"]
    print("# PyTorch, words/s:", ", ".join(f"{name} {speed:,.0f}" for name, speed in speeds.items()))
    return max(speeds, key=lambda name: speeds[name])


def largest_difference(own: list[float], rival: list[float]) -> float:
    """Return the largest relative difference between means of STEPS_OF_LOSS steps."""
    steps = min(len(own), len(rival))
    size = min(STEPS_OF_LOSS, steps)
    return max(
        abs(statistics.fmean(own[i : i + size]) / statistics.fmean(rival[i : i + size]) - 1)
        for i in range(0, steps - size + 1, size)
    )


def loss_at(seconds: float, losses: list[float], times: list[float]) -> float:
    """Return the mean loss of the last steps before a time."""
    done = int(np.searchsorted(np.cumsum(times), seconds, side="right"))
    return statistics.fmean(losses[max(0, done - STEPS_OF_LOSS) : max(done, 1)])


def against_pytorch(options: argparse.Namespace, model: dict[str, Any], rival: str) -> dict[str, Any]:
    """Train both models, print losses at equal steps and at equal times, and return the results."""
    training = ELMoTrainingOptions(batch_size=options.batch_size, dropout=0.0, seed=options.seed, **ORIGINAL_TRAINING)
    model = {**model, "cell_clip": 0.0, "proj_clip": 0.0}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        writer = FolderWriter(
            folder, options.train, model, training, min_count=options.min_count, workers=options.workers
        )
        print(f"# {len(writer.words):,} words; no dropout, no clipping in the LSTM; {options.minutes:g} minutes each")
        own = train(writer, options)
        arguments = [
            str(folder), "--once", "--threads", str(options.workers), "--seconds", str(60 * options.minutes),
            "--arrangement", faster_arrangement(rival, folder, options),
            "--learning-rate", str(options.learning_rate), "--save", str(folder / "rival.npz"),
        ]  # fmt: skip
        rival_run = run_job(rival, RIVAL_SCRIPT, arguments)
        held_out = ReadText(options.valid, name="validation", workers=options.workers).encoded(
            TargetWords(writer.words), writer.options.max_characters_per_token
        )
        compute = Compute.choose(workers=options.workers)
        perplexities = {
            system: measure_perplexity(ModelState(writer.options, None, parameters), held_out, compute).geometric_mean
            for system, parameters in (
                ("before", read_parameters(folder / PARAMETERS)),
                ("wordkin", writer.parameters),
                ("pytorch", read_parameters(folder / "rival.npz")),
            )
        }
    means = {system: [sum(pair) / 2 for pair in side["losses"]] for system, side in (("w", own), ("p", rival_run))}
    difference = largest_difference(means["w"], means["p"])
    print(
        f"equal steps: {min(len(means['w']), len(means['p'])):,}; largest difference of the loss {difference:.3%}, "
        f"over means of {STEPS_OF_LOSS} steps"
    )
    print(f"steps in {options.minutes:g} minutes: wordkin {len(means['w']):,}, PyTorch {len(means['p']):,}")
    points = []
    for seconds in np.linspace(0, 60 * options.minutes, 11)[1:]:
        pair = [loss_at(seconds, means[key], side["times"]) for key, side in (("w", own), ("p", rival_run))]
        points.append((float(seconds), *pair))
        print(f"{seconds:>6.0f} s: training loss wordkin {pair[0]:.3f}, PyTorch {pair[1]:.3f}")
    print("validation perplexity:", ", ".join(f"{system} {value:.1f}" for system, value in perplexities.items()))
    return {
        "words": len(writer.words),
        "wordkin": {"losses": means["w"], "times": own["times"]},
        "pytorch": {"losses": means["p"], "times": rival_run["times"]},
        "equal_times": points,
        "largest_difference_at_equal_steps": difference,
        "perplexities": perplexities,
    }
