"""`wordkin.load`: open whatever wordkin saved."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from ..doc2vec import Doc2Vec
from ..downstream import SequenceTagger, TextClassifier
from ..elmo import ELMo
from ..elmo.files.recognition import holds_language_model
from ..errors import FormatError
from ..fasttext import FastText, FastTextModel
from ..fasttext import load_model as load_fasttext
from ..phrases import FrozenPhrases, Phrases
from ..storage import read_archive
from ..storage.file_sets import CurrentFiles
from ..storage.model_folders import required_file
from ..storage.paths import AnyPath, local_path
from ..storage.signatures import SIGNATURE_BYTES, is_safetensors
from ..vectors import FastTextKeyedVectors, KeyedVectors
from ..vectors.files.fasttext_format import read_fasttext_arguments
from ..word2vec import Word2Vec
from .vector_files import MODEL_FILE_OF_FOLDERS, kind_of, load_vectors

__all__ = ["Model", "load"]

logger = logging.getLogger(__name__)

Model: TypeAlias = (
    Word2Vec
    | Doc2Vec
    | KeyedVectors
    | Phrases
    | FrozenPhrases
    | ELMo
    | TextClassifier
    | SequenceTagger
    | FastText
    | FastTextModel
)


_OF_FILE: dict[str, Callable[[Path, bool], Model]] = {
    "word2vec": lambda path, mmap: Word2Vec.load(path, mmap=mmap),
    "doc2vec": lambda path, mmap: Doc2Vec.load(path, mmap=mmap),
    "fasttext": lambda path, mmap: FastText.load(path, mmap=mmap),
    "keyed_vectors": lambda path, mmap: KeyedVectors.load(path, mmap=mmap),
    "fasttext_keyed_vectors": lambda path, mmap: FastTextKeyedVectors.load(path, mmap=mmap),
    "phrases": lambda path, _: Phrases.load(path),
    "frozen_phrases": lambda path, _: FrozenPhrases.load(path),
    "elmo": lambda path, _: ELMo.from_pretrained(path),
}
_OF_FOLDER: dict[str, Callable[[Path, bool], Model]] = {
    "word2vec": lambda path, _: Word2Vec.from_pretrained(path),
    "doc2vec": lambda path, _: Doc2Vec.from_pretrained(path),
    "fasttext": lambda path, _: FastText.from_pretrained(path),
    "static_embedding": lambda path, _: KeyedVectors.from_pretrained(path),
    "text_classifier": lambda path, _: TextClassifier.load(path),
    "sequence_tagger": lambda path, _: SequenceTagger.load(path),
}


def load(path: AnyPath, *, mmap: bool = False) -> Model:
    """Open any model or vectors, recognised by content.

    Parameters
    ----------
    path : path
        File or folder that any class of wordkin saved; ELMo models of the original program; models of fastText; or
        word vectors in any format that `KeyedVectors` reads.
    mmap : bool, default False
        Map files of `Word2Vec`, `Doc2Vec`, `KeyedVectors` and supervised models of fastText into memory instead of
        reading them; other files are read.

    Returns
    -------
    object
        The model: Word2Vec, Doc2Vec, FastText, KeyedVectors, Phrases, FrozenPhrases, ELMo, TextClassifier,
        SequenceTagger or FastTextModel. Of fastText models, those that predict labels are a FastTextModel, others are
        read as vectors. Its class is logged at level INFO.

    Raises
    ------
    FormatError
        If the file or folder is none of these, or damaged.
    OSError
        If it cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> import wordkin
    >>> vectors = wordkin.KeyedVectors(2)
    >>> vectors.add_vector("word", [0.0, 1.0])
    0
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     vectors.save(f"{folder}/vectors.safetensors")
    ...     wordkin.load(f"{folder}/vectors.safetensors")["word"].tolist()
    [0.0, 1.0]
    """
    source = local_path(path)
    model = _from_folder(source, mmap) if source.is_dir() else _from_file(source, mmap)
    logger.info("%s holds %s", source, type(model).__name__)
    return model


def _from_folder(source: Path, mmap: bool) -> Model:
    files = CurrentFiles(source)
    file = files.path(MODEL_FILE_OF_FOLDERS)
    kind = ""
    if file.is_file():
        kind = str(read_archive(file, mmap=True).metadata.get("kind"))
        if kind in _OF_FOLDER:
            return _OF_FOLDER[kind](source, mmap)
    if holds_language_model(source):
        return ELMo.from_pretrained(source)
    required_file(files, MODEL_FILE_OF_FOLDERS, "the folder of a model")
    raise FormatError(f"{file}: expected a model of wordkin, found a file of kind {kind!r}")


def _from_file(source: Path, mmap: bool) -> Model:
    with source.open("rb") as file:
        is_archive = is_safetensors(file.read(SIGNATURE_BYTES))
    if is_archive:
        kind = str(read_archive(source, mmap=True).metadata.get("kind"))
        if kind not in _OF_FILE:
            advice = "; load its folder" if kind in _OF_FOLDER else ""
            raise FormatError(f"{source}: expected a model of wordkin, found a file of kind {kind!r}{advice}")
        return _OF_FILE[kind](source, mmap)
    if holds_language_model(source) or source.name == "options.json":
        return ELMo.from_pretrained(source)
    kind = kind_of(str(source))
    if kind == "fasttext" and read_fasttext_arguments(source).model == "supervised":
        return load_fasttext(source, mmap=mmap)
    return load_vectors(str(source), kind)
