"""ELMo: bidirectional language models of characters and words, trained on text."""

from .callbacks import ELMoCallback, StepReport
from .fine_tuning import LayerPass
from .model import ELMo
from .official_options import OfficialOptions, read_official_options
from .options import ELMoOptions, ELMoTrainingOptions
from .progress import ELMoProgressEvent
from .report import ELMoTrainingReport, Perplexity, Validation
from .run_options import ELMoRunOptions
from .scoring import TokenScores

__all__ = [
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
    "StepReport",
    "TokenScores",
    "Validation",
    "read_official_options",
]
