"""What a model gives to those who use it: vectors of words in their context, at once, as a stream, or in a file."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ...runtime.compute import Precision, choose_isa, requested_workers
from ...runtime.options import choice_option, flag_option, integer_option, progress_option
from ...runtime.progress import counted_progress
from ...storage.paths import AnyPath
from ...text.characters import Cut
from ..files.vector_output import OutputFormat, format_of, opened_output, token_lines
from ..state import ModelState
from .embedding import LoadedModel
from .encoding import Encoding, Streams, encoded, encoded_stream
from .fine_tuning import LayerPass, layer_pass
from .scalar_mix import LayerNorm
from .sentence_inputs import Tokenizer, checked_sentences, checked_tokenizer
from .token_cache import CACHE_BYTES

__all__ = ["LayersWanted", "ServedModel"]

LayersWanted = Literal["all", "top", "average"] | int | Sequence[float]
Vectors = NDArray[np.float32]


def _checked_precision(precision: Any) -> Precision:
    return choice_option("precision", precision or "float32", ("float32", "bfloat16"))  # type: ignore[return-value]


def _checked_cut(cut: Any) -> Cut:
    return choice_option("cut", cut, ("bytes", "characters"))  # type: ignore[return-value]


class ServedModel(ABC):
    """The part of `ELMo` that reads parameters and changes nothing but what stateful calls carry on."""

    def __init__(self) -> None:
        self._serving = threading.Lock()  # of the two below
        self._packed: LoadedModel | None = None
        self._streams: Streams | None = None
        self._cache_bytes = CACHE_BYTES

    @abstractmethod
    def _fitted(self) -> ModelState:
        """The parameters, or a NotFittedError."""

    def parameters_changed(self) -> None:
        """Forget what was prepared from the parameters; to be called after writing into arrays of `parameters`."""
        with self._serving:
            self._packed = None

    def reset_state(self) -> None:
        """Forget what stateful calls have carried on."""
        with self._serving:
            self._streams = None

    def _loaded(self, workers: Any, precision: Any, cut: Any = "bytes", cache_bytes: Any = None) -> LoadedModel:
        content = self._fitted()
        if cache_bytes is not None:
            self._cache_bytes = integer_option("cache_bytes", cache_bytes, 0, 2**63 - 1)
        threads, isa = requested_workers(workers), choose_isa()
        chosen, cut_at = _checked_precision(precision), _checked_cut(cut)
        with self._serving:
            model = self._packed
            if model is None or not model.is_of(content, isa, chosen, cut_at):
                self._packed = model = None  # not two of them at a time
                model = LoadedModel(content, threads=threads, isa=isa, precision=chosen, cut=cut_at)
                self._packed = model
        model.threads = threads
        model.bound_cache(self._cache_bytes)
        return model

    def _carried(self, stateful: Any) -> Streams | None:
        if not isinstance(stateful, bool | np.bool_):
            raise TypeError(f"stateful must be True or False, got {stateful!r}")
        if not stateful:
            return None
        with self._serving:
            if self._streams is None:
                self._streams = Streams(self._fitted().options)
            return self._streams

    def encode(
        self,
        inputs: str | Iterable[Any],
        layers: LayersWanted = "average",
        *,
        batch_size: int = 32,
        pooling: Literal["mean"] | None = None,
        stateful: bool = False,
        precision: Precision | None = None,
        progress: Any = None,
        workers: int | None = None,
        gamma: float = 1.0,
        layer_norm: LayerNorm | None = None,
        boundaries: bool = False,
        tokenizer: Tokenizer | None = None,
        cut: Cut = "bytes",
        cache_bytes: int | None = None,
    ) -> Any:
        """Return contextual vectors of the tokens of sentences.

        Without `stateful`, a sentence's vectors depend on nothing but itself: in float32 they are the same bits in any
        batch, order and number of threads.

        Parameters
        ----------
        inputs : str, list of str, or list of lists of str
            A text, texts, or sentences of tokens. A text is one sentence, cut into words by `tokenizer`.
        layers : {"all", "top", "average"}, int, or sequence of float
            Of the n_layers + 1 layers, that of the words by themselves first: all; the last; their mean; one; or a
            mix with these weights, which a softmax makes shares of (-inf leaves a layer out). Layers above the last
            that is asked for are not run.
        batch_size : int
            Sentences at a time; with `stateful`: streams.
        pooling : {"mean"}, optional
            One vector for a sentence, zeros for one without tokens.
        stateful : bool
            Whether sentences begin with what the sentence before them has left, as the originals do: sentence k of
            each batch of `batch_size` goes on where sentence k of the batch before has ended, in earlier calls too.
        precision : {"float32", "bfloat16"}, optional
            Of the factors in matrix products; float32 by default.
        progress : bool or callable, optional
            True for a bar on stderr; None for one where stderr is a terminal; a callable gets the tokens done.
        workers : int, optional
            Threads; None for the cores that this process may use.
        gamma : float
            Factor of the result.
        layer_norm : {"bilm", "allennlp"}, optional
            Whether each layer is shifted and scaled to mean 0 and deviation 1 over a sentence first; the two originals
            differ in whether the marks of its ends count.
        boundaries : bool
            Whether the marks of a sentence's ends are among the tokens that are returned.
        tokenizer : callable, optional
            From a text to its tokens. By default words are runs of letters and digits, and every other character but
            blanks is a token.
        cut : {"bytes", "characters"}
            Where words are cut that have more than max_characters_per_token - 2 bytes: at the last byte that fits, as
            the originals do, or at the last whole character.
        cache_bytes : int, optional
            Memory for the vectors of words by themselves, which are remembered from call to call; 0 for none. It holds
            for later calls, too; 128 MiB at first.

        Returns
        -------
        list of ndarray, or ndarray
            float32 (tokens, 2 * projection_dim) for each input, or (n_layers + 1, tokens, 2 * projection_dim) for
            "all". For a single text its own array. With `pooling` one array (inputs, ...).

        Raises
        ------
        TypeError
            If inputs are no sentences; also for several texts without a blank, which are words where sentences are
            meant.
        ValueError
            If another argument is out of range.
        NotFittedError
            If the model has no parameters.

        Examples
        --------
        >>> from wordkin import ELMo
        >>> model = ELMo(dim=16, projection_dim=8, n_layers=1, char_dim=4, filters=[[1, 8], [2, 8]], n_highway=0)
        >>> model.initialize()
        >>> model.encode("Time flies.").shape
        (3, 16)
        >>> [vectors.shape for vectors in model.encode([["Time", "flies"], ["like"]], layers="all")]
        [(2, 2, 16), (2, 1, 16)]
        """
        shown = progress_option(progress)
        encoding = self._encoding(
            layers, gamma, layer_norm, pooling, boundaries, batch_size, tokenizer, self._carried(stateful)
        )
        is_single = isinstance(inputs, str)
        sentences = checked_sentences([inputs] if is_single else inputs, encoding.tokenizer)
        model = self._loaded(workers, precision, cut, cache_bytes)
        with counted_progress(shown, sum(map(len, sentences)), " words") as show:
            results = encoded(model, sentences, encoding, show)
        if is_single:
            return results[0]
        if pooling is None:
            return results
        width = 2 * model.options.projection_dim
        empty = (0, model.options.n_layers + 1, width) if encoding.choice.shares is None else (0, width)
        return np.stack(results) if results else np.empty(empty, dtype=np.float32)

    def forward(
        self,
        batch: Iterable[Any],
        *,
        stateful: bool = False,
        precision: Precision | None = None,
        workers: int | None = None,
        boundaries: bool = False,
        tokenizer: Tokenizer | None = None,
        cut: Cut = "bytes",
    ) -> LayerPass:
        """Return all layers of sentences, and a function that goes back through them: for fine-tuning.

        The sentences run as one batch, however long, and what the way back needs is kept until it is gone or the result
        is dropped: some 90 KB a token at a dimension of 1024. There is no dropout. Parameters are read as they are at
        the call. After changing them call `parameters_changed`, as `encode` works with packed copies.

        Parameters
        ----------
        batch : list of lists of str
            Sentences of tokens, or texts.
        stateful, precision, workers, boundaries, tokenizer, cut
            As in `encode`; with `stateful` sentence k goes on where sentence k of the call before has ended, and no
            gradient passes into what was carried.

        Returns
        -------
        LayerPass
            ``layers, backward``: for each sentence float32 (n_layers + 1, tokens, 2 * projection_dim), and a function
            from gradients of these to those of the parameters by their official names; to be called once.

        Raises
        ------
        TypeError, ValueError
            As `encode` does; `backward` for gradients of another kind or shape.
        NotFittedError
            If the model has no parameters.

        Examples
        --------
        >>> from wordkin import ELMo
        >>> model = ELMo(dim=16, projection_dim=8, n_layers=1, char_dim=4, filters=[[1, 8], [2, 8]], n_highway=0)
        >>> model.initialize()
        >>> layers, backward = model.forward([["Time", "flies"], ["like"]])
        >>> gradients = backward([2 * sentence for sentence in layers])  # of the sum of squares
        >>> for name, gradient in gradients.items():
        ...     model.parameters[name][...] -= 0.01 * gradient
        >>> model.parameters_changed()
        """
        streams = self._carried(stateful)
        with_marks = flag_option("boundaries", boundaries)
        chosen, cut_at = _checked_precision(precision), _checked_cut(cut)
        if isinstance(batch, str):
            raise TypeError("batch must be a list of sentences, got str")
        sentences = checked_sentences(batch, checked_tokenizer(tokenizer))
        with nullcontext() if streams is None else streams.carried(len(sentences)) as state:
            return layer_pass(
                self._fitted(),
                sentences,
                state,
                threads=requested_workers(workers),
                isa=choose_isa(),
                precision=chosen,
                cut=cut_at,
                boundaries=with_marks,
            )

    def encode_iter(
        self,
        sentences: Iterable[Any],
        layers: LayersWanted = "average",
        *,
        batch_size: int = 32,
        pooling: Literal["mean"] | None = None,
        stateful: bool = False,
        precision: Precision | None = None,
        workers: int | None = None,
        gamma: float = 1.0,
        layer_norm: LayerNorm | None = None,
        boundaries: bool = False,
        tokenizer: Tokenizer | None = None,
        cut: Cut = "bytes",
        cache_bytes: int | None = None,
    ) -> Iterator[Vectors]:
        """Give the vectors of one sentence after the other, in their order, from a stream of any length.

        A few batches are read ahead. Arguments and errors are those of `encode`.
        """
        if isinstance(sentences, str | bytes | dict) or not isinstance(sentences, Iterable):
            raise TypeError(
                f"sentences must be an iterable of sentences, got {type(sentences).__name__}; encode takes a text"
            )
        encoding = self._encoding(
            layers, gamma, layer_norm, pooling, boundaries, batch_size, tokenizer, self._carried(stateful)
        )
        return encoded_stream(self._loaded(workers, precision, cut, cache_bytes), sentences, encoding)

    def encode_file(
        self,
        path: AnyPath,
        output: AnyPath,
        layers: LayersWanted = "all",
        *,
        format: OutputFormat | None = None,
        batch_size: int = 32,
        pooling: Literal["mean"] | None = None,
        stateful: bool = False,
        precision: Precision | None = None,
        progress: Any = None,
        workers: int | None = None,
        gamma: float = 1.0,
        layer_norm: LayerNorm | None = None,
        boundaries: bool = False,
        cut: Cut = "bytes",
        cache_bytes: int | None = None,
    ) -> int:
        """Encode a text into a file, a few batches at a time.

        Parameters
        ----------
        path
            A sentence a line, tokens apart by ASCII blanks; may be compressed. An empty line is a sentence without
            tokens.
        output
            Gets its name when all is written.
        format : {"hdf5", "safetensors"}, optional
            HDF5, as the original command lays it out: a data set for each line, named by its number from 0 on, and
            ``sentence_to_index``, which tells the number of a text. Safetensors: ``vectors`` of all tokens, and
            behind how many of them each line ``ends``. By default told from the name of `output`.
        layers, batch_size, pooling, stateful, precision, progress, workers, gamma, layer_norm, boundaries, cut,
        cache_bytes
            As in `encode`.

        Returns
        -------
        int
            The number of lines.

        Raises
        ------
        FormatError
            If the text is no UTF-8.
        OSError
            If a file cannot be read or written.
        """
        shown = progress_option(progress)
        file_format = format_of(output, format)
        encoding = self._encoding(
            layers, gamma, layer_norm, pooling, boundaries, batch_size, None, self._carried(stateful)
        )
        model = self._loaded(workers, precision, cut, cache_bytes)
        waiting: deque[list[str]] = deque()  # read ahead, and not written yet

        def read() -> Iterator[list[str]]:
            for sentence in token_lines(path):
                waiting.append(sentence)
                yield sentence

        about = {"kind": "contextual vectors", "layers": str(layers), "pooling": str(pooling)}
        axis = None if pooling is not None else 1 if encoding.choice.shares is None else 0
        lines = tokens = 0
        with (
            counted_progress(shown, 0, " words") as show,
            opened_output(output, file_format, about, axis) as file,
        ):
            for vectors in encoded_stream(model, read(), encoding):
                sentence = waiting.popleft()
                file.add(sentence, vectors)
                lines += 1
                tokens += len(sentence)
                if show is not None:
                    show(tokens)
        return lines

    def _encoding(
        self,
        layers: Any,
        gamma: Any,
        layer_norm: Any,
        pooling: Any,
        boundaries: Any,
        batch_size: Any,
        tokenizer: Any,
        streams: Streams | None,
    ) -> Encoding:
        return Encoding.checked(
            self._fitted().options,
            layers=layers,
            gamma=gamma,
            layer_norm=layer_norm,
            pooling=pooling,
            boundaries=boundaries,
            batch_size=batch_size,
            tokenizer=tokenizer,
            streams=streams,
        )
