"""State of a fitted classifier or tagger: feature sources, network parameters, and labels or tags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from .. import _core
from ..elmo import ELMo
from ..errors import PrecisionError
from ..runtime.locks import fork_safe_lock
from ..text.label_set import LabelSet
from ..vectors import KeyedVectors
from .labels.tag_set import TagSet
from .options import CharacterOptions, NetworkOptions

__all__ = [
    "ClassifierState",
    "ContextSource",
    "Embedding",
    "FeatureShape",
    "Features",
    "Floats",
    "History",
    "LayerMix",
    "LearnedSource",
    "NetworkState",
    "PackedParameters",
    "Source",
    "StaticSource",
    "TaggerState",
    "Tensors",
]

Floats = NDArray[np.float32]
Tensors = dict[str, Floats]
History = dict[str, list[float]]
Embedding = KeyedVectors | ELMo | None  # None: vectors that are learned from the training texts


@dataclass(frozen=True, eq=False)
class StaticSource:
    """Word vectors that are not trained; a word without a vector gets zeros.

    Parameters
    ----------
    vectors : KeyedVectors
        The vectors.
    """

    vectors: KeyedVectors


@dataclass(frozen=True, eq=False)
class LearnedSource:
    """Word vectors that are trained with the network; row 0 of their table is shared by all unknown words.

    Parameters
    ----------
    words : list of str
        The known words; word i has row i + 1.
    width : int
        Dimensionality of the vectors.
    is_from_scratch : bool
        Whether the vectors were initialised randomly rather than copied from an embedding.
    """

    words: list[str]
    width: int
    is_from_scratch: bool
    index: dict[str, int] = field(init=False)  # the row of each word

    def __post_init__(self) -> None:
        object.__setattr__(self, "index", {word: row for row, word in enumerate(self.words, start=1)})


@dataclass(frozen=True, eq=False)
class ContextSource:
    """A language model; the network learns a scalar mix of its layers.

    Parameters
    ----------
    model : ELMo
        The language model. If `is_tuned`, a copy that is trained with the network.
    layer_norm : bool
        Whether each layer is normalised over the tokens of a text before the mix.
    is_tuned : bool
        Whether the model's parameters are trained.
    """

    model: ELMo
    layer_norm: bool
    is_tuned: bool

    @property
    def n_layers(self) -> int:
        """Number of layers that are mixed, the token layer included."""
        return self.model.options.n_layers + 1

    @property
    def width(self) -> int:
        """Dimensionality of each layer (both directions concatenated)."""
        return 2 * self.model.options.projection_dim


Source = StaticSource | LearnedSource | ContextSource


class FeatureShape(TypedDict, total=False):
    """The fields of `NetworkOptions` that follow from the feature sources."""

    tables: tuple[tuple[int, int, bool], ...]
    contexts: tuple[tuple[int, int, bool], ...]
    char_dim: int
    filters: tuple[tuple[int, int], ...]
    max_characters: int


@dataclass(frozen=True, eq=False)
class Features:
    """Where the features of a token come from; all sources are concatenated.

    Parameters
    ----------
    sources : tuple of StaticSource, LearnedSource or ContextSource
        One per embedding, in the order in which the embeddings were given.
    characters : CharacterOptions or None
        Shape of the character convolution, if there is one.
    lowercase : bool
        Whether words are lower-cased before they are looked up in tables. Otherwise only words that are missing in
        their original form are.
    """

    sources: tuple[Source, ...]
    characters: CharacterOptions | None
    lowercase: bool

    @property
    def tables(self) -> list[StaticSource | LearnedSource]:
        """Sources that are tables of word vectors, in the order of the network's tables."""
        return [source for source in self.sources if not isinstance(source, ContextSource)]

    @property
    def contexts(self) -> list[ContextSource]:
        """Sources that are language models, in the order of the network's contexts."""
        return [source for source in self.sources if isinstance(source, ContextSource)]

    def network_shape(self, frozen: Sequence[Floats | None] | None = None) -> FeatureShape:
        """Return the fields of `NetworkOptions` that follow from the sources.

        Parameters
        ----------
        frozen : list of ndarray or None, optional
            For each table its rows if it is not trained. Without it, such tables count as having one row.

        Returns
        -------
        FeatureShape
            Keyword arguments for `NetworkOptions`.
        """
        tables = []
        for position, source in enumerate(self.tables):
            if isinstance(source, LearnedSource):
                tables.append((len(source.words) + 1, source.width, True))
            else:
                table = None if frozen is None else frozen[position]
                tables.append((1 if table is None else len(table), source.vectors.vector_size, False))
        contexts = tuple((source.n_layers, source.width, source.layer_norm) for source in self.contexts)
        if self.characters is None:
            return FeatureShape(tables=tuple(tables), contexts=contexts)
        return FeatureShape(
            tables=tuple(tables),
            contexts=contexts,
            char_dim=self.characters.char_dim,
            filters=self.characters.filters,
            max_characters=self.characters.max_characters,
        )


class LayerMix(TypedDict):
    """The scalar mix of a language model's layers: softmax-normalised weights, and the factor gamma."""

    weights: list[float]
    gamma: float


class PackedParameters:
    """The parameters of a network, packed for predictions when they are first needed.

    Packing takes longer than the prediction of one text. The parameters of the instruction set and precision that were
    used last are kept, and a network that reads them, because the allocation of its memory takes as long as the
    prediction of a short text.
    """

    def __init__(self) -> None:
        self._lock = fork_safe_lock()  # guards the following
        self._format = ("", "")
        self._packed: _core.tasks.PackedNetwork | None = None
        self._idle: tuple[_core.tasks.PackedNetwork, _core.tasks.Network] | None = None

    def __reduce__(self) -> tuple[type[PackedParameters], tuple[()]]:
        return PackedParameters, ()  # copies pack their own

    def get(
        self, options: NetworkOptions, parameters: Tensors, isa: str, precision: str = "float32"
    ) -> _core.tasks.PackedNetwork:
        """Return the packed parameters.

        Parameters
        ----------
        options : NetworkOptions
            Shape of the network.
        parameters : dict of str to ndarray
            Float32 tensors by name.
        isa : str
            Instruction set.
        precision : {"float32", "bfloat16", "int8"}, default "float32"
            Precision of the recurrent layers.

        Returns
        -------
        _core.tasks.PackedNetwork
            Immutable, so that several threads can use it.

        Raises
        ------
        PrecisionError
            If weights that must be rounded to 8-bit integers are infinite or NaN.
        """
        with self._lock:
            if self._packed is None or self._format != (isa, precision):
                self._idle = None
                try:
                    self._packed = _core.tasks.PackedNetwork(options, parameters, isa=isa, precision=precision)
                except ValueError as error:
                    if precision != "int8":
                        raise
                    raise PrecisionError(str(error)) from None
                self._format = (isa, precision)
            return self._packed

    def take_idle(self, packed: _core.tasks.PackedNetwork) -> _core.tasks.Network | None:
        """Return a network that no other call uses, until it is given back.

        Parameters
        ----------
        packed : _core.tasks.PackedNetwork
            The parameters that it must read.

        Returns
        -------
        _core.tasks.Network or None
            A network of one thread, whose rows of frozen tables are those of an earlier call; None if there is none.
        """
        with self._lock:
            idle, self._idle = self._idle, None
        return idle[1] if idle is not None and idle[0] is packed else None

    def give_back(self, packed: _core.tasks.PackedNetwork, network: _core.tasks.Network) -> None:
        """Keep a network of one thread for a later call.

        Parameters
        ----------
        packed : _core.tasks.PackedNetwork
            The parameters that it reads.
        network : _core.tasks.Network
            The network, which the caller no longer uses.
        """
        with self._lock:
            if packed is self._packed:
                self._idle = packed, network

    def discard(self) -> None:
        """Discard what is packed; to be called when the parameters change."""
        with self._lock:
            self._packed = self._idle = None


@dataclass(frozen=True, eq=False)
class NetworkState:
    """The parameters of a network and the sources of its features.

    Parameters
    ----------
    options : NetworkOptions
        Shape of the network. The rows of tables that are not trained depend on the texts of each call.
    parameters : dict of str to ndarray
        Float32 tensors by name; training changes them in place.
    features : Features
        Sources of the features.
    """

    options: NetworkOptions
    parameters: Tensors
    features: Features
    packed: PackedParameters = field(default_factory=PackedParameters, init=False)

    def layer_mixes(self) -> list[LayerMix]:
        """Return the learned scalar mix of each language model.

        Returns
        -------
        list of dict
            ``{"weights": [...], "gamma": ...}`` for each language model; the weights sum to 1.
        """
        mixes = []
        for position in range(len(self.features.contexts)):
            powers = np.exp(self.parameters[f"contexts_{position}/weights"].astype(np.float64))
            gamma = float(self.parameters[f"contexts_{position}/gamma"][0])
            mixes.append(LayerMix(weights=(powers / powers.sum()).tolist(), gamma=gamma))
        return mixes


@dataclass(frozen=True, eq=False, kw_only=True)
class ClassifierState:
    """A fitted text classifier.

    Parameters
    ----------
    network : NetworkState
        The network.
    labels : LabelSet
        The classes.
    history : dict of str to list of float
        Loss and metrics of each epoch.
    """

    network: NetworkState
    labels: LabelSet
    history: History


@dataclass(frozen=True, eq=False, kw_only=True)
class TaggerState:
    """A fitted sequence tagger.

    Parameters
    ----------
    network : NetworkState
        The network.
    tags : TagSet
        The tags.
    history : dict of str to list of float
        Loss and metrics of each epoch.
    """

    network: NetworkState
    tags: TagSet
    history: History
