"""Descriptions of models: in one line, and for notebooks."""

from __future__ import annotations

from ..runtime.notebooks import html_table
from .state import Doc2VecState

__all__ = ["model_html", "short_description"]


def short_description(name: str, state: Doc2VecState) -> str:
    """Return the settings of a model in gensim's short form.

    Parameters
    ----------
    name : str
        Name of the class.
    state : Doc2VecState
        The model.

    Returns
    -------
    str
        Such as "Doc2Vec<dm/m,d100,n5,w5,mc5,s0.001,t2>".
    """
    words, options = state.words, state.training
    is_dbow = options.architecture == "skipgram"
    if is_dbow:
        mode = "dbow+w" if state.options.dbow_words else "dbow"
    elif state.options.dm_concat:
        mode = "dm/c"
    else:
        mode = "dm/m" if options.cbow_mean else "dm/s"
    minimum = words.vocabulary_options.min_count
    parts = [
        f'"{words.comment}"' if words.comment else "",
        mode,
        f"d{words.vector_size}",
        f"n{options.negative}" if options.negative else "",
        "hs" if options.hierarchical_softmax else "",
        f"w{options.window}" if not is_dbow or state.options.dbow_words else "",
        f"mc{minimum}" if minimum > 1 else "",
        f"s{options.sample:g}" if options.sample > 0 else "",
        f"t{words.compute.threads}" if words.compute.threads > 1 else "",
    ]
    return f"{name}<{','.join(filter(None, parts))}>"


def model_html(name: str, state: Doc2VecState) -> str:
    """Return a table of the vocabulary, the settings and the last training of a model.

    Parameters
    ----------
    name : str
        Name of the class.
    state : Doc2VecState
        The model.

    Returns
    -------
    str
        HTML.
    """
    words = state.words
    rows: list[tuple[str, object]] = [
        ("tags", f"{len(state.dv):,}" if len(state.dv) else "not read"),
        ("vocabulary", f"{len(words.wv):,} words" if len(words.wv) else "not built"),
        ("vectors", f"{words.vector_size} dimensions"),
        ("settings", short_description(name, state)),
        ("documents", f"{words.corpus_count:,}, {words.corpus_total_words:,} words" if words.corpus_count else None),
        ("last training", None if words.training_report is None else words.training_report.summary),
    ]
    return html_table(name, (), [row for row in rows if row[1]])
