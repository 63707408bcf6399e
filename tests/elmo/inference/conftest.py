"""Models for the inference tests."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from elmo.inference.models import scale_parameters
from wordkin import ELMo


@pytest.fixture
def model(small_model: Callable[..., ELMo]) -> ELMo:
    """An untrained model whose vectors differ clearly between tokens."""
    return scale_parameters(small_model())
