"""Translation of the arguments that gensim's API has and the option classes do not."""

from __future__ import annotations

from ..runtime.options import flag_option
from ..word2vec.options import Architecture, TrainingOptions

__all__ = ["architecture_of_dm", "dm_of"]


def architecture_of_dm(dm: int) -> Architecture:
    """Return the architecture that gensim's flag `dm` selects.

    Parameters
    ----------
    dm : {0, 1}
        1 for PV-DM, which is CBOW with tags; 0 for PV-DBOW, which is skip-gram with tags.

    Returns
    -------
    {"skipgram", "cbow"}
        The architecture.
    """
    return "cbow" if flag_option("dm", dm) else "skipgram"


def dm_of(options: TrainingOptions) -> bool:
    """Return whether options are those of PV-DM.

    Parameters
    ----------
    options : TrainingOptions
        The options.

    Returns
    -------
    bool
        Whether they are.
    """
    return options.architecture == "cbow"
