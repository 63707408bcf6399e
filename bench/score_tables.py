"""Tables of the scores that classifiers and taggers reach with different embeddings."""

from __future__ import annotations

from collections.abc import Callable

from bench.cells import markdown, mean_and_deviation
from bench.records import Measurement, Records

__all__ = ["accuracy_of_features", "fractions", "model_recipes", "recipes", "scores"]


def accuracy_of_features(records: Records) -> str:
    """Return the scores with a row for each kind of features."""
    run = records.newest("downstream.results", "sst2, test")
    of_chunking = records.newest("downstream.results", "chunking, test")
    rows = []
    for sst2 in run.select(case="sst2, test"):
        chunking = of_chunking.find("chunking, test", sst2.system, "%")
        rows.append(
            [sst2.system, mean_and_deviation(sst2, 1), "" if chunking is None else mean_and_deviation(chunking, 2)]
        )
    return markdown(["features", "SST-2", "CoNLL-2000"], rows)


def scores(task: str) -> Callable[[Records], str]:
    def table(records: Records) -> str:
        run = records.newest("downstream.results", f"{task}, test")
        rows = []
        for test in run.select(case=f"{task}, test"):
            dev = run.find(f"{task}, dev", test.system, "%")
            seeds = ", ".join(f"{value:.2f}" for value in test.values)
            rows.append(
                [test.system, "" if dev is None else mean_and_deviation(dev, 2), mean_and_deviation(test, 2), seeds]
            )
        return markdown(["features", "dev", "test", "single seeds, test"], rows)

    return table


def recipes(records: Records) -> str:
    """Return the development scores of each try; times would be disturbed by other work, scores are not."""
    names = {
        "sst2/elmo": "SST-2, ELMo",
        "sst2/tuned": "SST-2, ELMo fine-tuned",
        "chunking/elmo": "chunking, ELMo",
        "chunking/both": "chunking, word2vec + ELMo",
    }
    found: dict[str, dict[str, Measurement]] = {}
    heads: dict[str, str] = {}
    for case in (f"{name}, dev{parts}" for name in names for parts in ("", ", parts")):
        try:
            run = records.newest("downstream.recipes", case, disturbed=True)
        except LookupError:
            continue
        for measured in run.select(case=case):
            found.setdefault(measured.system, {})[case] = measured
            part = f", {measured.at:.0f} % of the texts" if case.endswith("parts") else ""
            heads[case] = names[case.split(",")[0]] + part
    rows = [
        [about, *(mean_and_deviation(scores[case], 2) if case in scores else "" for case in heads)]
        for about, scores in found.items()
    ]
    return markdown(["try", *heads.values()], rows)


def model_recipes(records: Records) -> str:
    """Return what language models that were trained for the same time, with different settings, score."""
    names = {
        "M tokens": "million words",
        "perplexity": "perplexity",
        "chunking/elmo": "chunking, F1",
        "chunking/both": "with word2vec",
        "sst2/elmo": "SST-2, accuracy",
        "sst2/both": "with word2vec",
        "reviews": "reviews, accuracy",
    }
    lines: dict[tuple[str, str, str], list[Measurement | None]] = {}  # newer runs replace older ones
    for minutes in (10, 30, 60):
        case = f"{minutes} minutes"
        for run in (run for run in records.runs if run.benchmark == "elmo.recipe"):
            for system in dict.fromkeys(measured.system for measured in run.select(case=case)):
                found = [run.find(case, system, quantity) for quantity in names]
                lines[str(minutes), system, run.machine["name"]] = found
    if not lines:
        raise LookupError("no record of elmo.recipe")
    used = [column for column in range(len(names)) if any(found[column] for found in lines.values())]
    rows = [
        [minutes, system, *(mean_and_deviation(cell, 1) if (cell := found[column]) else "" for column in used), machine]
        for (minutes, system, machine), found in lines.items()
    ]
    heads = list(names.values())
    return markdown(["minutes", "settings", *(heads[column] for column in used), "machine"], rows)


def fractions(records: Records) -> str:
    run = records.newest("downstream.results", "chunking, test, parts")
    columns = [(task, features) for task in ("chunking", "sst2") for features in ("word2vec", "word2vec + ELMo")]
    rows = []
    for at in sorted({m.at for m in run.select(case="chunking, test, parts") if m.at is not None}):
        cells = [f"{at:g} %"]
        for task, features in columns:
            (found,) = run.select(case=f"{task}, test, parts", system=features, at=at)
            cells.append(mean_and_deviation(found, 2))
        rows.append(cells)
    names = {"chunking": "chunking", "sst2": "SST-2"}
    return markdown(
        ["fraction of the training texts", *(f"{names[task]}: {features}" for task, features in columns)], rows
    )
