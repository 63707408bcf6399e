"""Plot the results of bench.elmo.wikipedia (needs matplotlib): python bench/elmo/curve.py FIGURES.json PICTURE.png"""

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt  # after choosing a back end that works without a display


def draw_perplexity(axes: Any, figures: dict[str, Any]) -> None:
    minutes = [validation["seconds"] / 60 for validation in figures["validations"]]
    for name, label in (("forward", "ELMo, forward"), ("backward", "ELMo, backward")):
        axes.plot(minutes, [validation[name] for validation in figures["validations"]], marker=".", label=label)
    trigram = figures["kneser_ney"]["perplexity"]
    axes.axhline(trigram, color="grey", linestyle="--", label=f"Kneser-Ney trigram, {trigram:.0f}")
    axes.set_ylabel(f"validation perplexity ({figures['words']:,} words)")
    axes.set_yscale("log")
    for set_formatter in (axes.yaxis.set_major_formatter, axes.yaxis.set_minor_formatter):
        set_formatter("{x:.0f}")  # no powers of ten
    axes.set_title(f"dim 512, projection 64; {figures['tokens_per_second']:,.0f} tokens/s, {figures['workers']} cores")


def draw_losses(axes: Any, figures: dict[str, Any]) -> None:
    seconds, own, rival = zip(*figures["equal_times"], strict=True)
    minutes = [second / 60 for second in seconds]
    axes.plot(minutes, own, marker=".", label="wordkin")
    axes.plot(minutes, rival, marker=".", label="PyTorch (same model, windows and negative samples)")
    axes.set_ylabel("training loss (sampled softmax)")
    difference = figures["largest_difference_at_equal_steps"]
    axes.set_title(f"dim 512, projection 64; at equal steps within {difference:.2%}")


def main() -> None:
    source, picture = sys.argv[1:]
    figures = json.loads(Path(source).read_text(encoding="utf-8"))
    figure, axes = plt.subplots(figsize=(7, 4.2), layout="constrained")
    (draw_perplexity if "validations" in figures else draw_losses)(axes, figures)
    axes.set_xlabel("minutes of training")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(picture, dpi=120)


if __name__ == "__main__":
    main()
