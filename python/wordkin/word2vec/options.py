"""Options of Word2Vec: their defaults and ranges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..runtime.options import (
    Options,
    checked_field,
    choice_field,
    flag_field,
    integer_field,
    real_field,
    text_option,
)

__all__ = [
    "Architecture",
    "CheckpointOptions",
    "ModelOptions",
    "SubwordOptions",
    "SynchronizationOptions",
    "TrainingOptions",
    "VocabularyOptions",
]

Architecture = Literal["skipgram", "cbow"]


@dataclass(frozen=True, kw_only=True)
class TrainingOptions(Options):
    """Options of a training run; the C++ core has the same fields under the same names.

    Parameters
    ----------
    architecture : {"skipgram", "cbow"}, default "cbow"
        Whether a word predicts each context word, or the context predicts the word.
    cbow_mean : bool, default True
        Whether CBOW averages the context vectors; otherwise it sums them.
    window : int, default 5
        Maximum distance between the target and a context word (1 to 2**31 - 1).
    shrink_windows : bool, default True
        Whether the window size is drawn uniformly from 1 to `window` for each target.
    negative : int, default 5
        Number of noise words per target (0 to 10,000); 0 disables negative sampling.
    ns_exponent : float, default 0.75
        Exponent of the noise distribution, which is proportional to count ** ns_exponent (-100 to 100).
    hierarchical_softmax : bool, default False
        Whether to train hierarchical softmax.
    train_output : bool, default True
        Whether to train the output layers (gensim's `learn_hidden`); otherwise only the input vectors are trained.
    sample : float, default 1e-3
        Subsampling threshold for frequent words (>= 0); 0 disables subsampling, and from 1 it is a count instead of a
        relative frequency, as in gensim.
    seed : int, default 1
        Random seed (0 to 2**64 - 1).
    job_words : int, default 10000
        Number of words, known or not, per job of a training thread (>= 1); gensim's `batch_words`.

    References
    ----------
    Mikolov et al., "Distributed representations of words and phrases and their compositionality", NeurIPS 2013,
    arXiv:1310.4546.
    """

    architecture: Architecture = choice_field("cbow", Architecture, help="Skip-gram or CBOW.")
    cbow_mean: bool = flag_field(True, help="Average the context vectors in CBOW instead of summing them.")
    window: int = integer_field(
        5, low=1, high=2**31 - 1, help="Maximum distance between the target and a context word."
    )
    shrink_windows: bool = flag_field(True, help="Draw each window size uniformly from 1 to the maximum.")
    negative: int = integer_field(
        5, low=0, high=10_000, help="Number of noise words per target in negative sampling; 0 disables it."
    )
    ns_exponent: float = real_field(
        0.75, low=-100.0, high=100.0, help="Exponent of the noise distribution over word counts."
    )
    hierarchical_softmax: bool = flag_field(False, name="hs", help="Train hierarchical softmax.")
    train_output: bool = flag_field(True, help="Train the output layers; otherwise only the input vectors.")
    sample: float = real_field(1e-3, low=0.0, help="Subsampling threshold for frequent words; 0 disables subsampling.")
    seed: int = integer_field(1, low=0, high=2**64 - 1, help="Random seed.")
    job_words: int = integer_field(
        10_000, low=1, high=2**31 - 1, name="batch_words", help="Number of words per job of a training thread."
    )


@dataclass(frozen=True, kw_only=True)
class VocabularyOptions(Options):
    """Options that decide which words of a corpus have vectors.

    Parameters
    ----------
    min_count : int, default 5
        Minimum number of occurrences (>= 0).
    max_vocab_size : int or None, default None
        Maximum number of distinct words while counting; rare words are dropped when it is exceeded.
    max_final_vocab : int or None, default None
        Maximum size of the vocabulary; raises the minimum count as needed.
    sorted_vocab : bool, default True
        Whether to sort by decreasing count; otherwise words are in order of first occurrence.
    null_word : bool, default False
        Whether to add gensim's padding word, a NUL character.
    """

    min_count: int = integer_field(5, low=0, high=2**63 - 1, help="Minimum number of occurrences of a word.")
    max_vocab_size: int | None = integer_field(
        None, low=1, high=2**31 - 1, help="Maximum number of distinct words while counting."
    )
    max_final_vocab: int | None = integer_field(None, low=1, high=2**31 - 1, help="Maximum size of the vocabulary.")
    sorted_vocab: bool = flag_field(True, help="Sort the vocabulary by decreasing count.")
    null_word: bool = flag_field(False, help="Add a padding word (a NUL character).")


@dataclass(frozen=True, kw_only=True)
class ModelOptions(Options):
    """Options of a model that the C++ core does not need.

    Parameters
    ----------
    vector_size : int, default 100
        Dimensionality of the word vectors (1 to 2**20).
    alpha : float, default 0.025
        Learning rate at the start of training (> 0).
    min_alpha : float, default 1e-4
        Learning rate at the end of training (>= 0).
    epochs : int, default 5
        Number of passes over the corpus (>= 0).
    compute_loss : bool, default False
        Whether `get_latest_training_loss` returns the loss.
    comment : str or None, default None
        Text stored with the model.
    """

    vector_size: int = integer_field(100, low=1, high=2**20, help="Dimensionality of the word vectors.")
    alpha: float = real_field(0.025, low=0.0, low_exclusive=True, help="Learning rate at the start of training.")
    min_alpha: float = real_field(1e-4, low=0.0, help="Learning rate at the end of training.")
    epochs: int = integer_field(5, low=0, high=2**31 - 1, help="Number of passes over the corpus.")
    compute_loss: bool = flag_field(False, help="Make the total training loss available.")
    comment: str | None = checked_field(None, text_option, help="Text stored with the model.")


@dataclass(frozen=True, kw_only=True)
class SubwordOptions(Options):
    """Options of models whose words are composed of character n-grams (FastText).

    Parameters
    ----------
    min_n, max_n : int, default 3 and 6
        Minimum and maximum length of n-grams, in characters (0 to 1,000). There are none if the maximum is 0 or less
        than the minimum.
    bucket : int, default 2000000
        Number of hash buckets of n-grams (0 to 2**31 - 1), each of which has a vector; 0 for no n-grams.
    hash_count : int, default 0
        Number of buckets of each word and n-gram, as in floret, where words have no other rows (1 to 4); 0 for
        fastText's hash.

    References
    ----------
    Bojanowski et al., "Enriching word vectors with subword information", TACL 2017, arXiv:1607.04606.
    """

    min_n: int = integer_field(3, low=0, high=1000, help="Minimum length of character n-grams.")
    max_n: int = integer_field(6, low=0, high=1000, help="Maximum length of character n-grams; 0 for none.")
    bucket: int = integer_field(2_000_000, low=0, high=2**31 - 1, help="Number of hash buckets of n-grams.")
    hash_count: int = integer_field(
        0, low=0, high=4, help="Number of buckets of each word and n-gram, as in floret (0: fastText)."
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.hash_count and not self.bucket:
            raise ValueError("bucket must be at least 1 with hash_count, got 0")

    @property
    def rows(self) -> int:
        """Number of buckets that words or n-grams are hashed to; 0 if there are none."""
        return self.bucket if self.hash_count or 0 < self.max_n >= self.min_n else 0


@dataclass(frozen=True, kw_only=True)
class CheckpointOptions(Options):
    """When checkpoints of a training run are saved, and whether a run continues from one.

    Parameters
    ----------
    checkpoint_epochs : int or None, default None
        Number of epochs between checkpoints (>= 1); None for no such rule.
    checkpoint_seconds : float or None, default 600.0
        Time between checkpoints in seconds (> 0); None for no such rule.
    keep : int, default 2
        Number of checkpoints to keep (>= 1).
    resume : bool, default True
        Whether to resume from the newest checkpoint.
    """

    checkpoint_epochs: int | None = integer_field(
        None, low=1, high=2**31 - 1, help="Number of epochs between checkpoints."
    )
    checkpoint_seconds: float | None = real_field(
        600.0, low=0.0, low_exclusive=True, optional=True, help="Time between checkpoints in seconds."
    )
    keep: int = integer_field(2, low=1, high=2**31 - 1, help="Number of checkpoints to keep.")
    resume: bool = flag_field(True, help="Resume from the newest checkpoint.")


@dataclass(frozen=True, kw_only=True)
class SynchronizationOptions(Options):
    """How threads share their work on one model.

    Parameters
    ----------
    deterministic : bool, default False
        Whether each thread trains a replica of the weights, so that the result does not depend on timing.
    sync_words : int or None, default None
        Number of words that a replica is trained on between two synchronizations of the most frequent words (>= 1);
        None for 20,000 with replicas of one process, and for a hundredth of an epoch with several processes.
    sync_share : float or None, default None
        Largest fraction of the time that several processes spend on synchronizations (> 0, <= 1): periods become longer
        as needed, up to ten times; None for periods that depend on the number of words only.
    wire : {"float32", "bfloat16"}, default "float32"
        Precision in which processes send the changes of their weights.
    """

    deterministic: bool = flag_field(
        False, help="Train the same vectors in every run, also with several threads, which take more memory."
    )
    sync_words: int | None = integer_field(
        None,
        low=1,
        high=2**62,
        help="Number of words of each worker between two synchronizations of the most frequent words.",
    )
    sync_share: float | None = real_field(
        None,
        low=0.0,
        high=1.0,
        low_exclusive=True,
        help="Largest fraction of the time that several processes spend on synchronizations, which become rarer, up to "
        "ten times; results then depend on the speed of the machines.",
    )
    wire: Literal["float32", "bfloat16"] = choice_field(
        "float32", Literal["float32", "bfloat16"], help="Precision in which processes send changes of weights."
    )
