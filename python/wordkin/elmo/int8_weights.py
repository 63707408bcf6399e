"""Weights of 8-bit integers: the matrices of the recurrent layers, each column with its own scale."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _core
from ..errors import PrecisionError
from ..runtime.compute import Compute, InferencePrecision

__all__ = [
    "Int8Tensors",
    "core_parameters",
    "inference_compute",
    "is_rounded",
    "require_float_weights",
    "require_gradients",
    "require_trainable",
    "rounded_weights",
    "scale_shape",
    "scales_of",
]

Int8Tensors = dict[str, NDArray[np.int8]]

_SCALES = "/scales"


def is_rounded(name: str) -> bool:
    """Return whether a tensor is one of those that 8-bit weights replace.

    Parameters
    ----------
    name : str
        Official name of the tensor.

    Returns
    -------
    bool
        Whether it is a matrix of a recurrent layer or of its projection.

    Examples
    --------
    >>> is_rounded("RNN_0/RNN/MultiRNNCell/Cell0/LSTMCell/W_0"), is_rounded("char_embed")
    (True, False)
    """
    return name.startswith("RNN_") and name.endswith(("/W_0", "/W_P_0"))


def scales_of(name: str) -> str:
    """Return the name of the scales of a tensor.

    Parameters
    ----------
    name : str
        Name of the tensor.

    Returns
    -------
    str
        Name of its scales.
    """
    return name + _SCALES


def scale_shape(name: str, shape: tuple[int, ...]) -> tuple[int, int]:
    """Return the shape of the scales of a tensor.

    Parameters
    ----------
    name : str
        Official name of the tensor.
    shape : tuple of int
        Shape of the tensor.

    Returns
    -------
    tuple of int
        One row of scales for a projection, two for the other matrices: the rows for the input of the layer and those
        for its previous output are the operands of separate products. One column for each column.

    Examples
    --------
    >>> scale_shape("RNN_0/RNN/MultiRNNCell/Cell0/LSTMCell/W_0", (16, 64))
    (2, 64)
    """
    return (1 if name.endswith("/W_P_0") else 2, shape[1])


def rounded_weights(
    parameters: Mapping[str, NDArray[np.float32]],
) -> tuple[dict[str, NDArray[np.float32]], Int8Tensors]:
    """Round the weights of a model to 8-bit integers.

    Parameters
    ----------
    parameters : mapping of str to ndarray of float32
        Parameters of a model by their official names.

    Returns
    -------
    parameters : dict of str to ndarray of float32
        The other parameters, and the scales.
    weights : dict of str to ndarray of int8
        The rounded weights. The largest element of a column, multiplied by 1 / scale, is 127 or -127.

    Raises
    ------
    PrecisionError
        If a weight is infinite or NaN.
    """
    others: dict[str, NDArray[np.float32]] = {}
    weights: Int8Tensors = {}
    for name, tensor in parameters.items():
        if not is_rounded(name):
            others[name] = tensor
            continue
        try:
            weights[name], others[scales_of(name)] = _core.elmo.round_columns(
                name, tensor, scale_shape(name, tensor.shape)[0]
            )
        except ValueError as error:
            raise PrecisionError(f"{error}; precision must be 'float32' for this model") from None
    return others, weights


def core_parameters(
    parameters: Mapping[str, NDArray[np.float32]], weights: Int8Tensors, compute: Compute
) -> Mapping[str, NDArray[np.float32 | np.int8]]:
    """Return the tensors that the compiled model takes for a precision.

    Parameters
    ----------
    parameters : mapping of str to ndarray of float32
        Parameters of the model.
    weights : dict of str to ndarray of int8
        Rounded weights of the model; empty if its weights are float32.
    compute : Compute
        The precision.

    Returns
    -------
    mapping of str to ndarray
        All tensors, with float32 or int8 weights.

    Raises
    ------
    PrecisionError
        If a weight that must be rounded is infinite or NaN.
    """
    others: Mapping[str, NDArray[np.float32]] = parameters
    if compute.precision == "int8" and not weights:
        others, weights = rounded_weights(parameters)
    tensors: dict[str, NDArray[Any]] = {**others, **weights}
    return tensors


def inference_compute(
    weights: Int8Tensors, *, workers: int | None, precision: InferencePrecision | None, max_isa: str | None = None
) -> Compute:
    """Return the settings for an inference call on a model.

    Parameters
    ----------
    weights : dict of str to ndarray of int8
        Rounded weights of the model; empty if its weights are float32.
    workers : int or None
        Number of threads; None for the number of CPUs that this process may use.
    precision : {"float32", "bfloat16", "int8", "auto"} or None
        Precision of the operands of matrix products. None for int8 if the weights are 8-bit integers, and float32
        otherwise; "auto" for the fastest precision of this machine.
    max_isa : str or None, default None
        Highest instruction set to use.

    Returns
    -------
    Compute
        The settings.

    Raises
    ------
    PrecisionError
        If the weights are 8-bit integers and `precision` is another one.
    TypeError, ValueError
        If an argument has the wrong type or is out of range.
    """
    compute = Compute.choose(
        workers=workers,
        max_isa=max_isa,
        precision=("int8" if weights else "float32") if precision is None else precision,
    )
    if not weights or compute.precision == "int8":
        return compute
    if precision == "auto":
        return Compute(threads=compute.threads, isa=compute.isa, precision="int8")
    raise PrecisionError(
        f"precision must be 'int8' or 'auto' for a model with 8-bit weights, got {precision!r}; "
        "load the model that it was made from"
    )


def require_trainable(weights: Int8Tensors, precision: object) -> None:
    """Raise an error if a model cannot be trained, or not in a precision that exists for inference only.

    Parameters
    ----------
    weights : dict of str to ndarray of int8
        Rounded weights of the model; empty if its weights are float32.
    precision : object
        Precision of the training.

    Raises
    ------
    PrecisionError
        If there are rounded weights, or the precision is "int8" or "auto".

    Examples
    --------
    >>> require_trainable({}, "bfloat16")
    """
    require_float_weights(weights, "training")
    if isinstance(precision, str) and precision in ("int8", "auto"):
        raise PrecisionError(
            f"precision must be 'float32' or 'bfloat16' for training, got {precision!r}: the changes of a training "
            "step are smaller than the distance between 8-bit weights; encode with precision='int8' after training"
        )


def require_gradients(precision: object) -> None:
    """Raise an error for a precision whose rounded weights have no gradients.

    Parameters
    ----------
    precision : object
        Precision of fine-tuning.

    Raises
    ------
    PrecisionError
        If the precision is "int8" or "auto".

    Examples
    --------
    >>> require_gradients("bfloat16")
    """
    if isinstance(precision, str) and precision in ("int8", "auto"):
        raise PrecisionError(
            f"precision must be 'float32' or 'bfloat16' for fine-tuning, got {precision!r}: rounded weights have no "
            "gradients"
        )


def require_float_weights(weights: Int8Tensors, action: str) -> None:
    """Raise an error if the weights of a model are 8-bit integers.

    Parameters
    ----------
    weights : dict of str to ndarray of int8
        Rounded weights of the model; empty if its weights are float32.
    action : str
        What needs float32 weights, for the error message.

    Raises
    ------
    PrecisionError
        If there are rounded weights.

    Examples
    --------
    >>> require_float_weights({}, "training")
    """
    if weights:
        raise PrecisionError(
            f"{action} needs float32 weights, but those of this model were rounded to 8-bit integers; "
            "load the model that it was made from"
        )
