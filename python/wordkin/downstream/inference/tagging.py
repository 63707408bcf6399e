"""Predictions of a fitted tagger."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..data.examples import Examples
from ..data.prepared import PreparedTexts
from ..evaluation import ChunkReport, chunk_report
from ..labels.schemes import standard_tags
from ..labels.tag_set import Tags, TagSet
from ..network import Network
from ..options import NetworkCompute
from ..state import Floats, TaggerState
from .outputs import compute_outputs, split_rows, write_outputs

__all__ = ["predicted_tags", "tag_probabilities", "tag_report", "validation_metrics"]


def predicted_tags(state: TaggerState, sentences: list[list[str]], compute: NetworkCompute) -> Tags:
    """Compute the most probable tag sequences.

    Parameters
    ----------
    state : TaggerState
        The tagger.
    sentences : list of list of str
        The tokens of each sentence.
    compute : NetworkCompute
        Number of threads and instruction set.

    Returns
    -------
    list of list of str
        The tags of each sentence.
    """
    if not any(sentences):
        return [[] for _ in sentences]
    paths = compute_outputs(state.network, sentences, "paths", compute, per_token=True)
    return state.tags.decode(split_rows(paths, sentences))


def tag_probabilities(state: TaggerState, sentences: list[list[str]], compute: NetworkCompute) -> list[Floats]:
    """Compute the marginal probability of each tag of each token.

    Parameters
    ----------
    state : TaggerState
        The tagger.
    sentences : list of list of str
        The tokens of each sentence.
    compute : NetworkCompute
        Number of threads and instruction set.

    Returns
    -------
    list of ndarray, shape (n_tokens, n_tags)
        Float32 probabilities; columns are the tags that the network is trained on.
    """
    if not any(sentences):
        return [np.empty((0, len(state.tags.learned)), dtype=np.float32) for _ in sentences]
    return split_rows(compute_outputs(state.network, sentences, "probabilities", compute, per_token=True), sentences)


def tag_report(tags: TagSet, true: Tags, predicted: Tags) -> ChunkReport:
    """Compare predicted tags with true tags.

    Parameters
    ----------
    tags : TagSet
        The tags of the tagger. If they do not mark chunks, every token counts as a chunk whose type is its tag.
    true : list of list of str
        The true tags of each sentence.
    predicted : list of list of str
        The predicted tags of each sentence.

    Returns
    -------
    ChunkReport
        The scores.
    """
    return chunk_report(_scored(tags, true), _scored(tags, predicted))


def _scored(tags: TagSet, sentences: Tags) -> Tags:
    """Return tags whose chunks `chunk_report` finds."""
    if tags.scheme == "plain":
        return [[f"S-{tag}" for tag in own] for own in sentences]
    return [standard_tags(own) for own in sentences] if tags.scheme in ("bilou", "bmes") else sentences


def validation_metrics(
    network: Network, prepared: PreparedTexts, examples: Examples, tags: TagSet, true: Tags
) -> Mapping[str, float]:
    """Compute the metrics of the validation sentences during training.

    Parameters
    ----------
    network : Network
        The opened network.
    prepared : PreparedTexts
        The sentences that it was opened for.
    examples : Examples
        Sentences, and the indices of the validation sentences.
    tags : TagSet
        The tags of the tagger.
    true : list of list of str
        The true tags of the validation sentences.

    Returns
    -------
    dict of str to float
        F1 of the chunks and accuracy; only the accuracy for tags that do not mark chunks.
    """
    paths = write_outputs(network, prepared, examples.validation, "paths", per_token=True)
    report = tag_report(tags, true, tags.decode(split_rows(paths, true)))
    if tags.scheme == "plain":
        return {"accuracy": report.accuracy}
    return {"f1": report.micro.f1, "accuracy": report.accuracy}
