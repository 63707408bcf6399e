"""Early stopping: when to stop, and which parameters are restored."""

from __future__ import annotations

import numpy as np

from wordkin.downstream.training.early_stopping import EarlyStopping


def test_parameters_of_the_best_validation_are_restored() -> None:
    parameters = {"W": np.zeros(2, np.float32)}
    stopping = EarlyStopping(parameters, (), patience=2)
    for value, metric, loss in ((1, 0.5, 1.0), (2, 0.7, 1.0), (3, 0.7, 0.9), (4, 0.7, 0.9), (5, 0.1, 0.1)):
        assert not stopping.should_stop
        parameters["W"][:] = value
        stopping.record(metric, loss)
    assert stopping.should_stop
    assert stopping.epochs_without_improvement == 2
    stopping.restore_best()
    assert parameters["W"].tolist() == [3, 3]  # equal metrics: the smaller loss


def test_without_patience_training_never_stops_and_keeps_the_last_parameters() -> None:
    parameters = {"W": np.zeros(2, np.float32)}
    stopping = EarlyStopping(parameters, (), patience=None)
    for value, metric in ((1, 0.5), (2, 0.1)):
        parameters["W"][:] = value
        stopping.record(metric, loss=1.0)
    stopping.restore_best()
    assert not stopping.should_stop
    assert parameters["W"].tolist() == [2, 2]
