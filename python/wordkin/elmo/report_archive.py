"""Conversion between reports of training runs and the tensors and metadata of a saved file."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from ..runtime.options import integer_option, real_option
from ..storage import Archive
from .report import ELMoTrainingReport, Perplexity, StopReason, Validation

__all__ = ["archive_to_report", "report_to_archive", "validation_of_metadata", "validation_to_metadata"]

_REPORT = "report"  # Prefix of the tensors, and the key in the metadata.
_CURVES = ("losses", "gradient_norms", "learning_rates")
_COUNTS = ("first_step", "steps", "steps_per_epoch", "tokens", "workers")
_MAX_COUNT = 2**63 - 1


def report_to_archive(report: ELMoTrainingReport) -> Archive:
    """Return the tensors and the metadata of the report of a training run.

    Parameters
    ----------
    report : ELMoTrainingReport
        The report.

    Returns
    -------
    Archive
        One value per step in tensors; everything else in the metadata.
    """
    values: dict[str, Any] = {name: getattr(report, name) for name in _COUNTS}
    values |= {
        "seconds": report.seconds,
        "tokens_per_second": report.tokens_per_second,
        "softmax": report.softmax,
        "stopped_by": report.stopped_by,
        "checkpoint": report.checkpoint,
        "checkpoint_failures": list(report.checkpoint_failures),
        "isa": report.isa,
        "validations": [validation_to_metadata(validation) for validation in report.validations],
    }
    tensors: dict[str, NDArray[Any]] = {f"{_REPORT}/{name}": getattr(report, name) for name in _CURVES}
    return Archive(tensors=tensors, metadata={_REPORT: values})


def archive_to_report(archive: Archive) -> ELMoTrainingReport | None:
    """Return the report of a training run that an archive contains.

    Parameters
    ----------
    archive : Archive
        Tensors and metadata of a file.

    Returns
    -------
    ELMoTrainingReport or None
        The report; None if there is none.

    Raises
    ------
    KeyError, TypeError, ValueError
        If the report is invalid.
    """
    if _REPORT not in archive.metadata:
        return None
    values: Mapping[str, Any] = archive.metadata[_REPORT]
    counts: dict[str, Any] = {name: integer_option(name, values[name], 0, _MAX_COUNT) for name in _COUNTS}
    curves: dict[str, Any] = {name: archive.tensors[f"{_REPORT}/{name}"] for name in _CURVES}
    steps = len(curves["gradient_norms"])
    # A step that was interrupted after it had changed the parameters counts, but has no values.
    if not 0 <= counts["steps"] - counts["first_step"] - steps <= 1:
        raise ValueError(f"the report must have values of every step, got those of {steps}")
    for name, tensor in curves.items():
        shape = (steps, 2) if name == "losses" else (steps,)
        if tensor.shape != shape or tensor.dtype != np.float64:
            raise ValueError(
                f"{name} of the report must be float64 of shape {shape}, got {tensor.dtype} {tensor.shape}"
            )
    if values["stopped_by"] not in get_args(StopReason) or values["softmax"] not in ("sampled", "full"):
        raise ValueError("the report has an unknown reason or softmax")
    return ELMoTrainingReport(
        **counts,
        **curves,
        seconds=real_option("seconds", values["seconds"], 0.0, math.inf),
        tokens_per_second=real_option("tokens_per_second", values["tokens_per_second"], 0.0, math.inf),
        softmax=values["softmax"],
        stopped_by=values["stopped_by"],
        checkpoint=None if values["checkpoint"] is None else str(values["checkpoint"]),
        checkpoint_failures=tuple(map(str, values["checkpoint_failures"])),
        isa=str(values["isa"]),
        validations=tuple(map(validation_of_metadata, values["validations"])),
    )


def validation_to_metadata(validation: Validation) -> dict[str, Any]:
    """Return a validation as JSON values.

    Parameters
    ----------
    validation : Validation
        The validation.

    Returns
    -------
    dict
        Its fields; infinite perplexities are None.
    """
    values = asdict(validation)
    for direction in ("forward", "backward"):
        if math.isinf(values["perplexity"][direction]):
            values["perplexity"][direction] = None  # JSON has no infinity.
    return values


def validation_of_metadata(values: Mapping[str, Any]) -> Validation:
    """Return the validation that JSON values describe.

    Parameters
    ----------
    values : mapping of str to object
        The values.

    Returns
    -------
    Validation
        The validation.

    Raises
    ------
    KeyError, TypeError, ValueError
        If the values are invalid.
    """
    perplexity = dict(values["perplexity"])
    for direction in ("forward", "backward"):
        is_finite = perplexity[direction] is not None
        perplexity[direction] = real_option(direction, perplexity[direction], 0.0, math.inf) if is_finite else math.inf
    return Validation(step=values["step"], seconds=values["seconds"], perplexity=Perplexity(**perplexity))
