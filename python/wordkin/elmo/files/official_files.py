"""Models of other programs in a folder, a zip, or as paths: an options.json and HDF5 weights, or ELMoForManyLangs.

The original program does not store the softmax and the vocabulary with the weights. They are read from the same folder,
under the names that `export_official` gives them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from ...errors import FormatError
from ...storage.file_sets import CurrentFiles, read_files, replaced_files
from ...storage.model_folders import MANYLANGS_FILES
from ...storage.paths import AnyPath, local_path
from ...storage.signatures import HDF5_SIGNATURE, ZIP_SIGNATURE
from ...storage.zip_files import opened_zip
from ...text.characters import N_CHARACTERS
from ..int8_weights import require_float_weights
from ..options import ELMoOptions
from ..state import ModelState, Tensors, parameter_shapes, without_softmax
from ..vocabulary import TargetWords, VocabularySource, parse_vocabulary, read_vocabulary_file
from .hdf5_weights import Hdf5Weights, opened_weights, write_weights
from .manylangs import is_manylangs, load_manylangs
from .model_files import FolderFiles, ModelFiles, ZipFiles
from .official_options import MAX_OPTIONS_BYTES, official_json, parse_official_options
from .pretrained import WEIGHTS_FILE as WORDKIN_WEIGHTS_FILE

__all__ = ["OFFICIAL_FILE_NAMES", "SOFTMAX_FILE", "export_official", "is_official", "load_official"]

OPTIONS_FILE = "options.json"
WEIGHTS_FILE = "weights.hdf5"
SOFTMAX_FILE = "softmax.hdf5"
VOCABULARY_FILE = "vocabulary.txt"
OFFICIAL_FILE_NAMES = (OPTIONS_FILE, WEIGHTS_FILE, SOFTMAX_FILE, VOCABULARY_FILE)
# Names in published models.
_WEIGHTS_NAMES = (WEIGHTS_FILE, "model.hdf5", "lm_weights.hdf5")
_VOCABULARY_NAMES = (VOCABULARY_FILE, "vocab.txt")


def is_official(path: AnyPath) -> bool:
    """Return whether a folder or a file looks like a model in the file format of the original program.

    Parameters
    ----------
    path : path
        Folder or file.

    Returns
    -------
    bool
        True for a zip archive, and for a folder with weights of the original program or of ELMoForManyLangs, and
        without those of `ELMo.save_pretrained`.

    Raises
    ------
    FormatError
        If the path is an options.json, which does not say where the weights are, or weights without options.
    OSError
        If the path cannot be read.
    """
    source = local_path(path)
    if source.is_dir():
        names = CurrentFiles(source).names()
        has_weights = is_manylangs(names) or _find(names, _WEIGHTS_NAMES, "weights.hdf5") is not None
        return WORDKIN_WEIGHTS_FILE not in names and has_weights
    with source.open("rb") as file:
        start = file.read(len(HDF5_SIGNATURE))
    if start[:1] == b"{":
        raise FormatError(f"{source}: looks like an options.json; pass the file of weights, too")
    if start == HDF5_SIGNATURE:
        raise FormatError(f"{source}: HDF5 weights; give the options.json of the model first, and these as weights=")
    if not start.startswith(ZIP_SIGNATURE):
        return False
    with opened_zip(source) as archive:
        names = archive.namelist()
        if any(name.endswith((".json", ".hdf5", *MANYLANGS_FILES)) for name in names):
            return True
    raise FormatError(
        f"{source}: a zip archive without the options.json and HDF5 weights of an ELMo model; unpack it first"
    )


def load_official(
    path: AnyPath, weights: AnyPath | None = None, vocabulary: VocabularySource | None = None
) -> ModelState:
    """Read a model in the file format of the original program.

    Parameters
    ----------
    path : path
        Folder or zip archive; or the options.json, together with `weights`.
    weights : path, optional
        HDF5 file of weights.
    vocabulary : path or iterable of str, optional
        Vocabulary in the order of the ids, for models that need one and whose folder has no vocabulary file.

    Returns
    -------
    ModelState
        State of the model.

    Raises
    ------
    FormatError
        If a file is invalid; the message names the dataset or the option.
    OSError
        If a file cannot be read.
    ImportError
        If h5py is not installed.
    """
    source = local_path(path)
    if isinstance(vocabulary, Iterator):
        vocabulary = list(vocabulary)  # Files that are replaced meanwhile are read again.
    if weights is not None:
        weights_path = local_path(weights)
        return read_files(weights_path.parent, lambda files: _load_two(source, weights_path, files, vocabulary))
    if source.is_dir():
        return read_files(source, lambda files: _load(FolderFiles(files), vocabulary))
    with opened_zip(source) as archive:
        return _load(ZipFiles(archive, str(source)), vocabulary)


def _load_two(
    options_path: Path, weights_path: Path, files: CurrentFiles, vocabulary: VocabularySource | None
) -> ModelState:
    current_options = files.path(options_path.name) if options_path.parent == files.folder else options_path
    current_weights = files.path(weights_path.name)
    with current_options.open("rb") as file:
        text = file.read(MAX_OPTIONS_BYTES + 1)
    current_weights.stat()  # Raises the error of the operating system rather than one of libhdf5.
    with opened_weights(current_weights, str(weights_path)) as opened:
        return _build(_Text(text, str(options_path)), opened, FolderFiles(files), vocabulary)


class _Text:
    def __init__(self, text: bytes, source: str) -> None:
        self.text = text
        self.source = source


def _load(files: ModelFiles, vocabulary: VocabularySource | None) -> ModelState:
    names = files.names()
    if is_manylangs(names):
        return load_manylangs(files)
    options_name = _find(names, (OPTIONS_FILE,), "options.json")
    weights_name = _find(names, _WEIGHTS_NAMES, "weights.hdf5")
    if options_name is None or weights_name is None:
        missing = "an options.json" if options_name is None else "an HDF5 file of weights"
        raise FormatError(f"{files.source}: {missing} is missing; found {sorted(names)[:10]}")
    text = _Text(files.read(options_name, MAX_OPTIONS_BYTES), f"{files.source}/{options_name}")
    with (
        files.opened(weights_name) as opened_file,
        opened_weights(opened_file, f"{files.source}/{weights_name}") as opened,
    ):
        return _build(text, opened, files, vocabulary)


def _find(names: list[str], preferred: tuple[str, ...], ending: str) -> str | None:
    """Return the file with a preferred name, or the only one whose name has the ending."""
    for name in preferred:
        if name in names:
            return name
    others = [name for name in names if name.endswith(ending)]
    return others[0] if len(others) == 1 else None


def _build(text: _Text, opened: Hdf5Weights, files: ModelFiles, vocabulary: VocabularySource | None) -> ModelState:
    official = parse_official_options(text.text, text.source)
    has_softmax = SOFTMAX_FILE in files.names()
    # A model that neither reads nor predicts ids needs no vocabulary, and ignores an invalid file.
    words = _words(files, vocabulary) if has_softmax or official.model.token_input else None
    count = _word_count(official.model, words, opened, text.source)
    options = replace(_with_own_characters(official.model, opened), n_tokens_vocab=count)
    parameters = _weights(opened, options)
    if has_softmax and words is not None:
        parameters |= _softmax(files, options)
    return ModelState(options, words, parameters, training=dict(official.training))


def _with_own_characters(options: ELMoOptions, opened: Hdf5Weights) -> ELMoOptions:
    """Return the options with the number of characters of the weights.

    Files count one more for the padding of sentences, which has no row, if they were written after training. Ids beyond
    those of bytes and markers belong to words that have no bytes, and occur in no text.
    """
    shape = opened.shape("char_embed")
    rows = shape[0] if shape and not options.token_input else 0
    has_padding = options.n_characters == rows + 1 and rows >= N_CHARACTERS
    return replace(options, n_characters=rows) if has_padding else options


def _weights(opened: Hdf5Weights, options: ELMoOptions) -> Tensors:
    """Read everything except the softmax.

    The original program has no projection if the number of convolution features equals the projection's dimensionality.
    AllenNLP expects one in any case, so that files made for it contain the identity.
    """
    shapes = without_softmax(parameter_shapes(options))
    width = options.projection_dim
    identity = [("CNN_proj/W_proj", (width, width)), ("CNN_proj/b_proj", (width,))]
    names = [name for name, _ in identity]
    expected = {name for name, _ in shapes}
    if options.token_input or names[0] in expected or opened.shape(names[0]) is None:
        return opened.tensors(shapes)
    tensors = opened.tensors(shapes + identity)
    weights, bias = (tensors.pop(name) for name in names)
    if bias.any() or not np.array_equal(weights, np.eye(width, dtype=np.float32)):
        raise FormatError(
            f"{opened.source}: has a CNN_proj although the filters already give projection_dim = {width} features; it "
            "must then be the identity with a bias of zeros"
        )
    return tensors


def _word_count(options: ELMoOptions, words: TargetWords | None, opened: Hdf5Weights, source: str) -> int:
    count = 0 if words is None else len(words)
    if not options.token_input:
        return count
    shape = opened.shape("embedding")
    rows = shape[0] if shape else 0
    if not 1 <= rows < 2**31:
        raise FormatError(
            f"{source}: has no char_cnn, so that the weights must contain a dataset 'embedding' of shape "
            f"(words, {options.projection_dim}), got {shape}"
        )
    if words is not None and count != rows:
        raise FormatError(
            f"{source}: the vocabulary has {count} words including its markers, but 'embedding' has {rows} rows"
        )
    return rows


def _softmax(files: ModelFiles, options: ELMoOptions) -> Tensors:
    shapes = [(name, shape) for name, shape in parameter_shapes(options) if name.startswith("softmax")]
    with (
        files.opened(SOFTMAX_FILE) as file,
        opened_weights(file, f"{files.source}/{SOFTMAX_FILE}") as opened,
    ):
        return opened.tensors(shapes)


def _words(files: ModelFiles, vocabulary: VocabularySource | None) -> TargetWords | None:
    if vocabulary is not None:
        return parse_vocabulary(vocabulary)
    names = files.names()
    name = next((name for name in _VOCABULARY_NAMES if name in names), None)
    if name is None:
        return None
    with files.opened(name) as file:
        return read_vocabulary_file(file, f"{files.source}/{name}")


def export_official(state: ModelState, folder: AnyPath) -> None:
    """Write a model in the file format of the original program.

    Parameters
    ----------
    state : ModelState
        State of the model.
    folder : path
        Folder to write to; it is created if it does not exist.

    Raises
    ------
    ValueError
        If the model has inputs that this format does not know.
    OSError
        If a file cannot be written.
    PrecisionError
        If the weights of the model are 8-bit integers.
    """
    require_float_weights(state.int8_weights, "the format of the original program")
    if state.inputs.alphabet is not None or state.inputs.words is not None:
        raise ValueError(
            "the model must read the bytes of words alone to be exported, but it has "
            f"{'an alphabet of characters' if state.inputs.words is None else 'word vectors beside characters'}; "
            "save_pretrained saves it"
        )
    softmax = {name: tensor for name, tensor in state.parameters.items() if name.startswith("softmax")}
    weights = {name: tensor for name, tensor in state.parameters.items() if name not in softmax}
    with replaced_files(folder) as files:
        with files.file(OPTIONS_FILE) as file:
            file.write(official_json(state.options, state.training).encode("utf-8"))
        with files.file(WEIGHTS_FILE) as file:
            write_weights(file, weights)
        if softmax:
            with files.file(SOFTMAX_FILE) as file:
                write_weights(file, softmax)
        else:
            files.remove(SOFTMAX_FILE)  # A softmax from an earlier export belongs to other weights.
        if state.words is not None:
            with files.file(VOCABULARY_FILE) as file:
                file.write("".join(f"{word}\n" for word in state.words.words).encode("utf-8"))
        else:
            files.remove(VOCABULARY_FILE)
