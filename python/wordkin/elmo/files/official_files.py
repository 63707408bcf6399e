"""Models in the original's files: an options.json and an HDF5 file of weights, in a folder, in a zip, or as two paths.

The softmax and the vocabulary, which the original does not keep with its weights, are looked for beside them under the
names that `export_official` gives them.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import numpy as np

from ...errors import CorruptFileError, FormatError
from ...storage.atomic import replaced_file
from ...storage.paths import AnyPath, local_path
from ..options import ELMoOptions
from ..state import ModelState, Tensors, parameter_shapes, without_softmax
from ..vocabulary import TargetWords, parse_vocabulary, parse_vocabulary_lines
from .hdf5_weights import Hdf5Weights, opened_weights, write_weights
from .official_options import official_json, parsed_official_options
from .pretrained import WEIGHTS_FILE as OUR_WEIGHTS_FILE

__all__ = ["SOFTMAX_FILE", "export_official", "is_official", "load_official"]

OPTIONS_FILE = "options.json"
WEIGHTS_FILE = "weights.hdf5"
SOFTMAX_FILE = "softmax.hdf5"
VOCABULARY_FILE = "vocabulary.txt"
# What publishers call theirs.
_WEIGHTS = (WEIGHTS_FILE, "model.hdf5", "lm_weights.hdf5")
_VOCABULARIES = (VOCABULARY_FILE, "vocab.txt")
_MOST_OPTIONS_BYTES = 1 << 20
_MOST_VOCABULARY_BYTES = 1 << 30
_MOST_TIMES_PACKED = 1100
_ZIP_MAGIC = b"PK\x03\x04"


class _Files(Protocol):
    """Named files, wherever they are."""

    source: str

    def names(self) -> list[str]: ...
    def read(self, name: str, most_bytes: int) -> bytes: ...
    def opened(self, name: str) -> contextlib.AbstractContextManager[Path | BinaryIO]: ...


class _Folder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.source = str(folder)

    def names(self) -> list[str]:
        return [path.name for path in self._folder.iterdir() if path.is_file()]

    def read(self, name: str, most_bytes: int) -> bytes:
        with self._within(name).open("rb") as file:
            return file.read(most_bytes + 1)

    @contextlib.contextmanager
    def opened(self, name: str) -> Iterator[Path | BinaryIO]:
        yield self._within(name)

    def _within(self, name: str) -> Path:
        path = self._folder / name
        if not path.resolve().is_relative_to(self._folder.resolve()):
            raise FormatError(f"{path}: is a link to {path.resolve()}, out of its folder; name the files themselves")
        return path


class _Zip:
    """Members by their last names; nothing is unpacked under a name of the archive's own."""

    def __init__(self, archive: zipfile.ZipFile, source: str) -> None:
        self._archive = archive
        self.source = source
        self._members: dict[str, zipfile.ZipInfo] = {}
        for member in archive.infolist():
            if not member.is_dir():
                self._members.setdefault(member.filename.rpartition("/")[2], member)

    def names(self) -> list[str]:
        return list(self._members)

    def read(self, name: str, most_bytes: int) -> bytes:
        with self._member(name) as file:
            return file.read(most_bytes + 1)

    @contextlib.contextmanager
    def opened(self, name: str) -> Iterator[Path | BinaryIO]:
        member = self._members[name]
        if member.file_size > max(1 << 20, _MOST_TIMES_PACKED * member.compress_size):
            raise FormatError(
                f"{self.source}: {member.filename!r} declares {member.file_size} bytes of {member.compress_size}"
            )
        # On the disk: libhdf5 jumps about in its file.
        with tempfile.TemporaryFile() as unpacked:
            with self._member(name) as file:
                shutil.copyfileobj(file, unpacked, 1 << 20)
            unpacked.seek(0)
            yield unpacked

    @contextlib.contextmanager
    def _member(self, name: str) -> Iterator[BinaryIO]:
        member = self._members[name]
        try:
            with self._archive.open(member) as file:
                yield file  # type: ignore[misc]
        except (zipfile.BadZipFile, EOFError, RuntimeError, NotImplementedError) as error:
            raise CorruptFileError(f"{self.source}: {member.filename!r} cannot be unpacked: {error}") from error


def is_official(path: AnyPath) -> bool:
    """Whether a folder or a file looks like a model in the original's files, and not like one of ours.

    Raises
    ------
    FormatError
        If it is an options.json, whose weights are not told.
    OSError
        If it cannot be read.
    """
    source = local_path(path)
    if source.is_dir():
        names = _Folder(source).names()
        return OUR_WEIGHTS_FILE not in names and _named(names, _WEIGHTS, "weights.hdf5") is not None
    with source.open("rb") as file:
        start = file.read(len(_ZIP_MAGIC))
    if start[:1] == b"{":
        raise FormatError(f"{source}: looks like an options.json; give the file of weights, too")
    return start == _ZIP_MAGIC


def load_official(path: AnyPath, weights: AnyPath | None = None, vocabulary: Any = None) -> ModelState:
    """Read a model.

    Parameters
    ----------
    path
        A folder or a zip; or the options.json, with `weights`.
    weights
        The HDF5 file.
    vocabulary
        Words in the order of their ids, or a file of them, for models that need it and have none beside them.

    Raises
    ------
    FormatError
        If it is no such model; the error names the data set or the option.
    OSError
        If it cannot be read.
    """
    source = local_path(path)
    if weights is not None:
        return _load_two(source, local_path(weights), vocabulary)
    if source.is_dir():
        return _load(_Folder(source), vocabulary)
    try:
        with zipfile.ZipFile(source) as archive:
            return _load(_Zip(archive, str(source)), vocabulary)
    except zipfile.BadZipFile as error:
        raise CorruptFileError(f"{source}: damaged zip: {error}") from error


def _load_two(options_path: Path, weights_path: Path, vocabulary: Any) -> ModelState:
    with options_path.open("rb") as file:
        text = file.read(_MOST_OPTIONS_BYTES + 1)
    weights_path.stat()  # the system's own error
    beside = _Folder(weights_path.parent)
    with opened_weights(weights_path, str(weights_path)) as opened:
        return _content(_Text(text, str(options_path)), opened, beside, vocabulary)


class _Text:
    def __init__(self, text: bytes, source: str) -> None:
        self.text = text
        self.source = source


def _load(files: _Files, vocabulary: Any) -> ModelState:
    names = files.names()
    options_name = _named(names, (OPTIONS_FILE,), "options.json")
    weights_name = _named(names, _WEIGHTS, "weights.hdf5")
    if options_name is None or weights_name is None:
        what = "an options.json" if options_name is None else "an HDF5 file of weights"
        raise FormatError(f"{files.source}: {what} is missing; there are {sorted(names)[:10]}")
    text = _Text(files.read(options_name, _MOST_OPTIONS_BYTES), f"{files.source}/{options_name}")
    with (
        files.opened(weights_name) as opened_file,
        opened_weights(opened_file, f"{files.source}/{weights_name}") as opened,
    ):
        return _content(text, opened, files, vocabulary)


def _named(names: list[str], preferred: tuple[str, ...], ending: str) -> str | None:
    """The file of a known name, or the only one whose name ends so."""
    for name in preferred:
        if name in names:
            return name
    others = [name for name in names if name.endswith(ending)]
    return others[0] if len(others) == 1 else None


def _content(text: _Text, opened: Hdf5Weights, beside: _Files, vocabulary: Any) -> ModelState:
    official = parsed_official_options(text.text, text.source)
    has_softmax = SOFTMAX_FILE in beside.names()
    # The vocabulary of a model that neither reads nor predicts ids is nobody's business, whatever it looks like.
    words = _words(beside, vocabulary) if has_softmax or official.model.token_input else None
    count = _word_count(official.model, words, opened, text.source)
    options = replace(official.model, n_tokens_vocab=count)
    parameters = _weights(opened, options)
    if has_softmax and words is not None:
        parameters |= _softmax(beside, options)
    return ModelState(options, words, parameters, training=dict(official.training))


def _weights(opened: Hdf5Weights, options: ELMoOptions) -> Tensors:
    """All but the softmax; without the projection of features that are as many as the projection's already.

    The original has none then. AllenNLP asks for one all the same, so that files for it have the identity.
    """
    shapes = without_softmax(parameter_shapes(options))
    width = options.projection_dim
    needless = [("CNN_proj/W_proj", (width, width)), ("CNN_proj/b_proj", (width,))]
    names = [name for name, _ in needless]
    expected = {name for name, _ in shapes}
    if options.token_input or names[0] in expected or opened.shape(names[0]) is None:
        return opened.tensors(shapes)
    tensors = opened.tensors(shapes + needless)
    weights, bias = (tensors.pop(name) for name in names)
    if bias.any() or not np.array_equal(weights, np.eye(width, dtype=np.float32)):
        raise FormatError(
            f"{opened.source}: has a CNN_proj although the filters make projection_dim = {width} features already; "
            "there is no layer for it in such a model, unless it is the identity and a bias of zeros, and this is not"
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
            f"{source}: describes no characters, so that the weights must have a data set 'embedding' of shape "
            f"(words, {options.projection_dim}); its shape is {shape}"
        )
    if words is not None and count != rows:
        raise FormatError(f"{source}: the vocabulary has {count} words with its marks, 'embedding' {rows} rows")
    return rows


def _softmax(beside: _Files, options: ELMoOptions) -> Tensors:
    shapes = [(name, shape) for name, shape in parameter_shapes(options) if name.startswith("softmax")]
    with (
        beside.opened(SOFTMAX_FILE) as file,
        opened_weights(file, f"{beside.source}/{SOFTMAX_FILE}") as opened,
    ):
        return opened.tensors(shapes)


def _words(beside: _Files, vocabulary: Any) -> TargetWords | None:
    if vocabulary is not None:
        return parse_vocabulary(vocabulary)
    names = beside.names()
    name = next((name for name in _VOCABULARIES if name in names), None)
    if name is None:
        return None
    return parse_vocabulary_lines(beside.read(name, _MOST_VOCABULARY_BYTES), f"{beside.source}/{name}")


def export_official(content: ModelState, folder: AnyPath) -> None:
    """Write a model as the original's files into a folder, which is made where it is missing.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    target = local_path(folder)
    target.mkdir(parents=True, exist_ok=True)
    softmax = {name: tensor for name, tensor in content.parameters.items() if name.startswith("softmax")}
    weights = {name: tensor for name, tensor in content.parameters.items() if name not in softmax}
    with replaced_file(target / OPTIONS_FILE) as file:
        file.write(official_json(content.options, content.training).encode("utf-8"))
    write_weights(target / WEIGHTS_FILE, weights)
    if softmax:
        write_weights(target / SOFTMAX_FILE, softmax)
    else:
        (target / SOFTMAX_FILE).unlink(missing_ok=True)  # it belongs to other weights
    if content.words is not None:
        with replaced_file(target / VOCABULARY_FILE) as file:
            file.write("".join(f"{word}\n" for word in content.words.words).encode("utf-8"))
