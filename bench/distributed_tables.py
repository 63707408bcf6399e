"""Tables of distributed and deterministic training."""

from __future__ import annotations

from bench.cells import NOT_MEASURED, markdown, mean_and_deviation, show, with_interval
from bench.records import Records, Run

__all__ = ["combination", "kills", "merging", "network", "ranks", "ranks_by_frequency", "threads"]

MERGED = (("analogies %", 2), ("WS-353", 3), ("SimLex-999", 3))


def systems_of(run: Run, case: str) -> list[str]:
    """Return the systems of a case in their order, without the differences from another one."""
    return [m.system for m in run.select(case=case) if not m.system.endswith(", difference")]


def ranks(records: Records) -> str:
    """Scores by the number of ranks, and the differences from one rank with its best learning rate."""
    run = records.newest("distributed.ranks", "analogies %")
    rows = []
    for system in systems_of(run, "analogies %"):
        cells = [system.replace("1 rank, ", "1 rank, alpha ")]
        for measure, digits in (("analogies %", 2), ("WS-353", 3)):
            found = run.find(measure, system, "score")
            assert found is not None
            cells.append(f"{found.mean:.{digits}f}")
            cells.append(with_interval(run.find(measure, f"{system}, difference", "score"), digits))
        rows.append([*cells, str(found.runs)])
    return markdown(["", "analogies %", "difference", "WS-353", "difference", "seeds"], rows)


def ranks_by_frequency(records: Records) -> str:
    """The same scores for questions and pairs whose rarest word is in a range of frequency ranks."""
    run = records.newest("distributed.ranks", "analogies %")
    cases = [case for case in dict.fromkeys(m.case for m in run.measurements) if ", rarest word " in case]
    rows = []
    for system in systems_of(run, "analogies %"):
        found = [(case, run.find(case, system, "score")) for case in cases]
        rows.append(
            [
                system.replace("1 rank, ", "1 rank, alpha "),
                *(f"{m.mean:.{1 if case.startswith('analogies') else 3}f}" for case, m in found if m is not None),
            ]
        )
    return markdown(["", *(case.replace("rarest word ", "") for case in cases)], rows)


def merging(records: Records) -> str:
    """Scores of vectors that were trained on parts of a text and merged."""
    run = records.newest("distributed.merging", "analogies %")
    rows = []
    for system in systems_of(run, "analogies %"):
        found = [(run.find(measure, system, "score"), digits) for measure, digits in MERGED]
        rows.append([system, *(mean_and_deviation(m, digits) for m, digits in found if m is not None)])
    return markdown(["", *(measure for measure, _ in MERGED)], rows)


def combination(records: Records) -> str:
    """CPU time of combinations, relative to that of training."""
    run = records.newest("distributed.cost", "combination")
    rows = []
    for share in run.select(case="combination", quantity="% of training"):
        (taken,) = run.select(case="combination", quantity="ms", at=share.at, system=share.system)
        rows.append([f"{share.at:,.0f}", share.system, f"{share.middle:.1f} %", show(taken), run.machine["name"]])
    return markdown(["words between combinations", "", "of training", "each", "machine"], rows)


def threads(records: Records) -> str:
    """Speed and scores of deterministic training and of Hogwild."""
    run = records.newest("distributed.threads", "2 workers")
    rows = []
    for system in systems_of(run, "2 workers"):
        speed = run.find("2 workers", system, "words/s")
        assert speed is not None
        found = [(run.find(f"4 workers, {measure}", system, "score"), digits) for measure, digits in MERGED]
        rows.append([system, show(speed), *(mean_and_deviation(m, digits) for m, digits in found if m is not None)])
    return markdown(["", "words per CPU second, 2 workers", *(f"{name}, 4 workers" for name, _ in MERGED)], rows)


def kills(records: Records) -> str:
    run = records.newest("distributed.kills", "kills", disturbed=True)
    rows = []
    for system, label in (("undisturbed", "undisturbed"), ("killed", "with kills")):
        found = {m.quantity: m for m in run.select(case="kills", system=system)}
        columns = (("analogies %", 2), ("WS-353", 3), ("SimLex-999", 3), ("loss of the last epoch", 4))
        scores = [mean_and_deviation(found[name], digits) for name, digits in columns]
        number = found["kills"].middle if "kills" in found else 0
        rows.append([label, str(found["WS-353"].runs), f"{number:.0f}", *scores])
    return markdown(["trainings", "number", "kills", "analogies, %", "WordSim-353", "SimLex-999", "loss"], rows)


def network(records: Records) -> str:
    rows = []
    for gigabits in (1, 10):
        case = f"2 ranks, float32, {gigabits} Gbit/s"
        try:
            run = records.newest("distributed.network", case)
        except LookupError:
            return NOT_MEASURED
        shares = {
            system: {m.at: m.middle for m in run.select(case=case, system=system, quantity="% of time")}
            for system in ("measured", "calculation")
        }
        for words, share in shares["measured"].items():
            calculated = shares["calculation"][words]
            rows.append([f"{gigabits} Gbit/s", f"{words:,.0f}", f"{share:.1f} %", f"{calculated:.1f} %"])
    return markdown(["network", "words between synchronizations", "measured", "by calculation"], rows)
