"""Chunks that tags mark, and how well they are found: precision, recall and F1 by the rules of seqeval's default mode.

Those are the rules of the CoNLL shared tasks: a chunk counts when its type and both its ends are right, and tags that
break their scheme are read in the way that loses least: I-NP behind O begins a chunk.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

__all__ = ["ChunkReport", "Score", "chunk_report", "chunks"]

Chunk = tuple[str, int, int]  # type, first token, last token


def chunks(tags: Sequence[str]) -> list[Chunk]:
    """Return the chunks that the tags of a sentence mark: type, first and last token.

    Examples
    --------
    >>> chunks(["B-NP", "I-NP", "O", "I-VP"])
    [('NP', 0, 1), ('VP', 3, 3)]
    """
    found: list[Chunk] = []
    prefix, kind, first = "O", "", 0
    for place, tag in enumerate([*tags, "O"]):
        next_prefix, next_kind = tag[:1], tag[1:].split("-", maxsplit=1)[-1] or "_"
        if _ends(prefix, kind, next_prefix, next_kind):
            found.append((kind, first, place - 1))
        if _begins(prefix, kind, next_prefix, next_kind):
            first = place
        prefix, kind = next_prefix, next_kind
    return found


def _ends(prefix: str, kind: str, next_prefix: str, next_kind: str) -> bool:
    """Whether a chunk ends between two tags."""
    if prefix in ("E", "S") or (prefix in ("B", "I") and next_prefix in ("B", "S", "O")):
        return True
    return prefix not in ("O", ".") and kind != next_kind


def _begins(prefix: str, kind: str, next_prefix: str, next_kind: str) -> bool:
    """Whether a chunk begins between two tags."""
    if next_prefix in ("B", "S") or (prefix in ("E", "S", "O") and next_prefix in ("E", "I")):
        return True
    return next_prefix not in ("O", ".") and kind != next_kind


@dataclass(frozen=True, kw_only=True)
class Score:
    """Of chunks: how many of those that were predicted are right, and how many of the true ones were found.

    Parameters
    ----------
    precision, recall, f1
        From 0 to 1; 0 where nothing was predicted, or there is nothing to find.
    support
        True chunks.
    """

    precision: float
    recall: float
    f1: float
    support: int

    @classmethod
    def of_counts(cls, right: int, predicted: int, true: int) -> Score:
        """Return the score for these numbers of chunks."""
        precision = right / predicted if predicted else 0.0
        recall = right / true if true else 0.0
        total = precision + recall
        f1 = 2 * precision * recall / total if total else 0.0
        return cls(precision=precision, recall=recall, f1=f1, support=true)


@dataclass(frozen=True, kw_only=True)
class ChunkReport:
    """How well chunks were found.

    Parameters
    ----------
    types
        For each type of chunk, by name.
    micro
        Over all chunks; its F1 is what is usually called the F1.
    macro, weighted
        Means over types, plain and by their support.
    accuracy
        Share of tokens with the right tag.
    """

    types: Mapping[str, Score]
    micro: Score
    macro: Score
    weighted: Score
    accuracy: float

    def __str__(self) -> str:
        rows = [*self.types.items(), ("micro", self.micro), ("macro", self.macro), ("weighted", self.weighted)]
        width = max(len(name) for name, _ in rows)
        lines = [f"{'':{width}}  precision  recall      f1  support"]
        lines += [
            f"{name:{width}}  {score.precision:9.4f}  {score.recall:6.4f}  {score.f1:6.4f}  {score.support:7d}"
            for name, score in rows
        ]
        return "\n".join(lines)


def chunk_report(true: Iterable[Sequence[str]], predicted: Iterable[Sequence[str]]) -> ChunkReport:
    """Return how well predicted tags mark the chunks of the true ones.

    Raises
    ------
    ValueError
        If the sentences are not equally many, or two of them not equally long.

    Examples
    --------
    >>> chunk_report([["B-NP", "I-NP", "B-VP"]], [["B-NP", "I-NP", "O"]]).micro.recall
    0.5
    """
    right: Counter[str] = Counter()
    found: Counter[str] = Counter()
    there: Counter[str] = Counter()
    tokens = equal = 0
    pairs = list(_paired(true, predicted))
    for own, guess in pairs:
        tokens += len(own)
        equal += sum(a == b for a, b in zip(own, guess, strict=True))
        own_chunks, guessed = set(chunks(own)), set(chunks(guess))
        there.update(kind for kind, _, _ in own_chunks)
        found.update(kind for kind, _, _ in guessed)
        right.update(kind for kind, _, _ in own_chunks & guessed)
    types = {kind: Score.of_counts(right[kind], found[kind], there[kind]) for kind in sorted(there | found)}
    return ChunkReport(
        types=types,
        micro=Score.of_counts(right.total(), found.total(), there.total()),
        macro=_mean(types, dict.fromkeys(types, 1)),
        weighted=_mean(types, {kind: score.support for kind, score in types.items()}),
        accuracy=equal / tokens if tokens else 0.0,
    )


def _paired(
    true: Iterable[Sequence[str]], predicted: Iterable[Sequence[str]]
) -> Iterable[tuple[Sequence[str], Sequence[str]]]:
    own, guesses = list(true), list(predicted)
    if len(own) != len(guesses):
        raise ValueError(f"tags must be given for the same sentences, got {len(own)} true and {len(guesses)} predicted")
    for number, (tags, guess) in enumerate(zip(own, guesses, strict=True)):
        if len(tags) != len(guess):
            raise ValueError(f"sentence {number} must have as many predicted tags as true ones, {len(tags)}, "
                             f"got {len(guess)}")  # fmt: skip
    return zip(own, guesses, strict=True)


def _mean(types: Mapping[str, Score], weights: Mapping[str, int]) -> Score:
    total = sum(weights.values())
    shares = {kind: weight / total for kind, weight in weights.items()} if total else {}
    return Score(
        precision=sum(share * types[kind].precision for kind, share in shares.items()),
        recall=sum(share * types[kind].recall for kind, share in shares.items()),
        f1=sum(share * types[kind].f1 for kind, share in shares.items()),
        support=sum(score.support for score in types.values()),
    )
