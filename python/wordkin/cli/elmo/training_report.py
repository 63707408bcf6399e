"""The report of ``wordkin elmo train``."""

from __future__ import annotations

from typing import Any

from ...elmo import ELMo, ELMoTrainingReport
from ..corpus_flags import skipped_report

__all__ = ["print_summary", "report_of"]


def report_of(
    model: ELMo, training: ELMoTrainingReport, output: str, skipped: dict[str, str], *, seconds: dict[str, float]
) -> dict[str, Any]:
    """Return what a training has done.

    Parameters
    ----------
    model : ELMo
        The trained model.
    training : ELMoTrainingReport
        Report of its training.
    output : str
        Folder of the model.
    skipped : dict of str to str
        Files that ``--skip-bad-files`` left out, and what is wrong with each.
    seconds : dict of str to float
        Durations of the parts of the command.

    Returns
    -------
    dict
        The report.
    """
    losses = training.losses
    return {
        "output": output,
        "vocabulary_size": model.options.n_tokens_vocab,
        "parameters": sum(tensor.size for tensor in model.parameters.values()),
        "first_step": training.first_step,
        "steps": training.steps,
        "steps_per_epoch": training.steps_per_epoch,
        "stopped_by": training.stopped_by,
        "interrupted": training.interrupted,
        "softmax": training.softmax,
        "loss": None if not len(losses) else {"forward": losses[-1][0], "backward": losses[-1][1]},
        "validations": [
            {
                "step": validation.step,
                "seconds": round(validation.seconds, 3),
                "forward": validation.perplexity.forward,
                "backward": validation.perplexity.backward,
                "mean": validation.perplexity.mean,
                "geometric_mean": validation.perplexity.geometric_mean,
            }
            for validation in training.validations
        ],
        "tokens": training.tokens,
        "tokens_per_second": round(training.tokens_per_second),
        "checkpoint": training.checkpoint,
        "checkpoint_failures": list(training.checkpoint_failures),
        "skipped": skipped_report(skipped),
        "workers": training.workers,
        "isa": training.isa,
        "seconds": {part: round(duration, 3) for part, duration in seconds.items()},
    }


def print_summary(report: dict[str, Any]) -> None:
    """Print a report for people.

    Parameters
    ----------
    report : dict
        What `report_of` has returned.
    """
    seconds = report["seconds"]
    print(f"vocabulary: {report['vocabulary_size']:,} words; corpus read in {seconds['reading']:.1f} s")
    if seconds["word_vectors"]:
        print(f"word vectors: trained in {seconds['word_vectors']:.1f} s")
    print(f"model: {report['parameters']:,} parameters")
    done = f"{report['steps']:,} steps" + (f", resumed at {report['first_step']:,}" if report["first_step"] else "")
    print(
        f"training: {done}, {report['tokens']:,} tokens in {seconds['training']:.1f} s "
        f"({report['tokens_per_second']:,} tokens/s), stopped by {report['stopped_by']}"
    )
    if report["loss"] is not None:
        print(f"loss: {report['loss']['forward']:.4f} forward, {report['loss']['backward']:.4f} backward")
    if report["validations"]:
        last = report["validations"][-1]
        print(
            f"validation perplexity: {last['forward']:.2f} forward, {last['backward']:.2f} backward, "
            f"mean {last['mean']:.2f}"
        )
    print(f"saved: {report['output']} in {seconds['saving']:.1f} s")
