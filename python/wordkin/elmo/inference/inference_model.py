"""A language model prepared for inference: its weights are packed once and do not change afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ... import _core
from ...errors import NotFittedError
from ...runtime.compute import Compute
from ...text.characters import Cut
from ..int8_weights import core_parameters
from ..options import ELMoOptions
from ..state import ModelState
from ..token_inputs import TokenInputs
from ..vocabulary import TargetWords

__all__ = ["InferenceModel"]

_TOKENS_PER_CALL = 512  # the token layer's working memory grows with the number of tokens


@dataclass(frozen=True, kw_only=True, eq=False)
class InferenceModel:
    """A language model whose weights are packed for inference. Immutable, and safe to share between threads.

    Use `load` to create one.

    Parameters
    ----------
    options : ELMoOptions
        Options of the model.
    core : _core.elmo.LanguageModel
        The packed weights.
    words : TargetWords or None
        Vocabulary of the softmax, and of the embedding table if the model has token input.
    has_softmax : bool
        Whether the model has softmax weights, which predicting words requires.
    embedding : ndarray of float32, shape (words, projection_dim), or None
        Token vectors of a model with token input; None if the model reads characters.
    inputs : TokenInputs
        How words are looked up, if the model reads characters.
    cut : {"bytes", "characters"}
        Where tokens that are too long are truncated; see `character_rows`.
    """

    options: ELMoOptions
    core: _core.elmo.LanguageModel
    words: TargetWords | None
    has_softmax: bool
    embedding: NDArray[np.float32] | None
    inputs: TokenInputs
    cut: Cut

    @classmethod
    def load(cls, state: ModelState, compute: Compute, *, cut: Cut = "bytes") -> InferenceModel:
        """Pack the weights of a model.

        Parameters
        ----------
        state : ModelState
            The model. Later changes to its parameters require loading it again.
        compute : Compute
            Instruction set and precision of the packed weights, and the number of threads that pack them.
        cut : {"bytes", "characters"}, default "bytes"
            Where tokens that are too long are truncated; see `character_rows`.

        Returns
        -------
        InferenceModel
            The packed model.

        Raises
        ------
        PrecisionError
            If a weight that must be rounded to an 8-bit integer is infinite or NaN.
        """
        core = _core.elmo.LanguageModel(
            state.options,
            core_parameters(state.parameters, state.int8_weights, compute),
            threads=compute.threads,
            isa=compute.isa,
            precision=compute.precision,
        )
        return cls(
            options=state.options,
            core=core,
            words=state.words,
            has_softmax=any(name.startswith("softmax") for name in state.parameters),
            embedding=state.parameters["embedding"] if state.options.token_input else None,
            inputs=state.inputs,
            cut=cut,
        )

    def token_vectors(self, tokens: Sequence[str], *, threads: int) -> NDArray[np.float32]:
        """Return the output of the token layer for distinct tokens, which does not depend on context.

        Parameters
        ----------
        tokens : sequence of str
            Distinct tokens.
        threads : int
            Number of threads to use.

        Returns
        -------
        ndarray of float32, shape (tokens, projection_dim)
            A new array.

        Raises
        ------
        NotFittedError
            If the model has token input and no vocabulary.
        """
        if self.embedding is not None:
            if self.words is None:
                raise NotFittedError("this model has token input and no vocabulary: load it with vocabulary=")
            rows: NDArray[np.float32] = self.embedding[self.words.ids(tokens)]
            return rows
        longest = self.options.max_characters_per_token
        blocks = []
        for first in range(0, len(tokens), _TOKENS_PER_CALL):
            types = self.inputs.types(tokens[first : first + _TOKENS_PER_CALL], longest, cut=self.cut)
            blocks.append(self.core.token_vectors(types.characters, threads=threads, words=types.words))
        return blocks[0] if len(blocks) == 1 else np.concatenate(blocks)
