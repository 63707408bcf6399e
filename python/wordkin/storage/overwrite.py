"""The check that keeps output files from replacing the files that an operation reads."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..errors import OverwriteError
from .paths import AnyPath, local_path

__all__ = ["check_outputs"]


def check_outputs(
    *files: AnyPath | None,
    folders: Iterable[AnyPath | None] = (),
    inputs: Iterable[object] = (),
    models: Iterable[AnyPath | None] = (),
) -> None:
    """Raise an error if writing the outputs would replace what is read, or one another.

    Files are compared by identity: other spellings of a path, and symbolic and hard links, are recognised. Call this
    before anything is read or written.

    Parameters
    ----------
    *files : path or None
        Files to be written; None is ignored.
    folders : iterable of (path or None), optional
        Folders to be written, which may be new; name the files in them in `files`.
    inputs : iterable of object, optional
        What is read: paths and open files; other objects, such as lists of tokens, are ignored. A folder stands for
        all files in it and its subfolders, so that no output may be created there.
    models : iterable of (path or None), optional
        Files and folders of models to be read. Outputs may be created in such a folder, but must not replace its files.

    Raises
    ------
    OverwriteError
        If an output is an input, lies in a folder that is an input, or is another output.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> corpus = Path(tempfile.mkdtemp()) / "corpus.txt"
    >>> _ = corpus.write_text("some text", encoding="utf-8")
    >>> check_outputs(corpus.with_name("vectors.txt"), inputs=[corpus])
    >>> check_outputs(corpus, inputs=[corpus])
    Traceback (most recent call last):
    ...
    wordkin.errors.OverwriteError: the output must not replace a file that is read, got ...; choose another name
    """
    inputs = list(inputs)
    model_paths = [local_path(model) for model in models if model is not None]
    new_files = [local_path(file) for file in files if file is not None]
    new_folders = [local_path(folder) for folder in folders if folder is not None]
    for position, target in enumerate(new_files):
        for earlier in new_files[:position]:
            if _same_target(target, earlier):
                raise OverwriteError(f"two outputs must not be the same file, got {earlier} and {target}")
    for target in (*new_files, *new_folders):
        for given in inputs:
            _check_input(target, given, is_folder=target in new_folders)
        for path in model_paths:
            _check_model(target, path)


def _check_input(target: Path, given: object, *, is_folder: bool) -> None:
    status = _status(given)
    if status is None or stat.S_ISCHR(status.st_mode):  # a terminal can be read and written at the same time
        return
    if _is(target, status):
        raise _replaced(target)
    if not stat.S_ISDIR(status.st_mode) or is_folder:
        return
    if any(_is(folder, status) for folder in {*target.absolute().parents, *target.resolve().parents}):
        raise OverwriteError(
            f"the output must not be in a folder whose files are all read, got {target}; choose another folder"
        )
    own = _status(target)
    if own is not None and stat.S_ISREG(own.st_mode) and _folder_links_to(given, own):
        raise _replaced(target)


def _folder_links_to(folder: Any, status: os.stat_result) -> bool:
    """Return whether a file in a folder or its subfolders is a link to a file."""
    return any(_is(path, status) for path in local_path(folder).rglob("*"))


def _check_model(target: Path, model: Path) -> None:
    files = model.iterdir() if model.is_dir() else ()
    for path in (model, *files):
        status = _status(path)
        if status is not None and not stat.S_ISCHR(status.st_mode) and _is(target, status):
            raise _replaced(target)


def _replaced(target: Path) -> OverwriteError:
    return OverwriteError(f"the output must not replace a file that is read, got {target}; choose another name")


def _is(path: Path, status: os.stat_result) -> bool:
    own = _status(path)
    return own is not None and os.path.samestat(own, status)


def _same_target(first: Path, second: Path) -> bool:
    status = _status(first)
    if status is not None:
        return not stat.S_ISCHR(status.st_mode) and _is(second, status)
    folder = _status(first.parent)
    return first.name == second.name and folder is not None and _is(second.parent, folder)


def _status(given: Any) -> os.stat_result | None:
    """Return the status of a path or an open file; None if there is no such file, or for other objects."""
    try:
        if isinstance(given, str | bytes | os.PathLike):
            return local_path(given).stat()
        return os.fstat(given.fileno())
    except (AttributeError, OSError, ValueError):
        return None
