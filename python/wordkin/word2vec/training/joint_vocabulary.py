"""The vocabulary of the texts of several processes, of which none holds all words that were counted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...distributed import Communicator
from ...distributed.agreement import gathered_objects, joint_work
from ...distributed.exchange import CountedWords, merged_by_owner, shared_with_all
from ...errors import DistributedError, VocabularyError
from ...text import RawCounts, TrimRule, Vocabulary, VocabularyReport
from ...text.vocabulary import is_kept, nothing_left
from ..options import VocabularyOptions

__all__ = ["joint_vocabulary"]


def joint_vocabulary(
    communicator: Communicator,
    counts: RawCounts,
    rules: VocabularyOptions,
    trim_rule: TrimRule | None,
    known: Vocabulary | None = None,
) -> tuple[Vocabulary, VocabularyReport]:
    """Choose the vocabulary that one process would choose for the texts of all ranks.

    Each word is counted and chosen by one rank, which its hash selects; then all ranks receive the words that are kept.

    Parameters
    ----------
    communicator : Communicator
        The group.
    counts : RawCounts
        The counts of this rank.
    rules : VocabularyOptions
        Which words are kept.
    trim_rule : callable or None
        Decides about each word.
    known : Vocabulary or None, default None
        A vocabulary to extend, equal on all ranks: its words are kept with their counts and come first.

    Returns
    -------
    vocabulary : Vocabulary
        The vocabulary, equal on all ranks. Words that are not sorted are in the order of their first occurrence, rank
        by rank.
    report : VocabularyReport
        What was kept and dropped.

    Raises
    ------
    DistributedError
        If a word is not a string, or another rank has failed.
    VocabularyError
        If no word is kept.
    """
    with joint_work(communicator, "the exchange of words"):
        words = [_encoded(word, communicator.rank) for word in counts.words]
    own = merged_by_owner(communicator, words, counts.counts)
    effective = max(rules.min_count, _least_count(communicator, own, rules.max_final_vocab))
    with joint_work(communicator, "the choice of words"):  # trim_rule may raise an exception
        keep = own.counts >= effective
        if trim_rule is not None:
            for index, (word, count) in enumerate(zip(own.words, own.counts.tolist(), strict=True)):
                keep[index] = is_kept(trim_rule, word.decode(), count, effective)
        if known is not None:
            is_known = np.fromiter((word.decode() in known.index for word in own.words), bool, len(own.words))
            keep |= is_known
    facts = {
        "raw_words": counts.raw_words,
        "raw_sentences": counts.raw_sentences,
        "words": len(own.words),
        "occurrences": int(own.counts.sum()),
    }
    everyone = gathered_objects(communicator, {**facts, "most": int(own.counts.max(initial=0))})
    total = {name: sum(part[name] for part in everyone) for name in facts}
    source = f"the texts of {communicator.size} ranks"
    if not total["words"]:
        raise VocabularyError(f"no words; read {total['raw_words']} tokens from {source}")
    chosen = np.flatnonzero(keep)
    kept = shared_with_all(
        communicator, CountedWords([own.words[index] for index in chosen], own.counts[chosen], own.positions[chosen])
    )
    if not kept.words and known is None:
        most = max(part["most"] for part in everyone)
        reason = nothing_left(total["words"], most, source, rules.min_count, effective, has_rule=trim_rule is not None)
        raise VocabularyError(reason)
    frequencies = dict(zip((word.decode() for word in kept.words), kept.counts.tolist(), strict=True))
    found = RawCounts.from_frequencies(frequencies)
    if known is None:
        vocabulary, report = found.prune(0, sorted_vocab=rules.sorted_vocab)
    else:
        vocabulary, report = known.extended(found, 0)
    report = replace(
        report,
        min_count=effective,
        dropped_words=total["words"] - report.retained_words,
        dropped_total=total["occurrences"] - report.retained_total,
    )
    sizes = {name: total[name] for name in ("raw_words", "raw_sentences")}
    return replace(vocabulary, min_count=effective, **sizes), report


def _encoded(word: object, rank: int) -> bytes:
    if not isinstance(word, str):
        raise DistributedError(f"rank {rank}: words must be strings to be exchanged, got {word!r}")
    return word.encode()


def _least_count(communicator: Communicator, own: CountedWords, max_final_vocab: int | None) -> int:
    """Return the smallest minimum count that keeps at most `max_final_vocab` words of all ranks."""
    if max_final_vocab is None:
        return 0
    # The counts of as many words as may be kept decide, and one more.
    largest = np.sort(own.counts)[::-1][: max_final_vocab + 1]
    found = np.sort(np.concatenate([np.array(part) for part in gathered_objects(communicator, largest.tolist())]))[::-1]
    return 0 if len(found) <= max_final_vocab else int(found[max_final_vocab]) + 1
