"""The page: data, template, and how it is shown and saved."""

from __future__ import annotations

import base64
import html
import json
from dataclasses import dataclass
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import VocabularyError
from ...runtime.options import integer_option
from ...storage.atomic import replaced_file
from ...storage.overwrite import check_outputs
from ...storage.paths import AnyPath
from ..arrays import unit_rows
from ..table import VectorTable
from .layout import Layout, cluster_numbers, map_positions

__all__ = ["MAX_WORDS", "ExplorerPage", "build_page"]

MAX_WORDS = 50_000
# 16-bit rows are used as long as they take at most this many bytes: a page of 20,000 words should stay below 5 MB.
_MAX_BYTES_OF_WIDE_ROWS = 2_000_000
_CLUSTERS = 12
_FRAME_HEIGHT = 640


@dataclass(frozen=True, kw_only=True)
class ExplorerPage:
    """An HTML page without links to other files or servers. Jupyter shows it in a frame.

    Parameters
    ----------
    html : str
        The page.
    shown : int
        Number of words on the page.
    total : int
        Number of words that the vectors have.
    """

    html: str
    shown: int
    total: int

    def save(self, path: AnyPath) -> None:
        """Write the page to a file.

        Parameters
        ----------
        path : path
            The file, usually with the suffix ``.html``.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        check_outputs(path)
        with replaced_file(path) as file:
            file.write(self.html.encode("utf-8"))

    def _repr_html_(self) -> str:
        frame = html.escape(self.html, quote=True)
        return (
            f'<iframe title="Explorer of word vectors" srcdoc="{frame}" '
            f'style="width: 100%; height: {_FRAME_HEIGHT}px; border: 1px solid #8888"></iframe>'
        )

    def __repr__(self) -> str:
        return f"<ExplorerPage of {self.shown:,} of {self.total:,} words, {len(self.html) / 1e6:.1f} MB>"


def build_page(
    table: VectorTable,
    other: VectorTable | None = None,
    *,
    max_words: int = 20_000,
    layout: Layout = "pca",
    title: str = "Word vectors",
    seed: int = 1,
) -> ExplorerPage:
    """Return the page for a table of vectors; see `KeyedVectors.explore`.

    Parameters
    ----------
    table : VectorTable
        The vectors.
    other : VectorTable or None, default None
        Vectors in the same space to compare with.
    max_words : int, default 20000
        Number of words to show, from 1 to 50,000: the first, most frequent ones.
    layout : {"pca", "umap", "tsne"}, default "pca"
        How the map is computed.
    title : str, default "Word vectors"
        Heading of the page.
    seed : int, default 1
        Random seed of the layout and of the clusters.

    Returns
    -------
    ExplorerPage
        The page.

    Raises
    ------
    VocabularyError
        If there is no word to show.
    ValueError
        If a vector is not finite, or `other` has vectors of another size.
    """
    limit = integer_option("max_words", max_words, 1, MAX_WORDS)
    words = [key for key in table.index_to_key[: min(limit, len(table.vectors))] if key is not None]
    if not words:
        raise VocabularyError("the vectors must have at least one word to be explored, got none")
    if other is not None and not isinstance(other, VectorTable):
        raise TypeError(f"other must be KeyedVectors, got {type(other).__name__}")
    if other is not None and other.vector_size != table.vector_size:
        raise ValueError(f"other must have vectors of size {table.vector_size}, got {other.vector_size}")
    rows = _unit_rows(table, words)
    kept = None if other is None else [position for position, word in enumerate(words) if word in other.key_to_index]
    others = None if other is None or kept is None else _unit_rows(other, [words[position] for position in kept])
    combined = rows if others is None else np.vstack((rows, others))
    positions = map_positions(combined, layout, seed)
    data: dict[str, Any] = {
        "title": title,
        "total": len(table),
        "words": [str(word) for word in words],
        "counts": _counts(table, words),
        "clusters": cluster_numbers(rows, _CLUSTERS, seed).tolist(),
        "size": table.vector_size,
        "positions": _encoded(positions[: len(rows)]),
        "rows": _quantized(rows),
    }
    if others is not None and kept is not None:
        data["other"] = {
            "indices": _encoded(np.array(kept, dtype=np.uint32)),
            "positions": _encoded(positions[len(rows) :]),
            "rows": _quantized(others),
        }
    return ExplorerPage(html=_filled_template(title, data), shown=len(words), total=len(table))


def _unit_rows(table: VectorTable, words: list[Any]) -> NDArray[np.float32]:
    rows = np.asarray(table.vectors[[table.key_to_index[word] for word in words]], dtype=np.float32)
    finite = np.isfinite(rows).all(axis=1)
    if not finite.all():
        raise ValueError(f"vectors must be finite, got NaN or infinite values for {words[int(np.argmin(finite))]!r}")
    return np.ascontiguousarray(unit_rows(rows))


def _counts(table: VectorTable, words: list[Any]) -> list[int] | None:
    column = table.expandos.get("count")
    if column is None:
        return None
    return [int(count) for count in column[[table.key_to_index[word] for word in words]]]


def _quantized(rows: NDArray[np.float32]) -> dict[str, Any]:
    """Return rows as integers and the factor of each row, which makes the norm of the integers one."""
    bits = 16 if rows.size * 2 <= _MAX_BYTES_OF_WIDE_ROWS else 8
    largest = (1 << (bits - 1)) - 1
    extent = np.abs(rows).max(axis=1, keepdims=True, initial=0.0)
    extent[extent == 0] = 1
    integers = np.rint(rows / extent * largest).astype(np.int16 if bits == 16 else np.int8)
    norms = np.sqrt((integers.astype(np.float64) ** 2).sum(axis=1))
    factors = np.divide(1.0, norms, out=np.zeros_like(norms), where=norms > 0).astype(np.float32)
    return {"bits": bits, "integers": _encoded(integers), "factors": _encoded(factors)}


def _encoded(array: NDArray[Any]) -> str:
    little_endian = array.astype(array.dtype.newbyteorder("<"), copy=False)
    return base64.b64encode(little_endian.tobytes()).decode("ascii")


def _filled_template(title: str, data: dict[str, Any]) -> str:
    folder = resources.files(__package__)
    template, style, script = (
        folder.joinpath(name).read_text(encoding="utf-8") for name in ("explorer.html", "explorer.css", "explorer.js")
    )
    # Without "<", no word can end the script element that the data are in.
    literal = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    literal = "".join(f"\\u{ord(char):04x}" if "\ud800" <= char <= "\udfff" else char for char in literal)
    parts = {"TITLE": html.escape(title), "STYLE": style, "SCRIPT": script, "DATA": literal}
    pieces = template.split("%%")
    return "".join(parts[piece] if number % 2 else piece for number, piece in enumerate(pieces))
