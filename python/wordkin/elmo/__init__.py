"""ELMo: bidirectional language models of characters and words, trained on text."""

from .files.official_options import OfficialOptions, read_official_options
from .inference.fine_tuning import LayerPass
from .inference.scoring import TokenScores
from .model import ELMo
from .options import ELMoOptions, ELMoRunOptions, ELMoTrainingOptions
from .presets import PRESETS, Preset
from .report import ELMoTrainingReport, Perplexity, Validation
from .training.callbacks import ELMoCallback, StepReport
from .training.progress import ELMoProgressEvent

__all__ = [
    "PRESETS",
    "ELMo",
    "ELMoCallback",
    "ELMoOptions",
    "ELMoProgressEvent",
    "ELMoRunOptions",
    "ELMoTrainingOptions",
    "ELMoTrainingReport",
    "LayerPass",
    "OfficialOptions",
    "Perplexity",
    "Preset",
    "StepReport",
    "TokenScores",
    "Validation",
    "read_official_options",
]
