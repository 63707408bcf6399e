"""The charts of README.md and docs/benchmarks.md, made from records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bench.cells import WORD2VEC, amount
from bench.charts import Bar, Panel, Series, bar_chart, line_chart
from bench.records import Records

__all__ = ["CHARTS", "Chart"]


@dataclass(frozen=True, kw_only=True)
class Chart:
    """An SVG file and the text that stands for it."""

    svg: str
    alt: str


def training_chart(records: Records) -> Chart:
    rows, described = [], []
    for case in (case for case in WORD2VEC.values() if "token lists" not in case):
        run = records.newest("word2vec.speed", case)
        bars = []
        for number, system in enumerate(("wordkin", "gensim")):
            measured = run.find(case, system, "words/s")
            assert measured is not None
            bars.append(Bar(value=measured.middle, text=amount(measured.middle, "words/s"), series=number))
        rows.append((case, bars))
        described.append(f"{case}: {' and '.join(bar.text for bar in bars)}")
    title = "Training speed, words per second"
    alt = f"Bar chart of training speed in words per second, wordkin and gensim. {'; '.join(described)}."
    return Chart(svg=bar_chart(title, ("wordkin", "gensim"), rows), alt=alt)


def perplexity_chart(records: Records) -> Chart:
    run = records.newest("elmo.wikipedia", "validation")
    points = [(m.at or 0.0, m.middle) for m in run.select(case="validation", system="ELMo", quantity="perplexity")]
    trigram = run.find("end", "Kneser-Ney trigram", "perplexity")
    assert trigram is not None
    series = (
        Series(name="ELMo", points=points),
        Series(name="Kneser-Ney trigram model", points=[(0.0, trigram.middle)]),
    )
    panel = Panel(x_label="minutes of training", y_label="validation perplexity", series=series)
    alt = (
        f"Line chart: the validation perplexity of ELMo falls from {points[0][1]:.0f} after {points[0][0]:.0f} minutes "
        f"to {points[-1][1]:.0f} after {points[-1][0]:.0f}; the trigram model has {trigram.middle:.0f}."
    )
    return Chart(svg=line_chart("Validation perplexity on Wikipedia", [panel]), alt=alt)


def recipes_chart(records: Records) -> Chart:
    case = "10 minutes, validation"
    run = records.newest("elmo.recipe", case, disturbed=True)
    series, described = [], []
    systems = list(dict.fromkeys(measured.system for measured in run.select(case=case)))
    for system in systems[:6]:  # as many as there are colours
        points = [(m.at or 0.0, m.middle) for m in run.select(case=case, system=system)]
        series.append(Series(name=system, points=points))
        described.append(f"{system}: {points[0][1]:.0f} to {points[-1][1]:.0f}")
    panel = Panel(x_label="minutes of training", y_label="validation perplexity", series=series)
    alt = f"Line chart of the validation perplexity over ten minutes, first and last value. {'; '.join(described)}."
    return Chart(svg=line_chart("Validation perplexity by the settings of training", [panel]), alt=alt)


def loss_chart(records: Records) -> Chart:
    run = records.newest("elmo.wikipedia", "training")
    series = [
        Series(name=name, points=[(m.at or 0.0, m.middle) for m in run.select(case="training", system=name)])
        for name in ("wordkin", "PyTorch")
    ]
    panel = Panel(x_label="seconds of training", y_label="loss", series=series)
    (first, last), (other_first, other_last) = ((s.points[0][1], s.points[-1][1]) for s in series)
    alt = (
        f"Line chart of the training loss over time: wordkin falls from {first:.2f} to {last:.2f}, PyTorch from "
        f"{other_first:.2f} to {other_last:.2f} in the same time."
    )
    return Chart(svg=line_chart("Training loss at equal times, the same model", [panel]), alt=alt)


def efficiency_chart(records: Records) -> Chart:
    run = records.newest("downstream.results", "chunking, test, parts")
    panels, described = [], []
    for task, name in (("chunking", "CoNLL-2000 F1, %"), ("sst2", "SST-2 accuracy, %")):
        series = []
        for features in ("word2vec + ELMo", "word2vec"):
            found = sorted(
                run.select(case=f"{task}, test, parts", system=features), key=lambda measured: measured.at or 0.0
            )
            points = [(m.at or 0.0, m.middle) for m in found]
            series.append(Series(name=features, points=points, deviations=[m.deviation or 0.0 for m in found]))
            described.append(f"{name} with {features}: {', '.join(f'{y:.1f}' for _, y in points)}")
        panels.append(Panel(x_label="% of the training texts", y_label=name, series=series, logarithmic=True))
    shares = ", ".join(f"{x:g}" for x, _ in panels[0].series[0].points)
    alt = f"Line charts of test scores with {shares} % of the training texts. {'; '.join(described)}."
    return Chart(svg=line_chart("Scores with parts of the training texts", panels), alt=alt)


def traffic_chart(records: Records) -> Chart:
    case = "2 ranks, float32, no limit"
    run = records.newest("distributed.network", case, disturbed=True)
    series = [
        Series(
            name=name,
            points=[(m.at or 0.0, m.middle) for m in run.select(case=case, system=system, quantity="bytes a word")],
        )
        for system, name in (("report", "sent by a rank"), ("calculation", "calculation"), ("device", "network device"))
    ]
    panel = Panel(x_label="words between synchronizations", y_label="bytes a word", series=series, logarithmic=True)
    described = "; ".join(f"{y:.1f} with {x:,.0f} words" for x, y in series[0].points)
    alt = f"Line chart of the bytes a word that a rank sends, measured and calculated: {described}."
    return Chart(svg=line_chart("Traffic of a rank", [panel]), alt=alt)


def ranks_chart(records: Records) -> Chart:
    run = records.newest("distributed.ranks", "analogies %")
    panels, described = [], []
    for measure, digits in (("analogies %", 1), ("WS-353", 3)):
        found = [m for m in run.select(case=measure, quantity="score") if m.mean is not None and m.at is not None]
        single = max((m.mean or 0.0 for m in found if m.at == 1), default=0.0)
        series = []
        for name, ending in (("wordkin", " ranks"), *((rule, rule) for rule in ("rule of pWord2Vec", "rule of Spark"))):
            lines = [m for m in found if m.system.endswith(ending)]
            points = [(m.at or 0.0, m.mean or 0.0) for m in lines]
            series.append(Series(name=name, points=points, deviations=[m.deviation or 0.0 for m in lines]))
            described.append(f"{measure}, {name}: {', '.join(f'{y:.{digits}f} ({x:.0f} ranks)' for x, y in points)}")
        series.insert(1, Series(name="one rank, best learning rate", points=[(1.0, single)]))
        described.append(f"{measure}, one rank: {single:.{digits}f}")
        panels.append(Panel(x_label="ranks", y_label=measure, series=series, logarithmic=True))
    alt = f"Line charts of scores by the number of ranks. {'; '.join(described)}."
    return Chart(svg=line_chart("Scores of vectors that several ranks train", panels), alt=alt)


def traffic_by_ranks_chart(records: Records) -> Chart:
    cases = {wire: f"100,000 words, {wire}" for wire in ("float32", "bfloat16")}
    run = records.newest("distributed.traffic", cases["float32"])
    panels, described = [], []
    for label, system, quantity in (
        ("% of the time at 1 Gbit/s", "1 Gbit/s", "% of time"),
        ("% of the time at 10 Gbit/s", "10 Gbit/s", "% of time"),
        ("bytes a word", "calculation", "bytes a word"),
    ):
        lines = [(wire, run.select(case=case, system=system, quantity=quantity)) for wire, case in cases.items()]
        if quantity == "% of time":
            limited = run.select(case=cases["float32"], system=f"{system}, sync_share=0.1", quantity=quantity)
            lines.append(("float32, sync_share=0.1", limited))
        series = []
        for name, found in lines:
            points = [(m.at or 0.0, m.middle) for m in found]
            series.append(Series(name=name, points=points))
            described.append(
                f"{label}, {name}: {', '.join(f'{amount(y, quantity)} ({x:.0f} ranks)' for x, y in points)}"
            )
        panels.append(Panel(x_label="ranks", y_label=label, series=series, logarithmic=True))
    alt = f"Line charts of the traffic of a rank by the number of ranks, by calculation. {'; '.join(described)}."
    return Chart(svg=line_chart("Traffic of a rank, 100,000 words of 300 dimensions", panels), alt=alt)


CHARTS: dict[str, Callable[[Records], Chart]] = {
    "training": training_chart,
    "perplexity": perplexity_chart,
    "loss": loss_chart,
    "recipes": recipes_chart,
    "efficiency": efficiency_chart,
    "ranks": ranks_chart,
    "traffic_by_ranks": traffic_by_ranks_chart,
    "traffic": traffic_chart,
}
