"""Checked arguments of a training run."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from ...distributed import Communicator
from ...runtime.compute import Compute
from ...storage.decoding import TextOptions
from ...storage.paths import AnyPath
from ...text import FolderOptions, PreparationOptions
from ...vectors import KeyedVectors
from ..options import ELMoRunOptions, ELMoTrainingOptions, ELMoVocabularyOptions
from ..vocabulary import VocabularySource
from .progress import Progress

__all__ = ["TrainingRequest", "group_of"]


def group_of(communicator: Communicator | None) -> Communicator | None:
    """Return the group of several processes.

    Parameters
    ----------
    communicator : Communicator or None
        What the caller has given.

    Returns
    -------
    Communicator or None
        None for a single process.
    """
    return None if communicator is None or communicator.size == 1 else communicator


@dataclass(frozen=True, kw_only=True)
class TrainingRequest:
    """Checked arguments of `ELMo.train`, apart from the texts.

    Parameters
    ----------
    training : ELMoTrainingOptions
        Options of the training steps, including their precision.
    run : ELMoRunOptions
        Options of the run.
    vocabulary_options : ELMoVocabularyOptions
        How to choose the vocabulary from the text.
    vocabulary : path, iterable of str or None
        Vocabulary given by the user.
    compute : Compute
        Threads and instruction set. Its precision is that of validation, which is always float32, so that validations
        of runs with different training precisions can be compared.
    callbacks : tuple of objects
        Callbacks.
    progress : bool, callable or None
        How to display progress.
    checkpoint : path or None
        Folder for checkpoints.
    text_options : TextOptions
        How text files are decoded.
    preparation : PreparationOptions
        How texts are prepared.
    word_vectors : KeyedVectors or None
        Vectors of words that a new model reads beside their characters.
    folders : FolderOptions
        Which files of folders are read.
    communicator : Communicator or None
        The processes that train the model together; None for this one alone.
    """

    training: ELMoTrainingOptions
    run: ELMoRunOptions
    vocabulary_options: ELMoVocabularyOptions
    vocabulary: VocabularySource | None
    compute: Compute
    callbacks: tuple[Any, ...]
    progress: Progress
    checkpoint: AnyPath | None
    text_options: TextOptions
    preparation: PreparationOptions
    word_vectors: KeyedVectors | None
    folders: FolderOptions
    communicator: Communicator | None

    @property
    def group(self) -> Communicator | None:
        """The processes that train together; None if this one trains alone."""
        return group_of(self.communicator)

    def training_arguments(self) -> dict[str, Any]:
        """Return the arguments of `ELMo.train` that are stored with a model.

        Returns
        -------
        dict
            Options of the training steps, learning rate and number of epochs.
        """
        return {**asdict(self.training), "learning_rate": self.run.learning_rate, "epochs": self.run.epochs}
