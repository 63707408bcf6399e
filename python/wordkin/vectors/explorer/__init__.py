"""A self-contained HTML page that shows vectors as a map and finds neighbours in the browser."""

from __future__ import annotations

from .page import MAX_WORDS, ExplorerPage, build_page

__all__ = ["MAX_WORDS", "ExplorerPage", "build_page"]
