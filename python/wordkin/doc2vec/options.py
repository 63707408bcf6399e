"""Options of Doc2Vec beyond those of Word2Vec: their defaults and ranges."""

from __future__ import annotations

from dataclasses import dataclass

from ..runtime.options import Options, flag_field, integer_field
from ..word2vec.options import TrainingOptions

__all__ = ["CoreDocumentOptions", "DocumentOptions"]


@dataclass(frozen=True, kw_only=True)
class DocumentOptions(Options):
    """How the tags of documents and the words around a position are combined.

    Parameters
    ----------
    dbow_words : bool, default False
        Whether PV-DBOW trains word vectors, too, by skip-gram.
    dm_concat : bool, default False
        Whether PV-DM concatenates its inputs instead of adding them.
    dm_tag_count : int, default 1
        Number of tags of each document, if inputs are concatenated (1 to 10,000).
    """

    dbow_words: bool = flag_field(False, help="Train word vectors in PV-DBOW, too, by skip-gram.")
    dm_concat: bool = flag_field(False, help="Concatenate the inputs of PV-DM instead of adding them.")
    dm_tag_count: int = integer_field(
        1, low=1, high=10_000, help="Number of tags of each document, if inputs are concatenated."
    )

    def concatenates(self, training: TrainingOptions) -> bool:
        """Return whether inputs are concatenated, which only PV-DM does.

        Parameters
        ----------
        training : TrainingOptions
            The other options of the model.

        Returns
        -------
        bool
            Whether they are.
        """
        return self.dm_concat and training.architecture == "cbow"

    def layer_size(self, training: TrainingOptions, vector_size: int) -> int:
        """Return the number of columns of the output layers.

        Parameters
        ----------
        training : TrainingOptions
            The other options of the model.
        vector_size : int
            Dimensionality of the vectors.

        Returns
        -------
        int
            A multiple of `vector_size`.
        """
        inputs = self.dm_tag_count + 2 * training.window if self.concatenates(training) else 1
        return inputs * vector_size


@dataclass(frozen=True, kw_only=True)
class CoreDocumentOptions:
    """The options as the core reads them.

    Parameters
    ----------
    use_words : bool
        Whether words around a position are inputs, too; otherwise only tags are.
    train_words : bool
        Whether the vectors of these words are trained.
    concatenate : bool
        Whether inputs are concatenated: tags, words before the position, words after it.
    tag_count : int
        Number of tags of each document, if inputs are concatenated.
    null_word : int
        Index of the word that stands for positions outside of the document, if inputs are concatenated.
    vector_size : int
        Dimensionality of the vectors.
    """

    use_words: bool
    train_words: bool
    concatenate: bool
    tag_count: int
    null_word: int
    vector_size: int
