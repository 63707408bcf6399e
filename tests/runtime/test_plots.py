"""Axes and figures of plots, and the plots of training reports."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from io import BytesIO
from typing import Any

import numpy as np
import pytest

from wordkin import KeyedVectors
from wordkin.elmo import Perplexity, Validation
from wordkin.elmo.report import ELMoTrainingReport
from wordkin.runtime.plots import axes_for, figure_of, running_mean
from wordkin.word2vec import EpochReport, TrainingReport

matplotlib_figure = pytest.importorskip("matplotlib.figure")


def word2vec_report(epochs: int = 3) -> TrainingReport:
    reports = tuple(
        EpochReport(
            epoch=epoch,
            loss=3.0 - epoch,
            pairs=10,
            scores=60,
            trained_words=5,
            raw_words=1000,
            seconds=0.5 + epoch,
            words_per_second=1000 / (0.5 + epoch),
            learning_rate=0.01,
        )
        for epoch in range(epochs)
    )
    return TrainingReport(epochs=reports, workers=1, isa="baseline")


def elmo_report(steps: int = 6, validations: int = 2) -> ELMoTrainingReport:
    return ELMoTrainingReport(
        first_step=4,
        steps=4 + steps,
        steps_per_epoch=3,
        losses=np.arange(2.0 * steps).reshape(steps, 2),
        gradient_norms=np.arange(float(steps)),
        learning_rates=np.full(steps, 0.1),
        validations=tuple(
            Validation(
                step=5 + number,
                seconds=float(number),
                perplexity=Perplexity(forward=9.0 - number, backward=4.0, tokens=5, unknown_tokens=0),
            )
            for number in range(validations)
        ),
        tokens=100,
        seconds=1.0,
        tokens_per_second=100.0,
        softmax="full",
        stopped_by="epochs",
        checkpoint=None,
        checkpoint_failures=(),
        workers=1,
        isa="baseline",
    )


def curve(axes: Any, number: int = 0) -> tuple[list[float], list[float]]:
    line = axes.lines[number]
    return list(line.get_xdata()), list(line.get_ydata())


def rendered(figure: Any) -> bytes:
    output = BytesIO()
    figure.savefig(output, format="png")
    return output.getvalue()


def test_losses_and_speeds_of_epochs() -> None:
    figure = word2vec_report().plot()
    assert [axes.get_title() for axes in figure.axes] == ["mean loss per pair", "words per second"]
    assert curve(figure.axes[0]) == ([1, 2, 3], [3, 2, 1])
    assert curve(figure.axes[1]) == ([1, 2, 3], [2000, 1000 / 1.5, 400])
    assert curve(word2vec_report().plot("learning_rate", x="seconds").axes[0]) == ([0.5, 2.0, 4.5], [0.01] * 3)
    assert rendered(figure).startswith(b"\x89PNG")


def test_losses_and_perplexities_of_steps() -> None:
    figure = elmo_report().plot()
    loss, perplexity = figure.axes
    assert curve(loss) == ([5, 6, 7, 8, 9, 10], [0, 2, 4, 6, 8, 10])
    assert curve(loss, 1)[1] == [1, 3, 5, 7, 9, 11]
    assert curve(perplexity) == ([5, 6], [9, 8])
    assert [text.get_text() for text in perplexity.get_legend().get_texts()] == ["forward", "backward", "best"]
    assert len(elmo_report(validations=0).plot().axes) == 1
    assert curve(elmo_report().plot("gradient_norm").axes[0])[1] == [0, 1, 2, 3, 4, 5]
    assert rendered(elmo_report(steps=1000).plot()).startswith(b"\x89PNG")


def test_plots_use_the_axes_that_are_given() -> None:
    figure = matplotlib_figure.Figure()
    first, second = figure.subplots(1, 2)
    assert word2vec_report().plot(ax=[first, second]) is figure
    assert word2vec_report().plot("loss", ax=first) is figure
    assert elmo_report().plot("perplexity", ax=second) is figure
    assert len(first.lines) == 2


def test_figures_of_subfigures_are_whole_figures() -> None:
    figure = matplotlib_figure.Figure()
    axes = figure.subfigures(1, 2)[0].subplots()
    assert figure_of(axes) is figure
    assert word2vec_report().plot("loss", ax=axes) is figure


@pytest.mark.parametrize(
    ("report", "arguments", "error", "message"),
    [
        (word2vec_report(0), {}, ValueError, "at least one epoch"),
        (word2vec_report(), {"metrics": "speed"}, ValueError, "metrics must be among 'loss'"),
        (word2vec_report(), {"metrics": []}, ValueError, "metrics must contain at least one name"),
        (word2vec_report(), {"x": "words"}, ValueError, "x must be 'epoch' or 'seconds', got 'words'"),
        (word2vec_report(), {"ax": 5}, TypeError, "ax must be matplotlib Axes, got int"),
        (word2vec_report(), {"ax": matplotlib_figure.Figure().subplots()}, ValueError, "a sequence of 2 Axes, got 1"),
        (elmo_report(validations=0), {"metrics": "perplexity"}, ValueError, "at least one validation"),
        (elmo_report(steps=0), {}, ValueError, "at least one step"),
        (elmo_report(), {"metrics": "gradient_norm", "ax": []}, ValueError, "ax must be Axes, got 0 Axes"),
    ],
)
def test_bad_arguments(report: Any, arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        report.plot(**arguments)


def test_axes_that_were_removed() -> None:
    axes = matplotlib_figure.Figure().subplots()
    axes.remove()
    with pytest.raises(ValueError, match="ax must belong to a figure"):
        axes_for(axes, 1, width=1, height=1)


def test_infinite_and_missing_values_can_be_drawn() -> None:
    report = word2vec_report()
    odd = replace(report, epochs=tuple(replace(epoch, loss=float("nan")) for epoch in report.epochs))
    assert rendered(odd.plot())
    diverged = Validation(
        step=5, seconds=1.0, perplexity=Perplexity(forward=np.inf, backward=np.inf, tokens=1, unknown_tokens=0)
    )
    assert rendered(replace(elmo_report(), validations=(diverged,)).plot())


def test_running_means() -> None:
    values = np.random.default_rng(1).normal(size=50)
    expected = [values[max(0, end - 7) : end].mean() for end in range(1, 51)]
    np.testing.assert_allclose(running_mean(values, 7), expected, atol=1e-12)


@pytest.mark.parametrize("module", ["matplotlib", "matplotlib.figure"])
def test_missing_matplotlib_is_named(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    vectors = KeyedVectors.from_vocabulary(["a", "b"], np.eye(2, dtype=np.float32))
    expected = r"pip install .wordkin\[plot\]." if module == "matplotlib" else "plots need"
    for plot in (word2vec_report().plot, elmo_report().plot, lambda: vectors.plot(["a"])):
        with pytest.raises(ImportError, match=expected):
            plot()


def test_neither_plots_nor_tables_import_anything_before_they_are_used() -> None:
    program = "import sys, wordkin.word2vec, wordkin.elmo, wordkin.downstream; print([*sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="locale", check=True)
    for module in ("matplotlib", "pandas", "sklearn", "IPython"):
        assert f"'{module}'" not in done.stdout
