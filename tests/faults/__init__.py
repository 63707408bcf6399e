"""Faults inside a call: an interruption at any line, an allocation that fails, a callable that raises."""

from __future__ import annotations

from .changes import Change, assert_all_or_nothing, call_interrupted_at_line, call_with_failing_allocation

__all__ = ["Change", "assert_all_or_nothing", "call_interrupted_at_line", "call_with_failing_allocation"]
