"""Loading of files and folders whose kind is recognised by their content."""

from __future__ import annotations

from .models import load

__all__ = ["load"]
