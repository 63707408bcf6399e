"""The command line: one file for each command, and what they share about files, messages and exit codes."""

from __future__ import annotations

from .program import main

__all__ = ["main"]
