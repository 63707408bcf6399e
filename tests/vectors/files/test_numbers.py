"""Decimal numbers in text files: correct rounding, and errors for everything else."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wordkin.errors import FormatError
from wordkin.vectors.files import LoadedVectors

Read = Callable[..., LoadedVectors]

NUMBERS = {
    "1e999": np.inf,
    "-1e999": -np.inf,
    "1e99999999999999999999": np.inf,
    "3.4028236e38": np.inf,
    "3.4028235e38": 3.4028235e38,
    "3.40282356e38": 3.4028235e38,
    "1e-45": 1e-45,
    "1.1754942e-38": 1.1754942e-38,
    "1e-46": 0.0,
    "-1e-999": -0.0,
    "0e999": 0.0,
    "+1.5": 1.5,
    ".5": 0.5,
    "5.": 5.0,
    "-0": -0.0,
    "1E3": 1000.0,
    "1e+3": 1000.0,
    "00012": 12.0,
    "nan": np.nan,
    "-NaN": np.nan,
    "inf": np.inf,
    "-Infinity": -np.inf,
    "0.1" + "0" * 500: 0.1,
    "1" + "0" * 30: 1e30,
    "16777217": 16777216.0,  # halfway between two floats: rounded to even
    "16777217.0000000000000000000001": 16777218.0,  # just above halfway: must not be rounded twice
    "16777216.9999999999999999999999": 16777216.0,
    "0.100000001490116119384765625": 0.1,
}


@pytest.mark.parametrize("text", NUMBERS)
def test_numbers_are_correctly_rounded(read: Read, text: str) -> None:
    expected = np.float32(NUMBERS[text])
    content = f"1 2\nw {text} 1\n".encode()
    if np.isfinite(expected):
        value = read(content).vectors[0, 0]
    else:
        with pytest.raises(FormatError, match="NaN or infinite"):
            read(content)
        with pytest.warns(UserWarning):
            value = read(content, allow_nonfinite=True).vectors[0, 0]
    assert value == expected or (np.isnan(value) and np.isnan(expected))
    assert np.signbit(value) == np.signbit(expected) or np.isnan(expected)


@pytest.mark.parametrize(
    "text",
    [
        "0x1p3",
        "1,5",
        "1.5.2",
        "1e",
        "1e+",
        "e5",
        ".",
        "-",
        "+-1",
        "--1",
        "1_000",
        "nanx",
        "in",
        "١",
        "1\x00",
        "#NAME?",
        "1d5",
    ],
)
def test_other_notations_are_rejected(read: Read, text: str) -> None:
    with pytest.raises(FormatError, match=r"line 3 \(byte \d+\): found .*, expected a decimal number"):
        read(f"2 2\nw 1 1\nx {text} 1\n".encode(), binary=False)


@given(
    st.floats(width=32, allow_nan=False, allow_infinity=False),
    st.sampled_from(["%.6f", "%.9g", "%.17g", "%.40e", "%g", "%.25f"]),
)
@settings(deadline=None, max_examples=150)
def test_any_decimal_notation_is_correctly_rounded(value: float, spelling: str) -> None:
    from fractions import Fraction

    from wordkin._core import vector_files

    text = spelling % value
    out = np.empty((1, 1), np.float32)
    assert vector_files.parse_text(f"w {text}".encode(), out)["rows"] == 1
    exact = Fraction(text)
    read = np.float32(out[0, 0])
    with np.errstate(over="ignore"):
        neighbours = [np.nextafter(read, np.float32(-np.inf)), np.nextafter(read, np.float32(np.inf))]
    assert all(
        abs(exact - Fraction(float(read))) <= abs(exact - Fraction(float(n))) for n in neighbours if np.isfinite(n)
    )
