"""ELMo: a bidirectional language model, trained on text."""

from .options import ELMoOptions, ELMoTrainingOptions

__all__ = ["ELMoOptions", "ELMoTrainingOptions"]
