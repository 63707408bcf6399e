"""``wordkin train`` and ``wordkin vocab``."""

from __future__ import annotations

import gzip
import io
import os
import re
import signal
import threading
from pathlib import Path

import pytest

from wordkin import KeyedVectors, Word2Vec, __version__

from ..conftest import SUBJECTS, Run, interrupt, interrupt_reading

SMALL = ("--vector-size", "16", "--epochs", "3", "--workers", "1")


def test_train_writes_a_model(run: Run, corpus: Path, tmp_path: Path) -> None:
    output = tmp_path / "model.safetensors"
    outcome = run("train", corpus, "-o", output, *SMALL, "--sg", "--comment", "a test", "--no-progress")
    assert outcome.status == 0
    assert outcome.err == ""
    assert str(output) in outcome.out
    model = Word2Vec.load(output)
    assert set(model.wv.index_to_key) == {word for subject in SUBJECTS.values() for word in subject}
    assert (model.vector_size, model.epochs, model.comment) == (16, 3, "a test")
    assert model.options.architecture == "skipgram"


def test_flags_reach_the_model(run: Run, corpus: Path, tmp_path: Path) -> None:
    output = tmp_path / "model.safetensors"
    flags = (
        "--hs --negative 0 --cbow-sum --no-shrink-windows --window 3 --sample 0 --seed 7 --ns-exponent 0.5 "
        "--alpha 0.04 --min-alpha 0.001 --batch-words 500 --max-isa baseline --unsorted-vocab --min-count 2"
    )
    assert run("train", corpus, "-o", output, *SMALL, *flags.split()).status == 0
    model = Word2Vec.load(output)
    options = model.options
    assert options.hierarchical_softmax
    assert not options.cbow_mean
    assert not options.shrink_windows
    assert (options.negative, options.window, options.sample, options.seed) == (0, 3, 0.0, 7)
    assert (options.ns_exponent, options.job_words) == (0.5, 500)
    assert (model.alpha, model.min_alpha) == (0.04, 0.001)
    assert (model.vocabulary_options.min_count, model.vocabulary_options.sorted_vocab) == (2, False)
    assert model.wv.index_to_key[0] == corpus.read_text(encoding="utf-8").split()[0]


def test_command_and_python_api_give_identical_vectors(run: Run, corpus: Path, tmp_path: Path) -> None:
    assert run("train", corpus, "-o", tmp_path / "a.safetensors", *SMALL).status == 0
    Word2Vec(corpus_file=corpus, vector_size=16, epochs=3, workers=1).wv.save(tmp_path / "b.safetensors")
    first, second = Word2Vec.load(tmp_path / "a.safetensors").wv, KeyedVectors.load(tmp_path / "b.safetensors")
    assert first.index_to_key == second.index_to_key
    assert first.vectors.tobytes() == second.vectors.tobytes()


@pytest.mark.parametrize("name", ["v.txt", "v.vec", "v.bin", "v.txt.gz"])
def test_format_follows_the_file_name(run: Run, corpus: Path, tmp_path: Path, name: str) -> None:
    assert run("train", corpus, "-o", tmp_path / name, *SMALL).status == 0
    assert len(KeyedVectors.load_word2vec_format(tmp_path / name)) == 8
    assert (tmp_path / name).read_bytes()[:2] == (b"\x1f\x8b" if name.endswith("gz") else b"8 ")


def test_format_flag_selects_the_format(run: Run, corpus: Path, tmp_path: Path) -> None:
    assert run("train", corpus, "-o", tmp_path / "v", *SMALL, "--format", "vectors").status == 0
    assert len(KeyedVectors.load(tmp_path / "v")) == 8


def test_json_report(run: Run, corpus: Path, tmp_path: Path) -> None:
    report = run("train", corpus, "-o", tmp_path / "v.bin", *SMALL, "--json").report
    assert report["output"] == str(tmp_path / "v.bin")
    assert report["vocabulary_size"] == 8
    assert report["corpus_words"] == 12_000
    assert report["raw_words"] == 36_000
    assert len(report["loss"]) == len(report["epochs"]) == 3
    assert report["words_per_second"] > 0
    assert not report["interrupted"]
    assert set(report["seconds"]) == {"vocabulary", "training", "saving", "total"}


def test_several_files_folders_and_compressed_files_are_read(run: Run, corpus: Path, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "part").write_bytes(gzip.compress(corpus.read_bytes()))
    report = run("train", corpus, folder, corpus, "-o", tmp_path / "v.bin", *SMALL, "--json").report
    assert report["corpus_words"] == 36_000


def test_standard_input_can_be_trained_on_for_several_epochs(run_process: Run, corpus: Path, tmp_path: Path) -> None:
    flags = ("-o", tmp_path / "v.bin", *SMALL, "--json")
    from_pipe = run_process("train", "-", *flags, input=corpus.read_text(encoding="utf-8"))
    assert from_pipe.report["raw_words"] == 36_000
    piped = (tmp_path / "v.bin").read_bytes()
    assert run_process("train", corpus, *flags).status == 0
    assert (tmp_path / "v.bin").read_bytes() == piped


@pytest.mark.parametrize("flags", [("--max-vocab-size", "3"), ("--read-vocab", "v"), ("--epochs", "0")])
def test_options_that_need_a_second_pass_reject_a_pipe(
    run_process: Run, flags: tuple[str, ...], tmp_path: Path
) -> None:
    outcome = run_process("train", "-", "-o", tmp_path / "v.bin", *flags, input="a b c\n")
    assert outcome.status == 2
    assert "only once" in outcome.err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_named_pipes_are_read(run: Run, corpus: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_bytes(corpus.read_bytes()))
    writer.start()
    report = run("train", pipe, "-o", tmp_path / "v.bin", *SMALL, "--json").report
    writer.join()
    assert report["raw_words"] == 36_000


def test_vocabulary_files_are_written_and_read(run: Run, corpus: Path, tmp_path: Path) -> None:
    saved, counted = tmp_path / "saved", tmp_path / "counted"
    flags = ("-o", tmp_path / "v.bin", *SMALL)
    assert run("train", corpus, *flags, "--save-vocab", saved).status == 0
    assert run("vocab", corpus, "-o", counted).status == 0
    assert saved.read_bytes() == counted.read_bytes()
    counted.write_text("dog 100\ncat 90\n", encoding="utf-8")
    outcome = run("train", corpus, *flags, "--read-vocab", counted, "--no-progress")
    assert (outcome.status, outcome.err) == (0, "")
    assert KeyedVectors.load_word2vec_format(tmp_path / "v.bin").index_to_key == ["dog", "cat"]


def test_vocab_prints_words_by_descending_count(run: Run, tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text("b a b c\nb a\n", encoding="utf-8")
    assert run("vocab", text).out == "b 3\na 2\nc 1\n"
    assert run("vocab", text, "--min-count", "2").out == "b 3\na 2\n"
    assert run("vocab", text, "--max-final-vocab", "1").out == "b 3\n"
    assert run("vocab", text, "--unsorted-vocab").out == "b 3\na 2\nc 1\n"
    report = run("vocab", text, "-o", tmp_path / "out", "--min-count", "2", "--json").report
    assert (report["words"], report["occurrences"], report["dropped_words"]) == (2, 5, 1)


def test_a_bar_is_shown_only_if_requested(run_process: Run, corpus: Path, tmp_path: Path) -> None:
    flags = ("-o", tmp_path / "v.bin", *SMALL)
    assert run_process("train", corpus, *flags, "--no-progress").err == ""
    assert "\r" not in run_process("train", corpus, *flags).err
    assert "words" in run_process("train", corpus, *flags, "--progress").err


def test_reports_have_what_is_needed_to_repeat_a_run(run: Run, corpus: Path, tmp_path: Path) -> None:
    flags = ("-o", tmp_path / "v.bin", *SMALL, "--window", 3, "--seed", 7, "--lowercase", "--json")
    report = run("train", corpus, *flags).report
    settings = report["settings"]
    assert (report["command"], report["version"], report["seed"]) == ("train", __version__, 7)
    assert report["peak_memory_bytes"] is None or report["peak_memory_bytes"] > 10_000_000
    assert report["wall_seconds"] >= report["seconds"]["training"]
    for name, value in {"corpus": [str(corpus)], "window": 3, "vector_size": 16, "sg": 0, "alpha": 0.025}.items():
        assert settings[name] == value, name
    assert (settings["lowercase"], settings["seed"], settings["workers"]) == (True, 7, 1)


def test_standard_input_given_twice_is_a_usage_error(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"a b\n"), encoding="utf-8"))
    assert run("train", "-", "-", "-o", tmp_path / "v.bin").status == 2


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_during_training_saves_the_model(
    corpus: Path, tmp_path: Path, number: signal.Signals, status: int
) -> None:
    output = tmp_path / "model.safetensors"
    flags = ("-o", output, "--epochs", "1000000", "--vector-size", "16", "--json", "--progress")
    outcome = interrupt("train", corpus, *flags, shown=r"epoch \d", number=number)
    assert outcome.status == status
    message = r"wordkin: error: (interrupted|terminated) in epoch \d+ of 1000000; .+ saved .+\n"
    assert re.search(f"{message}$", outcome.err)
    assert outcome.report["interrupted"]
    assert len(Word2Vec.load(output).wv) == 8


@pytest.mark.skipif(os.name == "nt" or not hasattr(os, "mkfifo"), reason="POSIX signals and named pipes")
def test_a_signal_before_training_saves_nothing(tmp_path: Path) -> None:
    pipe, output = tmp_path / "pipe", tmp_path / "v.bin"
    outcome = interrupt_reading(pipe, "train", pipe, "-o", output)
    assert outcome.status == 130
    assert "before training started" in outcome.err
    assert not output.exists()


def test_text_is_prepared_on_request(run: Run, tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("The Cat sat.\nOn\nthe mat!\n\nThe cat\n", encoding="utf-8")
    flags = ("--tokenizer", "words", "--lowercase", "--min-token-length", "2", "--sentences-per", "paragraph")
    outcome = run("vocab", text, "-o", tmp_path / "words.txt", "--json", *flags)
    assert outcome.status == 0, outcome.err
    assert (outcome.report["words"], outcome.report["raw_words"], outcome.report["sentences"]) == (5, 8, 2)
    outcome = run("train", text, "-o", tmp_path / "model.safetensors", "--min-count", "1", "--json", *flags)
    assert outcome.status == 0, outcome.err
    model = Word2Vec.load(tmp_path / "model.safetensors")
    assert set(model.wv.index_to_key) == {"the", "cat", "sat", "on", "mat"}
    outcome = run("vocab", text, "--min-token-length", "3", "--max-token-length", "2")
    assert outcome.status == 2
    assert "max_token_length must be at least" in outcome.err or "--max-token-length" in outcome.err
