"""Tables of models for notebooks."""

from __future__ import annotations

from ..runtime.notebooks import html_table
from .state import Word2VecState

__all__ = ["model_html"]


def model_html(name: str, state: Word2VecState) -> str:
    """Return a table of the vocabulary, the settings and the last training of a model.

    Parameters
    ----------
    name : str
        Name of the class.
    state : Word2VecState
        The model.

    Returns
    -------
    str
        HTML.
    """
    options = state.options
    architecture = {"skipgram": "skip-gram", "cbow": "CBOW"}.get(options.architecture, options.architecture)
    objectives = [f"negative sampling, {options.negative} noise words"] * bool(options.negative)
    objectives += ["hierarchical softmax"] * bool(options.hierarchical_softmax)
    rows: list[tuple[str, object]] = [
        ("vocabulary", f"{len(state.wv):,} words" if len(state.wv) else "not built"),
        ("vectors", f"{state.vector_size} dimensions"),
        ("architecture", f"{architecture}, window {options.window}"),
        ("objective", " and ".join(objectives)),
        ("corpus", f"{state.corpus_total_words:,} words" if state.corpus_total_words else None),
        ("last training", None if state.training_report is None else state.training_report.summary),
    ]
    return html_table(name, (), [row for row in rows if row[1]])
