"""Models of ELMoForManyLangs (Che et al. 2018), read from the files in which they are published.

A folder has a ``config.json``, which names a second configuration, the dictionaries ``char.dic`` and ``word.dic``, and
the weights of the token layer and of the recurrent layers as PyTorch saved them, without the output layer. The same
weights have other names and layouts here: the token layer has one projection of word vectors and characters together,
the gates of the recurrent layers come in the order i, f, c, o instead of i, c, f, o, and the gate of a highway layer is
that of its input.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import FormatError
from ...runtime.compute import available_workers
from ...storage.archive_header import refuse_constant
from ...storage.model_folders import MANYLANGS_FILES
from ...storage.torch_files import TorchTensors
from ..options import ELMoOptions
from ..state import ModelState, Tensors, parameter_shapes, without_softmax
from ..token_inputs import Alphabet, InputWords, TokenInputs
from ..vocabulary import UNKNOWN, TargetWords
from .model_files import ModelFiles

__all__ = ["is_manylangs", "load_manylangs"]

_ENCODER, _TOKEN_EMBEDDER = MANYLANGS_FILES
_CONFIG, _CHARACTERS, _WORDS = "config.json", "char.dic", "word.dic"
_MAX_CONFIG_BYTES = 1 << 20
_MAX_DICTIONARY_BYTES = 1 << 30
_IDEOGRAPHIC_SPACE = "\u3000"  # what a line with an id alone stands for
_GATES = (0, 2, 1, 3)  # i, c, f, o
_BLOCK = 128  # rows
_VALUES_OF_A_THREAD = 1 << 20
_OOV, _PAD, _BOS, _EOS = "<oov>", "<pad>", "<bos>", "<eos>"
# The program takes the id of <eow> for the begin of a word, and that of <bow> for its end; the weights have learned it.
_BEGIN_WORD, _END_WORD = "<eow>", "<bow>"


def is_manylangs(names: Iterable[str]) -> bool:
    """Return whether files are those of a model of ELMoForManyLangs.

    Parameters
    ----------
    names : iterable of str
        Names of the files.

    Returns
    -------
    bool
        Whether both files of weights are among them, or one of them and a dictionary; reading names the missing one.

    Examples
    --------
    >>> is_manylangs(["config.json", "encoder.pkl", "token_embedder.pkl"])
    True
    """
    present = set(names)
    weights = present & set(MANYLANGS_FILES)
    return len(weights) == len(MANYLANGS_FILES) or bool(weights and present & {_CHARACTERS, _WORDS})


def load_manylangs(files: ModelFiles) -> ModelState:
    """Read a model of ELMoForManyLangs.

    Parameters
    ----------
    files : ModelFiles
        Its files.

    Returns
    -------
    ModelState
        State of the model, without an output vocabulary.

    Raises
    ------
    FormatError
        If a file is missing or invalid, or does not fit the configuration.
    OSError
        If a file cannot be read.
    """
    config = _Config(files)
    characters = _dictionary(files, _CHARACTERS) if config.char_dim else None
    words = _dictionary(files, _WORDS) if config.word_dim else None
    options = config.options(
        n_characters=0 if characters is None else len(characters), n_input_words=0 if words is None else len(words)
    )
    with _weights(files, _TOKEN_EMBEDDER) as tokens:
        parameters = _token_layer(tokens, options, config, words)
        tokens.require_all_used()
    with _weights(files, _ENCODER) as encoder:
        parameters |= _recurrent_layers(encoder, options)
        encoder.require_all_used()
    ordered = {name: parameters[name] for name, _ in without_softmax(parameter_shapes(options))}
    if characters is None and words is not None:
        return ModelState(options, _target_words(words), ordered)
    inputs = TokenInputs(
        alphabet=None if characters is None else _alphabet(characters, f"{files.source}/{_CHARACTERS}"),
        words=None if words is None else _input_words(words, config, f"{files.source}/{_WORDS}"),
    )
    return ModelState(options, None, ordered, inputs=inputs)


class _Config:
    """The configuration: ``config.json`` names the file that has the sizes."""

    def __init__(self, files: ModelFiles) -> None:
        path = _json(files, _CONFIG).get("config_path")
        if not isinstance(path, str):
            raise FormatError(f"{files.source}/{_CONFIG}: config_path must be the name of a file, got {path!r:.80}")
        name = path.replace("\\", "/").rpartition("/")[2]  # the folder was the author's
        if name not in files.names():
            raise FormatError(f"{files.source}/{_CONFIG}: config_path is {path!r:.200}, but there is no {name!r:.80}")
        self._source = f"{files.source}/{name}"
        values = _json(files, name)
        self._encoder = self._group(values, "encoder")
        self._tokens = self._group(values, "token_embedder")
        for group, expected in ((self._encoder, "elmo"), (self._tokens, "cnn")):
            kind = group.get("name")
            if str(kind).lower() != expected:
                raise FormatError(f"{self._source}: only models with {expected!r} are supported, got {kind!r:.80}")
        self.word_dim = self._size(self._tokens, "word_dim")
        self.char_dim = self._size(self._tokens, "char_dim")
        if not self.word_dim and not self.char_dim:
            raise FormatError(f"{self._source}: word_dim or char_dim must be positive, got 0 and 0")

    def _group(self, values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        group = values.get(name)
        if not isinstance(group, dict):
            raise FormatError(f"{self._source}: {name} must be an object, got {type(group).__name__}")
        return group

    def _size(self, group: Mapping[str, Any], name: str) -> int:
        value = group.get(name)
        if type(value) is not int or not 0 <= value < 1 << 31:
            raise FormatError(f"{self._source}: {name} must be a number from 0, got {value!r:.80}")
        return value

    @property
    def max_characters(self) -> int:
        """Number of character ids of a word."""
        return self._size(self._tokens, "max_characters_per_token")

    def options(self, *, n_characters: int, n_input_words: int) -> ELMoOptions:
        """Return the options of the model, given the sizes of the dictionaries."""
        values: dict[str, Any] = {name: self._encoder.get(name) for name in ("dim", "projection_dim", "n_layers")}
        values |= {name: self._encoder.get(name) or 0.0 for name in ("cell_clip", "proj_clip")}
        values |= {"forget_bias": 0.0, "use_skip_connections": True}
        if self.char_dim:
            values |= {name: self._tokens.get(name) for name in ("filters", "activation", "n_highway", "char_dim")}
            values |= {"n_characters": n_characters, "max_characters_per_token": self.max_characters}
            values |= {"word_dim": self.word_dim, "n_input_words": n_input_words}
        else:
            values |= {"token_input": True, "n_tokens_vocab": n_input_words}
        try:
            options = ELMoOptions(**values)
        except (TypeError, ValueError) as error:
            raise FormatError(f"{self._source}: {error}") from None
        outputs = options.projection_dim
        lacks_projection = not self.word_dim and outputs == sum(number for _, number in options.filters)
        if outputs == options.dim or (self.char_dim and lacks_projection):
            raise FormatError(
                f"{self._source}: a projection_dim that is dim or the number of filters is not supported, got {outputs}"
            )
        return options


def _json(files: ModelFiles, name: str) -> dict[str, Any]:
    source = f"{files.source}/{name}"
    _require(files, name)
    text = files.read(name, _MAX_CONFIG_BYTES)
    if len(text) > _MAX_CONFIG_BYTES:
        raise FormatError(f"{source}: a configuration must be at most {_MAX_CONFIG_BYTES} bytes")
    try:
        values = json.loads(text, parse_constant=refuse_constant)
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError is a ValueError.
        raise FormatError(f"{source}: not valid JSON: {error}") from None
    if not isinstance(values, dict):
        raise FormatError(f"{source}: must be a JSON object, got {type(values).__name__}")
    return values


def _require(files: ModelFiles, name: str) -> None:
    if name not in files.names():
        raise FormatError(f"{files.source}: {name} is missing; found {sorted(files.names())[:10]}")


def _dictionary(files: ModelFiles, name: str) -> list[str]:
    """Return the entries of a dictionary in the order of their ids."""
    source = f"{files.source}/{name}"
    _require(files, name)
    content = files.read(name, _MAX_DICTIONARY_BYTES)
    if len(content) > _MAX_DICTIONARY_BYTES:
        raise FormatError(f"{source}: a dictionary must be at most {_MAX_DICTIONARY_BYTES} bytes")
    try:
        lines = content.decode("utf-8").rstrip("\n").split("\n")
    except UnicodeDecodeError as error:
        raise FormatError(f"{source}: byte {error.start}: not valid UTF-8") from None
    parts = [line.strip().rpartition("\t") for line in lines]
    if [number for _, _, number in parts] != list(map(str, range(len(lines)))):
        parts = _in_order(parts, lines, source)
    for number, (entry, _, _) in enumerate(parts):
        if "\t" in entry:
            raise FormatError(f"{source}: expected one tab in the line of entry {number}, found {entry!r:.80}")
    return [entry if tab else _IDEOGRAPHIC_SPACE for entry, tab, _ in parts]  # the program strips lines first


def _in_order(parts: list[tuple[str, str, str]], lines: list[str], source: str) -> list[tuple[str, str, str]]:
    """Return the lines of a dictionary in the order of their numbers."""
    ordered: list[tuple[str, str, str] | None] = [None] * len(lines)
    for number, (part, line) in enumerate(zip(parts, lines, strict=True), 1):
        text = part[2]
        if not text.isascii() or not text.isdigit():
            raise FormatError(f"{source}: line {number}: expected an entry and its number, found {line!r:.80}")
        row = int(text) if len(text) < 10 else len(lines)
        if row >= len(lines) or ordered[row] is not None:
            raise FormatError(
                f"{source}: line {number}: the numbers must be those from 0 to {len(lines) - 1}, each once, "
                f"got {text:.20}"
            )
        ordered[row] = part
    return [part for part in ordered if part is not None]


def _ids_of_marks(entries: list[str], marks: tuple[str, ...], source: str) -> list[int]:
    index = {entry: row for row, entry in enumerate(entries)}
    for mark in marks:
        if mark not in index:
            raise FormatError(f"{source}: the entry {mark} is missing")
    return [index[mark] for mark in marks]


def _alphabet(entries: list[str], source: str) -> Alphabet:
    marks = _ids_of_marks(entries, (_BEGIN_WORD, _END_WORD, _PAD, _OOV, _BOS, _EOS), source)
    begin_word, end_word, padding, unknown, begin_sentence, end_sentence = marks
    return Alphabet(
        characters={entry: row for row, entry in enumerate(entries) if len(entry) == 1},
        begin_word=begin_word,
        end_word=end_word,
        padding=padding,
        unknown=unknown,
        begin_sentence=begin_sentence,
        end_sentence=end_sentence,
    )


def _input_words(entries: list[str], config: _Config, source: str) -> InputWords:
    index = {entry: row for row, entry in enumerate(entries)}
    unknown = _ids_of_marks(entries, (_OOV,), source)[0]
    return InputWords(
        words=entries,
        unknown=unknown,
        begin_sentence=index.get(_BOS, unknown),
        end_sentence=index.get(_EOS, unknown),
        max_length=config.max_characters - 2,
    )


def _target_words(entries: list[str]) -> TargetWords:
    """Return the words of a model without characters, which is a table of vectors, under the names of marks here."""
    names = {_BOS: "<S>", _EOS: "</S>", _OOV: UNKNOWN}
    return TargetWords([names.get(entry, entry) for entry in entries])


class _Weights:
    """The tensors of a file, each of which is taken once."""

    def __init__(self, tensors: TorchTensors, source: str) -> None:
        self._tensors = tensors
        self._source = source
        self._left = dict.fromkeys(tensors.names)

    def take(self, name: str, shape: tuple[int, ...]) -> NDArray[np.float32]:
        """Return a tensor, which is valid until the next one is taken; its shape is checked."""
        if name not in self._left:
            raise FormatError(f"{self._source}: the tensor {name!r} of shape {shape} is missing")
        found, dtype = self._tensors.description(name)
        if found != shape or dtype != np.float32:
            raise FormatError(
                f"{self._source}: the tensor {name!r} must be float32 of shape {shape} according to the configuration "
                f"and the dictionaries, got {dtype} of shape {found}"
            )
        del self._left[name]
        return self._tensors.read(name)

    def require_all_used(self) -> None:
        """Raise FormatError for tensors that the configuration does not know."""
        if self._left:
            raise FormatError(
                f"{self._source}: the tensor {next(iter(self._left))!r:.100} does not belong to the configuration"
            )


@contextmanager
def _weights(files: ModelFiles, name: str) -> Iterator[_Weights]:
    source = f"{files.source}/{name}"
    _require(files, name)
    with files.opened(name) as opened, ExitStack() as stack:
        stream = stack.enter_context(opened.open("rb", buffering=0)) if isinstance(opened, Path) else opened
        size = stream.seek(0, 2)
        stream.seek(0)
        yield _Weights(TorchTensors(stream, source, size), source)


def _token_layer(tokens: _Weights, options: ELMoOptions, config: _Config, words: list[str] | None) -> Tensors:
    width = sum(number for _, number in options.filters) if config.char_dim else 0
    outputs = options.projection_dim
    weights = _transposed(tokens.take("projection.weight", (outputs, config.word_dim + width)))
    bias = _floats(tokens.take("projection.bias", (outputs,)))
    vectors = None
    if words is not None:
        vectors = _floats(tokens.take("word_emb_layer.embedding.weight", (len(words), config.word_dim)))
    if not config.char_dim:
        return {"embedding": _floats(np.asarray(vectors) @ weights + bias)}
    tensors: Tensors = {"CNN_proj/W_proj": _floats(weights[config.word_dim :]), "CNN_proj/b_proj": bias}
    if vectors is not None:
        tensors |= {"word_embed": vectors, "CNN_proj/W_word": _floats(weights[: config.word_dim])}
    size = (options.n_characters, options.char_dim)
    tensors["char_embed"] = _floats(tokens.take("char_emb_layer.embedding.weight", size))
    for index, (length, number) in enumerate(options.filters):
        filters = tokens.take(f"convolutions.{index}.weight", (number, options.char_dim, length))
        tensors[f"CNN/W_cnn_{index}"] = _floats(filters.transpose(2, 1, 0)[None])
        tensors[f"CNN/b_cnn_{index}"] = _floats(tokens.take(f"convolutions.{index}.bias", (number,)))
    for layer in range(options.n_highway):
        name = f"CNN_high_{layer}"
        both = tokens.take(f"highways._layers.{layer}.weight", (2 * width, width))
        # sigmoid(-x) is 1 - sigmoid(x): the share of the input there, that of the transformed input here.
        tensors |= {f"{name}/W_transform": _transposed(both[:width]), f"{name}/W_carry": _transposed(both[width:])}
        np.negative(tensors[f"{name}/W_carry"], out=tensors[f"{name}/W_carry"])
        biases = tokens.take(f"highways._layers.{layer}.bias", (2 * width,))
        tensors |= {f"{name}/b_transform": _floats(biases[:width]), f"{name}/b_carry": _floats(-biases[width:])}
    return tensors


def _recurrent_layers(encoder: _Weights, options: ELMoOptions) -> Tensors:
    cells, outputs = options.dim, options.projection_dim
    tensors: Tensors = {}
    for direction, name in enumerate(("forward", "backward")):
        for layer in range(options.n_layers):
            source = f"{name}_layer_{layer}"
            target = f"RNN_{direction}/RNN/MultiRNNCell/Cell{layer}/LSTMCell"
            weights = np.empty((2 * outputs, 4 * cells), dtype=np.float32)
            for half, kind in enumerate(("input", "state")):
                matrix = encoder.take(f"{source}.{kind}_linearity.weight", (4 * cells, outputs))
                for gate, source_gate in enumerate(_GATES):
                    _transpose(
                        weights[half * outputs : (half + 1) * outputs, gate * cells : (gate + 1) * cells],
                        matrix[source_gate * cells : (source_gate + 1) * cells],
                    )
            tensors[f"{target}/W_0"] = weights
            bias = encoder.take(f"{source}.state_linearity.bias", (4 * cells,))
            tensors[f"{target}/B"] = _floats(bias.reshape(4, cells)[list(_GATES)].reshape(-1))
            projection = encoder.take(f"{source}.state_projection.weight", (outputs, cells))
            tensors[f"{target}/W_P_0"] = _transposed(projection)
    return tensors


def _transposed(matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    target = np.empty(matrix.shape[::-1], dtype=np.float32)
    _transpose(target, matrix)
    return target


def _transpose(target: NDArray[np.float32], matrix: NDArray[np.float32]) -> None:
    """Write the transpose of a matrix, in blocks that stay in the cache.

    Most of the time is taken by the first use of new memory, which several threads divide.
    """

    def write(part: slice) -> None:
        for first in range(0, len(matrix), _BLOCK):
            target[part, first : first + _BLOCK] = matrix[first : first + _BLOCK, part].T

    threads = min(available_workers(), 1 + matrix.size // _VALUES_OF_A_THREAD)
    bounds = [len(target) * thread // threads for thread in range(threads + 1)]
    parts = list(map(slice, bounds, bounds[1:]))
    with ThreadPoolExecutor(threads) as pool:
        others = [pool.submit(write, part) for part in parts[1:]]
        write(parts[0])
    for other in others:
        other.result()


def _floats(tensor: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.array(tensor, dtype=np.float32, order="C")
