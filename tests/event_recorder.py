"""A training callback that records the events it is notified of."""

from __future__ import annotations

from typing import Any


class EventRecorder:
    """Records the name of each event, with the number of the step, epoch or validation if it has one.

    Works with `Word2Vec` and `ELMo`. With `raising`, it raises `error` at the entry of this text.
    """

    def __init__(self, raising: str = "") -> None:
        self.events: list[str] = []
        self.raising = raising
        self.error = LookupError("raised by a callback")

    def _record(self, event: str) -> None:
        self.events.append(event)
        if event == self.raising:
            raise self.error

    def on_train_begin(self, model: Any) -> None:
        self._record("train begin")

    def on_epoch_begin(self, model: Any) -> None:
        self._record("epoch begin")

    def on_step_end(self, model: Any, report: Any) -> None:
        self._record(f"step {report.step} end")

    def on_epoch_end(self, model: Any, epoch: int | None = None) -> None:
        self._record("epoch end" if epoch is None else f"epoch {epoch} end")

    def on_validation_end(self, model: Any, validation: Any) -> None:
        self._record(f"validation {validation.step} end")

    def on_train_end(self, model: Any) -> None:
        self._record("train end")
