"""``wordkin elmo train``, ``wordkin elmo perplexity``, and ``wordkin info`` for language models."""

from __future__ import annotations

import json
import os
import re
import signal
from pathlib import Path

import pytest

from wordkin import ELMo

from ..conftest import Run, interrupt, interrupt_reading, sentences

SMALL = (
    "--dim 16 --projection-dim 8 --n-layers 1 --char-dim 4 --filters 1x6,2x8 --n-highway 0 "
    "--max-characters-per-token 10 --batch-size 8 --unroll-steps 10 --workers 1"
)
SHORT = f"{SMALL} --max-steps 20"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A file of 1,800 words."""
    path = tmp_path / "corpus.txt"
    path.write_text("".join(" ".join(sentence) + "\n" for sentence in sentences(300)), encoding="utf-8")
    return path


@pytest.fixture
def held_out(tmp_path: Path) -> Path:
    """A file of 120 other words for validation."""
    path = tmp_path / "held-out.txt"
    path.write_text("".join(" ".join(sentence) + "\n" for sentence in sentences(20, seed=2)), encoding="utf-8")
    return path


def test_train_writes_a_model(run: Run, corpus: Path, held_out: Path, tmp_path: Path) -> None:
    output = tmp_path / "out" / "model"
    outcome = run("elmo", "train", corpus, "-o", output, "--validation", held_out, *SHORT.split(), "--no-progress")
    assert (outcome.status, outcome.err) == (0, "")
    for expected in ("vocabulary: 11 words", "20 steps", "validation perplexity", str(output)):
        assert expected in outcome.out
    model = ELMo.from_pretrained(output)
    assert (model.options.dim, model.options.filters) == (16, ((1, 6), (2, 8)))
    assert {path.name for path in output.iterdir()} == {
        "checkpoints", "options.json", "optimizer.safetensors", "vocabulary.txt", "weights.safetensors",
    }  # fmt: skip


def test_command_and_python_api_give_identical_parameters(run: Run, corpus: Path, tmp_path: Path) -> None:
    assert run("elmo", "train", corpus, "-o", tmp_path / "m", *SHORT.split(), "--no-checkpoint").status == 0
    model = ELMo(
        dim=16, projection_dim=8, n_layers=1, char_dim=4, filters=[[1, 6], [2, 8]], n_highway=0,
        max_characters_per_token=10,
    )  # fmt: skip
    model.train(corpus, batch_size=8, unroll_steps=10, workers=1, max_steps=20)
    loaded = ELMo.from_pretrained(tmp_path / "m")
    for name, tensor in model.parameters.items():
        assert tensor.tobytes() == loaded.parameters[name].tobytes(), name


def test_json_report(run: Run, corpus: Path, held_out: Path, tmp_path: Path) -> None:
    flags = ("--validation", held_out, "--validation", held_out, "--json")
    report = run("elmo", "train", corpus, "-o", tmp_path / "m", *SHORT.split(), *flags).report
    assert (report["steps"], report["stopped_by"], report["interrupted"]) == (20, "max_steps", False)
    assert report["vocabulary_size"] == 11
    assert report["softmax"] == "full"
    (validation,) = report["validations"]
    assert validation["mean"] == pytest.approx((validation["forward"] + validation["backward"]) / 2)
    assert set(report["loss"]) == {"forward", "backward"}
    assert report["checkpoint"].endswith(".safetensors")
    assert set(report["seconds"]) == {"reading", "word_vectors", "training", "saving", "total"}


def test_repeating_the_command_resumes_training(run: Run, corpus: Path, tmp_path: Path) -> None:
    arguments = ("elmo", "train", corpus, "-o", tmp_path / "m", *SMALL.split(), "--epochs", "1", "--json")
    whole = run(*arguments[:4], tmp_path / "whole", *arguments[5:]).report
    assert run(*arguments, "--max-steps", "9").report["steps"] == 9
    report = run(*arguments).report
    assert (report["first_step"], report["steps"]) == (9, whole["steps"])
    one, other = (ELMo.from_pretrained(tmp_path / name).parameters for name in ("m", "whole"))
    assert all(tensor.tobytes() == other[name].tobytes() for name, tensor in one.items())
    assert run(*arguments, "--no-resume").report["first_step"] == 0
    outcome = run(*arguments, "--dropout", "0.3")
    assert outcome.status == 1
    assert "--dropout 0.1, this run: 0.3" in outcome.err


def test_flags_reach_the_model(run: Run, corpus: Path, tmp_path: Path) -> None:
    flags = (
        "--cell rnn --cell-clip 2 --proj-clip 0 --activation tanh --no-skip-connections --separate-softmax "
        "--optimizer adam --learning-rate 0.01 --schedule linear --warmup-steps 3 --clip-norm 1 --dropout 0.2 "
        "--seed 7 --negatives 5 --no-shuffle --min-count 2 --max-vocabulary-size 9 --precision bfloat16 "
        "--epochs 3 --no-training-state --keep 1 --checkpoint-steps 5 --max-isa baseline"
    )
    report = run("elmo", "train", corpus, "-o", tmp_path / "m", *SHORT.split(), *flags.split(), "--json").report
    assert (report["isa"], report["softmax"], report["vocabulary_size"]) == ("baseline", "sampled", 9)
    assert not (tmp_path / "m" / "optimizer.safetensors").exists()
    assert len(list((tmp_path / "m" / "checkpoints").iterdir())) == 1
    options = ELMo.from_pretrained(tmp_path / "m").options
    assert (options.cell, options.cell_clip, options.proj_clip, options.activation) == ("rnn", 2.0, 0.0, "tanh")
    assert (options.use_skip_connections, options.shared_softmax) == (False, False)
    facts = run("info", tmp_path / "m", "--json").report
    trained = {name[len("trained_with_") :]: value for name, value in facts.items() if name.startswith("trained")}
    assert trained["optimizer"] == "adam"
    assert (trained["learning_rate"], trained["clip_norm"], trained["dropout"]) == (0.01, 1.0, 0.2)
    assert (trained["seed"], trained["epochs"], trained["precision"]) == (7, 3, "bfloat16")


def test_word_vectors_beside_characters(run: Run, corpus: Path, tmp_path: Path) -> None:
    vectors = tmp_path / "vectors.txt"
    words = sorted(set(corpus.read_text(encoding="utf-8").split()))[:4]
    vectors.write_text("".join(f"{word} {number} 0.5 0.25\n" for number, word in enumerate(words)), encoding="utf-8")
    flags = f"{SHORT} --word-vectors {vectors} --freeze-word-vectors --json"
    outcome = run("elmo", "train", corpus, "-o", tmp_path / "model", *flags.split())
    assert outcome.status == 0
    settings = json.loads(outcome.out)["settings"]
    assert (settings["word_vectors"], settings["train_word_vectors"], settings["word_dim"]) == (str(vectors), False, 3)
    rows = ELMo.from_pretrained(tmp_path / "model").parameters["word_embed"][3:]
    assert rows.tolist() == [[number, 0.5, 0.25] for number in range(4)]
    outcome = run("elmo", "train", corpus, "-o", tmp_path / "other", *f"{SHORT} --word-vectors {corpus}".split())
    assert outcome.status == 1


def test_models_of_elmoformanylangs(run: Run, tmp_path: Path) -> None:
    folder = Path(__file__).resolve().parents[2] / "formats" / "elmo-manylangs" / "words-and-characters"
    facts = json.loads(run("info", folder, "--json").out)
    assert facts["kind"] == "language model of ELMoForManyLangs"
    assert (facts["word_dim"], facts["n_characters"], facts["n_layers"]) == (6, 31, 2)
    text = tmp_path / "text.txt"
    text.write_text("The cat sat .\n", encoding="utf-8")
    assert run("elmo", "encode", folder, text, tmp_path / "vectors.safetensors", "--workers", 1).status == 0
    assert run("convert", folder, tmp_path / "model").status == 0
    model = ELMo.from_pretrained(tmp_path / "model")
    assert model.options == ELMo.from_pretrained(folder).options
    outcome = run("elmo", "perplexity", folder, text)
    assert outcome.status == 1
    assert "come without their output layer" in outcome.err
    for name in ("encoder.pkl", "token_embedder.pkl"):
        outcome = run("info", folder / name)
        assert outcome.status == 1
        assert "found weights that PyTorch has saved" in outcome.err
        assert "ELMo.from_pretrained opens its folder" in outcome.err


def test_options_file_of_bilm_tf(run: Run, corpus: Path, tmp_path: Path) -> None:
    path = tmp_path / "options.json"
    path.write_text(
        json.dumps(
            {
                "lstm": {"dim": 12, "projection_dim": 6, "n_layers": 1, "cell_clip": 3, "proj_clip": None},
                "char_cnn": {
                    "embedding": {"dim": 4}, "filters": [[1, 4], [3, 4]], "activation": "relu", "n_characters": 261,
                    "max_characters_per_token": 12,
                },
                "batch_size": 4, "unroll_steps": 5, "n_epochs": 2, "n_train_tokens": 768648884, "dropout": 0.0,
                "n_tokens_vocab": 8,
            }
        ), encoding="utf-8"
    )  # fmt: skip
    arguments = ("elmo", "train", corpus, "-o", tmp_path / "m", "--options", path, "--dim", "14", "--epochs", "1")
    report = run(*arguments, "--workers", "1", "--json").report
    assert report["steps"] == 2100 // 20
    assert report["vocabulary_size"] == 8
    options = ELMo.from_pretrained(tmp_path / "m").options
    assert (options.dim, options.projection_dim, options.proj_clip) == (14, 6, 0.0)
    path.write_text('{"lstm": {"dim": 12}}', encoding="utf-8")
    outcome = run(*arguments)
    assert outcome.status == 2
    assert "lstm.projection_dim" in outcome.err


def test_training_can_continue_from_a_model(run: Run, corpus: Path, held_out: Path, tmp_path: Path) -> None:
    assert run("elmo", "train", corpus, "-o", tmp_path / "a", *SHORT.split()).status == 0
    text = tmp_path / "new.txt"
    text.write_text(held_out.read_text(encoding="utf-8") + "the horse and the goat\n" * 20, encoding="utf-8")
    flags = "--batch-size 4 --unroll-steps 5 --epochs 1 --workers 1 --vocabulary-change extend"
    report = run("elmo", "train", text, "-o", tmp_path / "b", "--from", tmp_path / "a", *flags.split(), "--json").report
    assert report["vocabulary_size"] == 15
    assert run("elmo", "train", text, "-o", tmp_path / "c", "--from", tmp_path / "a", "--dim", "5").status == 2


def test_perplexity_equals_that_of_the_python_api(run: Run, corpus: Path, held_out: Path, tmp_path: Path) -> None:
    assert run("elmo", "train", corpus, "-o", tmp_path / "m", *SHORT.split()).status == 0
    report = run("elmo", "perplexity", tmp_path / "m", held_out, "--json", "--workers", "1").report
    found = ELMo.from_pretrained(tmp_path / "m").perplexity(held_out, workers=1)
    assert (report["forward"], report["backward"], report["tokens"]) == (found.forward, found.backward, 140)
    assert (report["mean"], report["geometric_mean"]) == (found.mean, found.geometric_mean)
    outcome = run("elmo", "perplexity", tmp_path / "m", held_out)
    assert (outcome.status, outcome.err) == (0, "")
    assert f"{found.forward:,.2f}" in outcome.out
    assert run("elmo", "perplexity", tmp_path / "m", held_out, "--batch-size", "0").status == 2
    assert run("elmo", "perplexity", tmp_path / "nowhere", held_out).status == 1
    assert run("elmo", "perplexity", tmp_path / "m", tmp_path / "nowhere").status == 1


def test_info_describes_models_and_checkpoints(run: Run, corpus: Path, tmp_path: Path) -> None:
    assert run("elmo", "train", corpus, "-o", tmp_path / "m", *SHORT.split()).status == 0
    facts = run("info", tmp_path / "m", "--json").report
    assert (facts["kind"], facts["dim"], facts["n_tokens_vocab"]) == ("language model", 16, 11)
    assert facts["filters"] == ["1x6", "2x8"]
    checkpoint = next((tmp_path / "m" / "checkpoints").iterdir())
    facts = run("info", checkpoint, "--json").report
    assert (facts["kind"], facts["step"]) == ("checkpoint of a language model", 20)
    assert run("info", tmp_path / "m").status == 0
    assert run("info", tmp_path).status == 1


@pytest.mark.parametrize(
    "flags",
    [
        ("--dim", "0"),
        ("--dim", "x"),
        ("--filters", "1"),
        ("--filters", "1x"),
        ("--filters", "60x5"),
        ("--cell", "gru"),
        ("--dropout", "3"),
        ("--epochs", "0"),
        ("--optimizer", "sgd"),
        ("--checkpoint", "c", "--no-checkpoint"),
        ("--no-such-flag",),
    ],
)
def test_usage_errors(run: Run, corpus: Path, tmp_path: Path, flags: tuple[str, ...]) -> None:
    outcome = run("elmo", "train", corpus, "-o", tmp_path / "m", *flags)
    assert outcome.status == 2
    assert outcome.err.startswith("wordkin: error: ")
    assert outcome.err.count("\n") == 1
    assert not (tmp_path / "m" / "weights.safetensors").exists()


def test_failures(run: Run, corpus: Path, tmp_path: Path) -> None:
    assert run("elmo").status == 2
    assert run("elmo", "train", tmp_path / "nowhere", "-o", tmp_path / "m").status == 1
    (tmp_path / "file").touch()
    assert run("elmo", "train", corpus, "-o", tmp_path / "file" / "m").status == 1
    outcome = run("elmo", "train", corpus, "-o", tmp_path / "m", *SMALL.split(), "--batch-size", "4000")
    assert outcome.status == 1
    assert "batch_size 4000 x unroll_steps 10 = 40000" in outcome.err


def test_standard_input_is_read(run_process: Run, corpus: Path, tmp_path: Path) -> None:
    piped = run_process(
        "elmo", "train", "-", "-o", tmp_path / "m", *SHORT.split(), "--json", input=corpus.read_text(encoding="utf-8")
    )
    assert piped.report["steps"] == 20
    assert "wordkin: epoch 1/10: 100 % of 20 steps" in piped.err
    settings = piped.report["settings"]
    assert (settings["optimizer"], settings["seed"], settings["corpus"]) == ("adam", 1, ["-"])


def test_progress_is_shown_if_requested(run_process: Run, corpus: Path, tmp_path: Path) -> None:
    assert "ppl=" in run_process("elmo", "train", corpus, "-o", tmp_path / "m", *SHORT.split(), "--progress").err


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_during_training_saves_the_model(
    run: Run, corpus: Path, tmp_path: Path, number: signal.Signals, status: int
) -> None:
    output = tmp_path / "m"
    flags = ("-o", output, *SMALL.split(), "--epochs", "1000000", "--json", "--progress")
    outcome = interrupt("elmo", "train", corpus, *flags, shown="ppl=", number=number)
    assert outcome.status == status, outcome.err
    message = r"wordkin: error: (interrupted|terminated) after step \d+; .+ saved .+\n"
    assert re.search(f"{message}$", outcome.err), outcome.err
    assert outcome.report["interrupted"]
    assert ELMo.from_pretrained(output).options.n_tokens_vocab == 11
    newest = max((output / "checkpoints").iterdir())
    assert run("info", newest, "--json").report["step"] == outcome.report["steps"]


@pytest.mark.skipif(os.name == "nt" or not hasattr(os, "mkfifo"), reason="POSIX signals and named pipes")
def test_a_signal_before_training_saves_nothing(tmp_path: Path) -> None:
    pipe, output = tmp_path / "pipe", tmp_path / "m"
    outcome = interrupt_reading(pipe, "elmo", "train", pipe, "-o", output)
    assert outcome.status == 130
    assert "before training started" in outcome.err
    assert not (output / "weights.safetensors").exists()
