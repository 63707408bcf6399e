"""gensim's names of options that have other names here, and names that gensim 4 removed."""

from __future__ import annotations

from typing import NoReturn

__all__ = ["NAMES_BEFORE_GENSIM_4", "OPTION_FIELDS", "REMOVED_ATTRIBUTES", "refuse_to_load"]

# Arguments of the constructor before gensim 4, with their present names.
NAMES_BEFORE_GENSIM_4 = {"size": "vector_size", "iter": "epochs", "cbow": "sg", "docvecs": "wv"}

# Attributes that gensim 4 removed, with advice.
REMOVED_ATTRIBUTES = {
    "vocabulary": "use wv.key_to_index, and wv.get_vecattr(word, 'count') for counts",
    "trainables": "its contents are attributes of the model",
}

# Attributes that gensim names after the constructor's arguments, with the option field that stores each.
OPTION_FIELDS = {
    "sg": "options.architecture",
    "hs": "options.hierarchical_softmax",
    "negative": "options.negative",
    "ns_exponent": "options.ns_exponent",
    "cbow_mean": "options.cbow_mean",
    "window": "options.window",
    "shrink_windows": "options.shrink_windows",
    "sample": "options.sample",
    "seed": "options.seed",
    "batch_words": "options.job_words",
    "min_count": "vocabulary_options.min_count",
    "max_vocab_size": "vocabulary_options.max_vocab_size",
    "max_final_vocab": "vocabulary_options.max_final_vocab",
    "sorted_vocab": "vocabulary_options.sorted_vocab",
    "null_word": "vocabulary_options.null_word",
    "workers": "compute.threads",
    "layer1_size": "vector_size",
}


def refuse_to_load(*args: object, **kwargs: object) -> NoReturn:
    """Raise an error as gensim does: a model loaded by another model is easily lost, since the latter does not change.

    Parameters
    ----------
    *args, **kwargs : object
        Ignored.

    Raises
    ------
    AttributeError
        Always.
    """
    raise AttributeError("load must be called on the class: model = Word2Vec.load(path)")
