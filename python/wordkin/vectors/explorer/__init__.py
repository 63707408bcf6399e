"""A self-contained HTML page that shows vectors as a map and finds neighbours in the browser."""

from __future__ import annotations

from .page import ExplorerPage, build_page

__all__ = ["ExplorerPage", "build_page"]
