"""Recognition of folders of models, for errors that name the method which opens them."""

from __future__ import annotations

from pathlib import Path

from ..errors import FormatError, WrongKindError
from .archive import read_archive
from .checkpoint import is_checkpoint
from .file_sets import CurrentFiles
from .signatures import SIGNATURE_BYTES, is_safetensors

__all__ = ["MANYLANGS_FILES", "advice_about_kind", "content_of_folder", "refuse_model_folder", "required_file"]

MANYLANGS_FILES = ("encoder.pkl", "token_embedder.pkl")  # weights of ELMoForManyLangs
_MAX_NAMES = 5  # of files in messages

# Methods that open the files and folders of each kind.
_READERS = {
    "doc2vec": "Doc2Vec.load",
    "elmo": "ELMo.from_pretrained",
    "fasttext": "FastText.load",
    "fasttext_keyed_vectors": "wordkin.vectors.FastTextKeyedVectors.load",
    "frozen_phrases": "FrozenPhrases.load",
    "keyed_vectors": "KeyedVectors.load",
    "phrases": "Phrases.load",
    "sequence_tagger": "SequenceTagger.load",
    "static_embedding": "KeyedVectors.from_pretrained",
    "text_classifier": "TextClassifier.load",
    "word2vec": "Word2Vec.load",
}
_READERS_OF_FOLDERS = {
    **_READERS,
    "doc2vec": "Doc2Vec.from_pretrained",
    "word2vec": "Word2Vec.from_pretrained",
}
_FILES_OF_FOLDERS = ("model.safetensors", "weights.safetensors")


def advice_about_kind(kind: str) -> str | None:
    """Return which method opens files of a kind.

    Parameters
    ----------
    kind : str
        Name of the kind in files.

    Returns
    -------
    str or None
        The end of an error message; None if the kind is unknown.

    Examples
    --------
    >>> advice_about_kind("phrases")
    'Phrases.load opens it'
    """
    return f"{_READERS[kind]} opens it" if kind in _READERS else None


def required_file(files: CurrentFiles, name: str, expected: str) -> Path:
    """Return the path of the file in which a folder has its model.

    Parameters
    ----------
    files : CurrentFiles
        The folder.
    name : str
        Name of the file.
    expected : str
        What the folder should hold, for error messages.

    Returns
    -------
    Path
        The file, which exists unless the folder itself does not exist.

    Raises
    ------
    WrongKindError
        If the folder holds another model; the message says what opens it.
    FormatError
        If the folder holds no model.
    """
    path = files.path(name)
    if path.is_file() or not files.folder.is_dir():
        return path
    found = content_of_folder(files)
    if found is not None:
        raise WrongKindError(f"{files.folder}: expected {expected}, found {found}")
    names = files.names()
    others = ", ".join(names[:_MAX_NAMES]) + (f" and {len(names) - _MAX_NAMES} more" * (len(names) > _MAX_NAMES))
    raise FormatError(f"{files.folder}: expected {expected}, found no {name}; its files: {others or 'none'}")


def refuse_model_folder(folder: Path, expected: str) -> None:
    """Raise an error if a path that should be a file is the folder of a model.

    Parameters
    ----------
    folder : Path
        The folder.
    expected : str
        What the file should be, for the error message.

    Raises
    ------
    WrongKindError
        If the folder holds a model; the message says what opens it.
    """
    found = content_of_folder(CurrentFiles(folder))
    if found is not None:
        raise WrongKindError(f"{folder}: expected {expected}, found {found}")


def content_of_folder(files: CurrentFiles) -> str | None:
    """Return what a folder holds, and what opens it.

    Parameters
    ----------
    files : CurrentFiles
        The folder.

    Returns
    -------
    str or None
        The end of an error message; None if the folder holds no model that is known.
    """
    names = files.names()
    for name in _FILES_OF_FOLDERS:
        kind = _kind_of(files.path(name)) if name in names else None
        if kind in _READERS_OF_FOLDERS:
            return f"the folder of a model of kind {kind!r}; {_READERS_OF_FOLDERS[kind]} opens it"
    if set(MANYLANGS_FILES) <= set(names):
        return "a model of ELMoForManyLangs; ELMo.from_pretrained opens it"
    if "options.json" in names and any(name.endswith(".hdf5") for name in names):
        return "an ELMo model in the format of the original program; ELMo.from_pretrained opens it"
    checkpoints = [name for name in names if is_checkpoint(Path(name))]
    if checkpoints:
        return f"checkpoints of a training; load one of them, the newest is {checkpoints[-1]}"
    saved = [(name, _kind_of(files.path(name))) for name in names if name.endswith(".safetensors")]
    known = [(name, kind) for name, kind in saved if kind in _READERS]
    if len(known) == 1:
        ((name, kind),) = known
        return f"{name}, a model of kind {kind!r}; {_READERS[kind]} opens the file"
    return None


def _kind_of(path: Path) -> str:
    """Return the kind of a file of wordkin; empty if it is another file, or damaged."""
    try:
        with path.open("rb") as file:
            if not is_safetensors(file.read(SIGNATURE_BYTES)):
                return ""
        return str(read_archive(path, mmap=True).metadata.get("kind", ""))
    except (OSError, FormatError):
        return ""
