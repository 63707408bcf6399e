"""Tables of ELMo: speed, memory, precision and perplexity."""

from __future__ import annotations

from bench.cells import NOT_MEASURED, SIZES, STEPS, amount, day, markdown, ratio, rival_in, show
from bench.records import Measurement, Records

__all__ = [
    "PYTORCH_TASKS",
    "amx",
    "changed_labels",
    "encoding",
    "int8_quality",
    "int8_speed",
    "layer_parts",
    "step_parts",
    "losses",
    "memory_of_steps",
    "perplexities",
    "predictions",
    "original_modules",
    "requests",
]

PRECISIONS = {"float32": "wordkin", "bfloat16": "wordkin, bfloat16", "int8": "wordkin, int8"}  # of the encoder
STEP_PARTS = (
    "token layer, forward", "layers, forward", "softmax", "layers, backward", "token layer, backward", "packing",
    "update",
)  # fmt: skip
PYTORCH_TASKS = ("PyTorch, packed", "PyTorch, padded")


def predictions(records: Records) -> str:
    """Predictions in batches, by the precision of the encoder, against PyTorch in float32."""
    rows = []
    for model in ("classifier", "tagger"):
        run = records.newest("downstream.speed", f"{model}, predict")
        rival = rival_in(run, f"{model}, predict", PYTORCH_TASKS, "s")
        for precision, system in PRECISIONS.items():
            own = run.find(f"{model}, predict", system, "s")
            if own is None or rival is None:
                continue
            relative = ratio(run.ratio(f"{model}, predict", system, rival.system, "s"))
            rows.append([model, precision, show(own), show(rival), relative, run.machine["name"]])
    return markdown(["model", "encoder", "wordkin", "PyTorch", "ratio", "machine"], rows)


def changed_labels(records: Records) -> str:
    """Return the scores of test sets by the precision of the encoder, and how many labels differ from float32."""
    rows = []
    for task, title in {
        "sst2": "classifier, SST-2",
        "chunking": "tagger, CoNLL-2000",
        "IMDb": "classifier, a fifth of IMDb",
    }.items():
        try:
            run = records.newest("downstream.precision", f"{task}, encoder")
        except LookupError:
            continue
        for precision in PRECISIONS:
            changed = run.find(f"{task}, encoder", precision, "changed labels")
            score = next(m for m in run.select(case=f"{task}, encoder", system=precision) if m is not changed)
            name = "F1" if score.quantity == "f1" else score.quantity
            rows.append([title, precision, f"{name} {score.middle:.2f}", f"{changed.middle:.0f}" if changed else ""])
    return markdown(["model, test set", "encoder", "score", "labels that differ from float32"], rows)


def requests(records: Records) -> str:
    """Latency and allocations of one text at a time."""
    rows = []
    for model in ("classifier", "tagger"):
        speed = records.newest("downstream.speed", f"{model}, request, p50")
        counts = records.newest("downstream.allocations", f"{model}, request")
        rival = rival_in(speed, f"{model}, request, p50", PYTORCH_TASKS, "ms")
        for precision, system in (*PRECISIONS.items(), ("PyTorch", rival.system if rival else "")):
            found = [
                speed.find(f"{model}, request, p50", system, "ms"),
                speed.find(f"{model}, request, p99", system, "ms"),
                counts.find(f"{model}, request", system, "allocations"),
                counts.find(f"{model}, request", system, "allocations with Python objects"),
            ]
            rows.append([model, precision, *(show(value) if value else NOT_MEASURED for value in found)])
    return markdown(["model", "encoder", "median", "99 %", "allocations", "with Python objects"], rows)


def original_modules(records: Records) -> str:
    """Models of ELMoForManyLangs against the modules that they were made with, and loading against reading."""
    run = records.newest("elmo.pretrained")
    rows = []
    for case, rival, quantity in (
        ("encode, 1 thread", "original modules", "words/s"),
        ("encode, 2 threads", "original modules", "words/s"),
        ("load", "reading the bytes", "s"),
    ):
        own, other = run.find(case, "wordkin", quantity), run.find(case, rival, quantity)
        if own is None or other is None:
            continue
        what = f"{case}, {quantity}" if quantity == "words/s" else f"{case}, against {rival}"
        relative = ratio(run.ratio(case, "wordkin", rival, quantity))
        rows.append([what, show(own), show(other), relative, run.machine["name"]])
    return markdown(["", "wordkin", "the other", "ratio", "machine"], rows)


def memory_of_steps(records: Records) -> str:
    rows = []
    for case in STEPS.values():
        try:
            run = records.newest("elmo.training_step", case)
        except LookupError:
            continue
        own, rival = run.find(case, "wordkin", "MB"), run.find(case, "PyTorch", "MB")
        accounted = run.find(case, "weights, gradients and activations", "MB")
        assert own is not None and rival is not None and accounted is not None
        rest = own.middle - accounted.middle
        remainder = amount(rest, "MB") if rest > 0 else "none"
        rows.append([case, show(own), show(rival), remainder, run.machine["name"]])
    return markdown(["size", "wordkin", "PyTorch", "remainder", "machine"], rows)


def encoding(records: Records) -> str:
    base, sentence = "32 sentences of 20 words, ", "one sentence at a time, 1 thread"
    rows = []
    for label, case, system, rival_case, rival, quantity in (
        *(
            (f"{base}{threads}, {cache} cache", f"{base}{threads}, {cache} cache", "wordkin", base + threads,
             "PyTorch", "positions/s")
            for threads in ("1 thread", "2 threads") for cache in ("warm", "cold")
        ),
        *(
            (label, sentence, system, sentence, rival, "positions/s")
            for label, system, rival in (
                ("one sentence at a time, 1 thread, float32", "wordkin", "limit by memory bandwidth"),
                ("the same, bfloat16", "wordkin, bfloat16", "wordkin"),
            )
        ),
        ("1024/128, a text, 2 threads, bfloat16", "small model, a text, 2 threads", "wordkin, bfloat16",
         "small model, a text, 2 threads", "PyTorch", "words/s"),
    ):  # fmt: skip
        try:
            run = records.newest("elmo.encode", case)
        except LookupError:
            continue
        own, other = run.find(case, system, quantity), run.find(rival_case, rival, quantity)
        if own is None or other is None:
            continue
        compared = f"{rival}: {show(other)}"
        rows.append([label, f"{show(own)} {quantity}", compared, ratio(own.middle / other.middle), run.machine["name"]])
    return markdown(["task", "wordkin", "compared with", "ratio", "machine"], rows)


def amx(records: Records) -> str:
    run = records.newest("elmo.amx")
    rows = []
    for measured in run.measurements:
        span = measured.lowest is not None and measured.highest is not None
        shown = f"{measured.lowest:g} to {measured.highest:g} x" if span else f"{measured.middle:g} x"
        rows.append([measured.case, shown, run.machine["name"], day(run)])
    return markdown(["task", "speed relative to PyTorch in float32", "machine", "date"], rows)


def int8_speed(records: Records) -> str:
    """Inference with 8-bit integers against the other precisions, for each instruction set."""
    rows = []
    for isa in ("avx2", "avxvnni", "avx512vnni", "amx", "neon", "neondot"):
        for part in ("batch 32", "one sentence"):
            case = f"4096/512, {part}, {isa}"
            try:
                run = records.newest("elmo.int8", case)
            except LookupError:
                continue
            found = {name: run.find(case, name, "tokens/s") for name in ("int8", "float32", "bfloat16")}
            own = found["int8"]
            assert own is not None
            ratios = [ratio(own.middle / other.middle) for name in ("float32", "bfloat16") if (other := found[name])]
            rows.append([isa, part, f"{show(own)} tokens/s", *ratios, run.machine["name"]])
    head = ["instruction set", "input", "int8", "against float32", "against bfloat16", "machine"]
    return markdown(head, rows) if rows else NOT_MEASURED


def int8_quality(records: Records) -> str:
    """Return the differences that rounding makes: of vectors, perplexity and the tags of a tagger."""
    try:
        run = records.newest("elmo.int8", "average")
    except LookupError:
        return NOT_MEASURED
    rows = []
    for precision in ("bfloat16", "int8"):
        for case in ("layer 1", "layer 2", "average"):
            mean, lowest = (run.find(case, precision, f"{kind} cosine") for kind in ("mean", "lowest"))
            if mean is not None and lowest is not None:
                rows.append([f"cosine to float32, {case}", precision, f"{mean.middle:.6f} ({lowest.middle:.6f})"])
    for case, quantity, digits in (("perplexity", "perplexity", 2), ("CoNLL-2000", "F1", 2)):
        for precision in ("float32", "bfloat16", "int8"):
            found = run.find(case, precision, quantity)
            if found is not None:
                rows.append([f"{case}, F1" if quantity == "F1" else case, precision, f"{found.middle:.{digits}f}"])
    return markdown(["", "precision", "result (lowest of all tokens)"], rows)


def layer_parts(records: Records) -> str:
    """Return the shares of a recurrent layer's time, by size, batch and precision."""
    rows = []
    for case in (f"{size}, batch {batch}" for size in SIZES for batch in (32, 128)):
        for precision in ("float32", "bfloat16"):
            try:
                run = records.newest("elmo.layer_parts", f"layer {case}, {precision}")
            except LookupError:
                continue
            shares = (run.find(f"layer {case}, {precision}", part, "%") for part in ("products", "gates", "rest"))
            rows.append([case, precision, *(percent(share) for share in shares), run.machine["name"]])
    return (
        markdown(["layer", "precision", "matrix products", "gates", "rest", "machine"], rows) if rows else NOT_MEASURED
    )


def step_parts(records: Records) -> str:
    """Return the shares of a training step's time, by size, batch, precision and threads."""
    rows = []
    for case in (f"{size}, batch {batch}" for size in ("512/64", "1024/128") for batch in (32, 128)):
        for precision in ("float32", "bfloat16"):
            for threads in ("1 thread", "2 threads"):
                title = f"step {case}, {precision}, {threads}"
                try:
                    run = records.newest("elmo.step_parts", title)
                except LookupError:
                    continue
                whole = run.find(title, "step", "ms")
                assert whole is not None
                shares = [percent(run.find(title, part, "%")) for part in STEP_PARTS]
                rows.append([case, precision, threads, show(whole), *shares])
    head = ["size", "precision", "threads", "step", *STEP_PARTS]
    return markdown(head, rows) if rows else NOT_MEASURED


def percent(share: Measurement | None) -> str:
    return "" if share is None else f"{max(0.0, share.middle):.0f} %"


def perplexities(records: Records) -> str:
    run = records.newest("elmo.wikipedia", "validation")
    rows = []
    for steps in run.select(case="validation", quantity="steps"):
        cells = [f"{steps.at:.1f}", f"{steps.middle:,.0f}"]
        for system in ("ELMo, forward", "ELMo, backward", "ELMo"):
            (found,) = run.select(case="validation", system=system, quantity="perplexity", at=steps.at)
            cells.append(f"{found.middle:.1f}")
        rows.append(cells)
    return markdown(["minutes", "step", "forward", "backward", "geometric mean"], rows)


def losses(records: Records) -> str:
    run = records.newest("elmo.wikipedia", "training")
    own = run.select(case="training", system="wordkin")
    rows = [
        [system, *(f"{m.middle:.3f}" for m in run.select(case="training", system=system))]
        for system in ("wordkin", "PyTorch")
    ]
    return markdown(["seconds", *(f"{measured.at:.0f}" for measured in own)], rows)
