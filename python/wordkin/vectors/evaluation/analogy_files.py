"""Files of analogy questions: four words per line, with or without sections, and the word pairs of BATS."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ...errors import FormatError
from ...storage.decoding import DecodingErrors
from ...storage.paths import AnyPath, local_path
from .test_sets import AnalogySet, lines_of

__all__ = ["read_analogies"]

_COMMENTS = ("#", "//")
_MAX_PAIRS = 2_000  # of a relation, whose questions are as many as the square of its pairs; BATS has 50


def read_analogies(path: AnyPath, encoding: str = "utf-8", errors: DecodingErrors = "strict") -> AnalogySet:
    r"""Read analogy questions.

    A question is a line of four words, separated by tabs (words may then contain spaces), whitespace, commas or
    semicolons. Lines of the form ``: name`` begin a section; questions before the first one belong to a section with
    the name of the file. Lines that start with ``#`` or ``//`` and are no question are comments.

    A file whose lines have two words is read like those of BATS (Gladkova et al., 2016): each pair of lines is a
    question, and further words separated by ``/`` are correct answers as well. A folder stands for all files in it
    and its subfolders.

    Parameters
    ----------
    path : path
        File to read, compressed or not, or folder.
    encoding : str, default "utf-8"
        Encoding of the files.
    errors : {"strict", "replace", "ignore"}, default "strict"
        Treatment of bytes that cannot be decoded: raise an error, replace them by U+FFFD, or drop them.

    Returns
    -------
    AnalogySet
        The questions.

    Raises
    ------
    FormatError
        If there are no questions.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from wordkin.vectors.evaluation import read_analogies
    >>> path = Path(tempfile.mkdtemp()) / "questions.txt"
    >>> _ = path.write_text(": capitals\nParis France Rome Italy\n", encoding="utf-8")
    >>> read_analogies(path).questions
    (('Paris', 'France', 'Rome', 'Italy'),)
    """
    local = local_path(path)
    files = sorted(file for file in local.rglob("*") if _is_visible_file(file)) if local.is_dir() else [local]
    found = _Questions()
    for file in files:
        _read_file(file, encoding, errors, found)
    if not found.questions:
        raise FormatError(
            f"{local}: no analogy questions found, expected lines of four words, or of two words (BATS); "
            f"{found.invalid} lines have other numbers of words"
        )
    has_alternatives = any(found.alternatives)
    return AnalogySet(
        sections=tuple(found.sections),
        questions=tuple(found.questions),
        section_of=tuple(found.section_of),
        invalid_lines=found.invalid,
        alternatives=tuple(found.alternatives) if has_alternatives else (),
    )


@dataclass(kw_only=True)
class _Questions:
    sections: list[str] = field(default_factory=list)
    questions: list[tuple[str, str, str, str]] = field(default_factory=list)
    section_of: list[int] = field(default_factory=list)
    alternatives: list[tuple[str, ...]] = field(default_factory=list)
    invalid: int = 0

    def add(self, question: Sequence[str], alternatives: tuple[str, ...] = ()) -> None:
        self.questions.append((question[0], question[1], question[2], question[3]))
        self.section_of.append(len(self.sections) - 1)
        self.alternatives.append(alternatives)


def _is_visible_file(path: Path) -> bool:
    return path.is_file() and not path.name.startswith(".")


def _read_file(path: Path, encoding: str, errors: DecodingErrors, found: _Questions) -> None:
    lines = [line for _, line in lines_of(path, encoding, errors) if line.strip()]
    pairs = [_split(line, 2) for line in lines if not line.startswith(_COMMENTS)]
    has_section = any(line.startswith(":") for line in lines)
    if pairs and not has_section and 2 * sum(len(pair) == 2 for pair in pairs) > len(pairs):
        _add_pairs(path, pairs, found)
        return
    has_section = False
    for line in lines:
        words = _split(line, 4)
        if line.startswith(":") and len(line.split()) != 4:
            found.sections.append(line.lstrip(": ").strip())
            has_section = True
        elif len(words) == 4:
            if not has_section:
                found.sections.append(path.name.split(".")[0])
                has_section = True
            found.add(words)
        elif not line.startswith(_COMMENTS):
            found.invalid += 1


def _split(line: str, fields: int) -> list[str]:
    """Split a line at tabs if it has any, at commas or semicolons if they give `fields` words, else at whitespace."""
    if "\t" in line.strip():
        return [word.strip() for word in line.strip().split("\t")]
    words = line.split()
    for separator in ",;":
        parts = [part.strip() for part in line.split(separator)]
        if len(parts) == fields and all(parts):
            return parts
    return words


def _add_pairs(path: Path, pairs: Sequence[Sequence[str]], found: _Questions) -> None:
    """Make a question of every two lines: a is to b, the first answer of a, as c is to one of its answers."""
    valid = [(pair[0], [word for word in re.split(r"\s*/\s*", pair[1]) if word]) for pair in pairs if len(pair) == 2]
    valid = [(word, answers) for word, answers in valid if word and answers]
    found.invalid += len(pairs) - len(valid)
    if len(valid) > _MAX_PAIRS:
        raise FormatError(
            f"{path}: has {len(valid)} pairs of words; every two of them make a question, which at most {_MAX_PAIRS} "
            "pairs allow: split the file by relation, as BATS does"
        )
    found.sections.append(path.name.rpartition(".")[0] or path.name)
    for position, (a, b) in enumerate(valid):
        for other, (c, d) in enumerate(valid):
            if position != other:
                found.add((a, b[0], c, d[0]), tuple(d[1:]))
