"""Tags for the tokens of sentences: features of tokens, recurrent layers, and a CRF over neighbouring tags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import CorpusError, LabelError
from ..runtime.options import choice_option, flag_option, integer_option
from .data.texts import cut_texts, token_lists
from .inference.outputs import answers
from .labels.chunks import ChunkReport, chunk_report
from .labels.label_set import text_weights
from .labels.schemes import SCHEMES, Scheme, as_bio, as_iobes, check_scheme, recognised_scheme
from .text_network import TextNetwork
from .training.embeddings import held_out

if TYPE_CHECKING:
    from .._core.tasks import Network

__all__ = ["SequenceTagger"]

Tags = list[list[str]]

_AUTO, _LENIENT = "auto", "lenient"
_UNKNOWN = -1


class SequenceTagger(TextNetwork):
    """Tag tokens with a recurrent network and a linear-chain CRF, in scikit-learn's manners.

    Parameters
    ----------
    embedding : KeyedVectors, Word2Vec, ELMo, None, or list of these
        Where a token's vectors come from; None for vectors that are learned from the training sentences. Several stand
        side by side. Of an ELMo's layers a mix with shares softmax(w) and a factor gamma is learned.
    encoder : {"lstm", "rnn"} or None
        Recurrent layers over the vectors: LSTM, tanh, or none.
    bidirectional : bool
        Whether they read in both directions.
    hidden_dim, n_layers : int
        Their width in each direction, and how many.
    dense_dim : int
        Width of a tanh layer of each token before the tags; 0 for none.
    crf : bool
        Whether neighbouring tags are scored together; else each tag is decided by itself.
    scheme : {"auto", "bio", "iobes", "plain", "lenient"}
        How tags mark chunks. Training tags that break the scheme are refused, unless it is "lenient". "auto" tells it
        from the training tags; "plain" is for tags that mark no chunks, such as parts of speech.
    learned_scheme : {"bio", "iobes"}, optional
        What the network learns, where that is to be another scheme than that of the tags; they are converted there and
        back.
    input_dropout, dropout : float
        Share of zeros in the vectors of tokens, and between the other layers, in training.
    fine_tune : bool, or list of bool
        Whether embeddings (each) are trained, too: on a copy. Vectors of an ELMo that is not trained are computed once.
    embedding_dim, min_count : int
        Width of vectors that are learned, and how often a word must occur to have its own.
    characters : bool
        Whether a convolution over the characters of a word stands beside the embeddings.
    char_dim, filters, max_characters
        Its shape: numbers for each character, pairs of width and number, bytes of a word that are seen and two.
    layer_norm : bool
        Whether layers of an ELMo are shifted and scaled to mean 0 and deviation 1 over a sentence before the mix.
    mix_l2 : float
        Factor of the squared weights of the mix in the loss.
    lowercase : bool
        Whether words are looked up in lower case; else those only that are missing as they stand. Characters and ELMo
        see words as they are.
    max_length : int
        Tokens of the longest sentence; longer ones are refused.
    optimizer : {"adam"}
        What trains.
    learning_rate, decay : float
        Of Adam, and its factor after each epoch.
    embedding_learning_rate : float
        Of an ELMo that is trained, too.
    clip_norm : float
        Greatest norm of the gradients; 0 for no limit.
    batch_size, epochs : int
        Sentences in a step, and passes over the sentences; `fit` can be given others.
    early_stopping : bool
        Whether training ends when the F1 of chunks in validation sentences (for plain tags: the accuracy) has not risen
        for `patience` epochs; the best parameters are taken then. Without `validation_data` a share of
        `validation_fraction` is held out.
    patience, validation_fraction
        See `early_stopping`.
    cache_bytes : int
        Memory for layers of an ELMo that are computed once; those of further sentences are computed at each use.
    random_state : int, RandomState, Generator or None
        Of all draws. The same number gives the same model, for a number of threads and an instruction set.
    workers : int, optional
        Threads; None for the cores that this process may use.
    progress : bool or callable, optional
        True for a bar on stderr; None for one where stderr is a terminal; a callable gets a `FitEvent` after each
        epoch.

    Attributes
    ----------
    classes_ : ndarray
        Tags of the training sentences, in rising order.
    scheme_ : {"bio", "iobes", "plain"}
        How they mark chunks.
    history_ : dict of str to list
        For each epoch: ``loss``, ``seconds``, and with validation sentences ``val_loss``, ``val_f1``, ``val_accuracy``.
    layer_mixes_ : list of dict
        Of each ELMo: the shares of its layers, and gamma.

    Examples
    --------
    >>> X = [["the", "dog", "barks"], ["a", "cat", "sees", "the", "dog"]] * 10
    >>> Y = [["B-NP", "I-NP", "O"], ["B-NP", "I-NP", "O", "B-NP", "I-NP"]] * 10
    >>> tagger = SequenceTagger(hidden_dim=8, embedding_dim=8, epochs=10, learning_rate=0.02, random_state=1, workers=1)
    >>> tagger.fit(X, Y).score(X, Y)
    1.0
    """

    _estimator_type = "tagger"
    _kind = "sequence_tagger"

    scheme_: Scheme
    _tags: list[str]  # as the network learns them

    def __init__(
        self,
        embedding: Any = None,
        *,
        encoder: str | None = "lstm",
        bidirectional: bool = True,
        hidden_dim: int = 128,
        n_layers: int = 1,
        dense_dim: int = 0,
        crf: bool = True,
        scheme: Literal["auto", "bio", "iobes", "plain", "lenient"] = "auto",
        learned_scheme: Literal["bio", "iobes"] | None = None,
        input_dropout: float = 0.3,
        dropout: float = 0.3,
        fine_tune: Any = False,
        embedding_dim: int = 100,
        min_count: int = 2,
        characters: bool = True,
        char_dim: int = 16,
        filters: Any = ((3, 50),),
        max_characters: int = 30,
        layer_norm: bool = False,
        mix_l2: float = 0.0,
        lowercase: bool = False,
        max_length: int = 5000,
        optimizer: str = "adam",
        learning_rate: float = 1e-3,
        decay: float = 1.0,
        embedding_learning_rate: float = 1e-4,
        clip_norm: float = 5.0,
        batch_size: int = 32,
        epochs: int = 10,
        early_stopping: bool = False,
        patience: int = 3,
        validation_fraction: float = 0.1,
        cache_bytes: int = 2 << 30,
        random_state: Any = None,
        workers: int | None = None,
        progress: Any = None,
    ) -> None:
        self.embedding = embedding
        self.encoder = encoder
        self.bidirectional = bidirectional
        self.hidden_dim = hidden_dim
        self.n_layers = n_layers
        self.dense_dim = dense_dim
        self.crf = crf
        self.scheme = scheme
        self.learned_scheme = learned_scheme
        self.input_dropout = input_dropout
        self.dropout = dropout
        self.fine_tune = fine_tune
        self.embedding_dim = embedding_dim
        self.min_count = min_count
        self.characters = characters
        self.char_dim = char_dim
        self.filters = filters
        self.max_characters = max_characters
        self.layer_norm = layer_norm
        self.mix_l2 = mix_l2
        self.lowercase = lowercase
        self.max_length = max_length
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.decay = decay
        self.embedding_learning_rate = embedding_learning_rate
        self.clip_norm = clip_norm
        self.batch_size = batch_size
        self.epochs = epochs
        self.early_stopping = early_stopping
        self.patience = patience
        self.validation_fraction = validation_fraction
        self.cache_bytes = cache_bytes
        self.random_state = random_state
        self.workers = workers
        self.progress = progress

    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        validation_data: tuple[Any, Any] | None = None,
        epochs: int | None = None,
        batch_size: int | None = None,
        progress: Any = None,
    ) -> SequenceTagger:
        """Learn from sentences and their tags.

        Parameters
        ----------
        X : list of lists of str
            Tokens of sentences.
        y : list of lists of str
            A tag for each token.
        sample_weight : sequence of float, optional
            Factor of each sentence in the loss.
        validation_data : (X, y), optional
            Sentences to look at after each epoch. Tags that training sentences lack count as missed.
        epochs, batch_size, progress
            Instead of those of the constructor.

        Returns
        -------
        SequenceTagger
            This one.

        Raises
        ------
        LabelError
            If there are not two tags at least, or tags break their scheme.
        CorpusError
            If a sentence is too long, or there are none.
        TypeError, ValueError
            For arguments of the wrong kind or out of range.
        TrainingDiverged
            If a loss is not finite any more.
        """
        sentences, tags = self._tagged(X, y)
        if not any(sentences):
            raise CorpusError(f"X must have one token at least, got none in {len(sentences)} sentences")
        scheme = self._checked_scheme(tags)
        rewritten = self._rewritten(tags, scheme)
        classes = sorted({tag for own in tags for tag in own})
        learned = sorted({tag for own in rewritten for tag in own})
        if len(classes) < 2:
            raise LabelError(f"y must have at least two tags to tell apart, got one: {classes[0]!r:.60}")
        weights = text_weights(sample_weight, len(sentences))
        seed = self._seed()
        training, validation = np.arange(len(sentences)), np.arange(0)
        if validation_data is not None:
            more, more_tags = self._validation(validation_data)
            validation = np.arange(len(sentences), len(sentences) + len(more))
            sentences += more
            tags += more_tags
            rewritten += self._rewritten(more_tags, scheme)
            weights = np.concatenate([weights, np.ones(len(more), np.float32)])
        elif flag_option("early_stopping", self.early_stopping):
            training, validation = held_out(len(sentences), self.validation_fraction, seed)
        index = {tag: place for place, tag in enumerate(learned)}
        numbers = np.array([index.get(tag, _UNKNOWN) for own in rewritten for tag in own], dtype=np.int32)
        # The loss of validation sentences needs some tag for each token; predictions are compared to the true ones.
        targets = np.maximum(numbers, 0)
        options = self._options("tags", len(learned), seed, crf=self.crf)
        true = [tags[number] for number in validation.tolist()]

        def judge(network: Network, prepared: Any) -> Mapping[str, float]:
            paths = answers(network, prepared, validation, "paths", is_per_token=True)
            guesses = self._as_given(_cut(paths, true), learned, scheme)
            report = chunk_report(true, guesses)
            figures = {"f1": report.micro.f1, "accuracy": report.accuracy}
            return {"accuracy": report.accuracy} if scheme == "plain" else figures

        self._fit_network(
            options,
            sentences,
            targets,
            weights,
            training,
            validation,
            is_per_token=True,
            judge=judge,
            accuracy=None,
            learned={"classes_": np.array(classes), "scheme_": scheme, "_tags": learned},
            epochs=epochs,
            batch_size=batch_size,
            progress=progress,
        )
        return self

    def _tagged(self, X: Any, y: Any, name: str = "X", tag_name: str = "y") -> tuple[Tags, Tags]:
        sentences = self._sentences(X, name)
        tags = token_lists(y, tag_name)
        if len(sentences) != len(tags):
            raise ValueError(
                f"{tag_name} must have tags for each sentence of {name}, got {len(tags)} for {len(sentences)}"
            )
        for place, (tokens, own) in enumerate(zip(sentences, tags, strict=True)):
            if len(tokens) != len(own):
                raise ValueError(
                    f"{tag_name}[{place}] must have a tag for each of {len(tokens)} tokens, got {len(own)} tags"
                )
        return sentences, tags

    def _sentences(self, X: Any, name: str = "X") -> Tags:
        max_length = integer_option("max_length", self.max_length, 1, 2**31 - 1)
        return cut_texts(token_lists(X, name), max_length, False, name)

    def _validation(self, validation_data: Any) -> tuple[Tags, Tags]:
        if not isinstance(validation_data, tuple | list) or len(validation_data) != 2:
            raise TypeError(f"validation_data must be a pair (X, y), got {type(validation_data).__name__}")
        X, y = validation_data
        return self._tagged(X, y, "validation_data[0]", "validation_data[1]")

    def _checked_scheme(self, tags: Tags) -> Scheme:
        asked = choice_option("scheme", self.scheme, (_AUTO, *SCHEMES, _LENIENT))
        scheme: Any = recognised_scheme(tags) if asked in (_AUTO, _LENIENT) else asked
        if asked != _LENIENT:
            check_scheme(tags, scheme, "y")
        return scheme  # type: ignore[no-any-return]

    def _rewritten(self, tags: Tags, scheme: Scheme) -> Tags:
        """Tags as the network learns them."""
        if self.learned_scheme is None:
            return list(tags)
        learned = choice_option("learned_scheme", self.learned_scheme, ("bio", "iobes"))
        if scheme == "plain":
            raise ValueError(f"learned_scheme must be None for tags that mark no chunks, got {learned!r}")
        if learned == scheme:
            return list(tags)
        return [as_iobes(own) if learned == "iobes" else as_bio(own) for own in tags]

    def _as_given(self, paths: Sequence[NDArray[np.int32]], learned: list[str], scheme: Scheme) -> Tags:
        """Paths of the network as tags of the scheme that training sentences were written in."""
        found = [[learned[number] for number in path.tolist()] for path in paths]
        if self.learned_scheme is None or self.learned_scheme == scheme:
            return found
        return [as_iobes(own) if scheme == "iobes" else as_bio(own) for own in found]

    def predict(self, X: Any) -> Tags:
        """Return the most probable tags of each sentence; of an empty one none."""
        self._require_fitted()
        sentences = self._sentences(X)
        if not any(sentences):
            return [[] for _ in sentences]
        paths = self._answers(sentences, "paths", is_per_token=True)
        return self._as_given(_cut(paths, sentences), self._tags, self.scheme_)

    def predict_proba(self, X: Any) -> list[NDArray[np.float32]]:
        """Return for each sentence the probability of each tag in each place, float32 (tokens, tags).

        Tags are those that the network learns, in rising order: `classes_`, unless there is a `learned_scheme`.
        """
        self._require_fitted()
        sentences = self._sentences(X)
        if not any(sentences):
            return [np.empty((0, len(self._tags)), dtype=np.float32) for _ in sentences]
        return _cut(self._answers(sentences, "probabilities", is_per_token=True), sentences)

    def report(self, X: Any, y: Any) -> ChunkReport:
        """Return how well chunks are found: of each type and of all, by the rules of seqeval's default mode.

        For plain tags every token is a chunk whose type is its tag. Tags that training sentences lack count as missed.
        """
        sentences, tags = self._tagged(X, y)
        guesses = self.predict(sentences)
        if self.scheme_ == "plain":
            tags, guesses = ([[f"S-{tag}" for tag in own] for own in side] for side in (tags, guesses))
        return chunk_report(tags, guesses)

    def score(self, X: Any, y: Any) -> float:
        """Return the F1 of chunks, by the rules of seqeval's default mode; for plain tags the accuracy."""
        report = self.report(X, y)
        return report.accuracy if self.scheme_ == "plain" else report.micro.f1

    def _state(self) -> dict[str, Any]:
        return {"classes": self.classes_.tolist(), "scheme": self.scheme_, "tags": list(self._tags)}

    def _set_state(self, state: Mapping[str, Any]) -> None:
        scheme = state["scheme"]
        if scheme not in SCHEMES:
            raise ValueError(f"the scheme {scheme!r:.20} is unknown")
        self.scheme_ = scheme
        self.classes_ = np.array(state["classes"])
        self._tags = [str(tag) for tag in state["tags"]]


def _cut(rows: NDArray[Any], sentences: Sequence[Sequence[str]]) -> list[NDArray[Any]]:
    """Rows of all tokens as those of each sentence."""
    return np.split(rows, np.cumsum([len(tokens) for tokens in sentences])[:-1])
