"""``wordkin classify`` and ``wordkin tag``: training, prediction and evaluation."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from wordkin import ELMo, KeyedVectors, SequenceTagger, TextClassifier

from ..conftest import Run, interrupt

GOOD, BAD = "a good film\n", "a bad film\n"
TRAINING = ["--epochs", "12", "--hidden-dim", "8", "--embedding-dim", "8", "--learning-rate", "0.03", "--dropout", "0",
            "--input-dropout", "0", "--random-state", "1", "--workers", "1"]  # fmt: skip


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """A file of labelled texts."""
    path = tmp_path / "texts.tsv"
    path.write_text("a good film\tplus\na bad film\tminus\nthis is good\tplus\nhow bad\tminus\n" * 6, encoding="utf-8")
    return path


@pytest.fixture
def sentences(tmp_path: Path) -> Path:
    """A file of tagged sentences."""
    path = tmp_path / "sentences.conll"
    path.write_text("the DT B-NP\ndog NN I-NP\nbarks VB O\n\na DT B-NP\ncat NN I-NP\n\n" * 8, encoding="utf-8")
    return path


def test_classify_trains_predicts_and_evaluates(run: Run, texts: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    trained = run("classify", "train", texts, "-o", folder, "--dev", texts, *TRAINING, "--json")
    assert trained.status == 0, trained.err
    report = trained.report
    assert (report["texts"], report["classes"], report["epochs"]) == (24, ["minus", "plus"], 12)
    assert report["history"]["val_accuracy"][-1] == 1
    assert TextClassifier.load(folder).score(["good"], ["plus"]) == 1
    plain = tmp_path / "plain.txt"
    plain.write_text(GOOD + BAD, encoding="utf-8")
    assert run("classify", "predict", folder, plain).out == "plus\nminus\n"
    first, _ = run("classify", "predict", folder, plain, "--proba").out.splitlines()
    assert first.startswith("plus\tminus=0.")
    answer = json.loads(run("classify", "predict", folder, plain, "--json").out.splitlines()[1])
    assert answer["label"] == "minus"
    assert sum(answer["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    assert run("classify", "predict", folder, texts).out.splitlines()[:2] == ["plus", "minus"]
    assert run("classify", "evaluate", folder, texts, "--json").report["accuracy"] == 1
    assert "accuracy 1.0000 of 24 texts" in run("classify", "evaluate", folder, texts).out
    assert run("info", folder, "--json").report["kind"] == "text classifier"


@pytest.mark.parametrize("group", ["classify", "tag"])
def test_predictions_in_other_precisions(
    run: Run, texts: Path, sentences: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, group: str
) -> None:
    examples = texts if group == "classify" else sentences
    elmo = ELMo(dim=16, projection_dim=8, n_layers=1, char_dim=4, filters=[[1, 8], [2, 8]], n_highway=0)
    elmo.initialize(seed=1)
    elmo.save_pretrained(tmp_path / "elmo")
    folder = tmp_path / "model"
    settings = ["--embedding", tmp_path / "elmo", *TRAINING, "--epochs", "1", "--elmo-precision", "bfloat16"]
    assert run(group, "train", examples, "-o", folder, *settings).status == 0
    used = []
    encode = ELMo.encode

    def spy(model: ELMo, *arguments: Any, **options: Any) -> Any:
        used.append(options["precision"])
        return encode(model, *arguments, **options)

    monkeypatch.setattr(ELMo, "encode", spy)
    precisions = ["--elmo-precision", "int8", "--encoder-precision", "int8"]
    assert run(group, "predict", folder, examples).status == 0
    assert run(group, "predict", folder, examples, *precisions).status == 0
    assert run(group, "evaluate", folder, examples, *precisions).status == 0
    assert used == ["bfloat16", "int8", "int8"]


def test_classify_reads_integer_labels_from_json_lines(run: Run, tmp_path: Path) -> None:
    lines = tmp_path / "texts.jsonl"
    lines.write_text('{"text": "a good film", "label": 1}\n{"text": "a bad film", "label": 0}\n' * 8, encoding="utf-8")
    folder = tmp_path / "model"
    outcome = run("classify", "train", lines, "-o", folder, *TRAINING)
    assert outcome.status == 0, outcome.err
    assert "saved:" in outcome.out
    table = tmp_path / "texts.tsv"
    table.write_text("good\t1\nbad\t0\n", encoding="utf-8")
    assert run("classify", "evaluate", folder, table, "--json").report["accuracy"] == 1


def test_layouts_are_detected_reported_and_given(run: Run, tmp_path: Path) -> None:
    table = tmp_path / "texts.csv"
    table.write_text("id;review;stars\n" + '1;"a good film; really";5\n2;a bad film;1\n' * 6, encoding="utf-8")
    report = run("classify", "train", table, "-o", tmp_path / "m", *TRAINING, "--epochs", "1", "--json").report
    assert report["layout"] == "values separated by ';', text in column 2, labels in column 3, with a heading"
    assert (report["texts"], report["classes"]) == (12, ["1", "5"])
    given = ["--header", "--delimiter", ";", "--text-column", "review", "--label-column", "stars", "--format", "csv"]
    assert run("classify", "evaluate", tmp_path / "m", table, *given, "--json").report["texts"] == 12
    kept = run("classify", "evaluate", tmp_path / "m", table, "--no-header", "--text-column", "2", "--json").report
    assert (kept["texts"], sorted(kept["labels"])) == (13, ["1", "5", "stars"])
    treebank = tmp_path / "de.tsv"
    treebank.write_text("# a\n1\tDer\tO\n2\tBund\tU-ORG\n\n" * 4, encoding="utf-8")
    outcome = run("tag", "train", treebank, "-o", tmp_path / "t", *TRAINING, "--epochs", "1")
    assert run("info", tmp_path / "t", "--json").report["scheme"] == "bilou"
    assert "read as CoNLL columns, text in column 2, labels in column 3; tag scheme bilou\n" in outcome.out


def test_classify_with_embeddings(run: Run, texts: Path, tmp_path: Path) -> None:
    kv = KeyedVectors(2)
    kv.add_vectors(["good", "bad", "film"], [[1, 0], [-1, 0], [0, 1]])
    kv.save_word2vec_format(tmp_path / "vectors.txt")
    elmo = ELMo(dim=12, projection_dim=6, n_layers=1, char_dim=4, filters=[[1, 6], [2, 8]], n_highway=0)
    elmo.initialize()
    elmo.save_pretrained(tmp_path / "elmo")
    given = ["--embedding", tmp_path / "vectors.txt", "--embedding", tmp_path / "elmo", "--embedding", "scratch"]
    folder = tmp_path / "model"
    outcome = run("classify", "train", texts, "-o", folder, *given, "--exclude-embedding", *TRAINING, "--json")
    assert outcome.status == 0, outcome.err
    assert len(outcome.report["layer_mixes"]) == 1
    outcome = run("classify", "evaluate", folder, texts)
    assert outcome.status == 1
    assert "embedding=" in outcome.err
    assert run("classify", "evaluate", folder, texts, *given, "--json").report["accuracy"] == 1


def test_tag_trains_predicts_and_evaluates(run: Run, sentences: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    outcome = run("tag", "train", sentences, "-o", folder, *TRAINING, "--learned-scheme", "iobes", "--json")
    assert outcome.status == 0, outcome.err
    assert outcome.report["classes"] == ["B-NP", "I-NP", "O"]
    assert SequenceTagger.load(folder).predict([["the", "cat"]]) == [["B-NP", "I-NP"]]
    plain = tmp_path / "plain.txt"
    plain.write_text("the cat\na dog barks\n", encoding="utf-8")
    assert run("tag", "predict", folder, plain).out == ("the\tB-NP\ncat\tI-NP\n\na\tB-NP\ndog\tI-NP\nbarks\tO\n\n")
    answers: list[Any] = [json.loads(line) for line in run("tag", "predict", folder, plain, "--json").out.splitlines()]
    assert answers[0] == {"tokens": ["the", "cat"], "tags": ["B-NP", "I-NP"]}
    report = run("tag", "evaluate", folder, sentences, "--json").report
    assert report["micro"] == {"precision": 1, "recall": 1, "f1": 1, "support": 16}
    assert "F1 1.0000" in run("tag", "evaluate", folder, sentences).out
    other = run("tag", "train", sentences, "-o", tmp_path / "other", *TRAINING, "--label-column", "2", "--no-crf",
                "--no-characters", "--json")  # fmt: skip
    assert other.report["classes"] == ["DT", "NN", "VB"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("classify",),
        ("tag",),
        ("classify", "train", "texts.tsv"),
        ("classify", "train", "texts.tsv", "-o", "x", "--hidden-dim", "0"),
        ("classify", "train", "texts.tsv", "-o", "x", "--pooling", "sum"),
        ("tag", "train", "sentences.conll", "-o", "x", "--scheme", "iob"),
    ],
)
def test_usage_errors(
    run: Run, texts: Path, sentences: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(texts.parent)
    outcome = run(*arguments)
    assert outcome.status == 2, outcome.err
    assert outcome.err.count("\n") == 1
    assert not Path("x").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("classify", "train", "missing.tsv", "-o", "x"), "No such file"),
        (("classify", "train", "sentences.conll", "-o", "x"), "not labels of texts"),
        (("classify", "train", "one.tsv", "-o", "x"), "two classes"),
        (("classify", "train", "texts.tsv", "-o", "x", "--label-column", "7"), "a column must be from 1 to"),
        (("tag", "train", "broken.conll", "-o", "x"), "must follow the scheme bio"),
        (("classify", "predict", "nowhere", "texts.tsv"), "No such file"),
    ],
)
def test_failures(
    run: Run, texts: Path, sentences: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], message: str
) -> None:
    monkeypatch.chdir(texts.parent)
    Path("one.tsv").write_text("a b\tx\nc d\tx\n", encoding="utf-8")
    Path("broken.conll").write_text("a O\nb I-NP\n\nc B-NP\n", encoding="utf-8")
    outcome = run(*arguments)
    assert outcome.status == 1, outcome.err
    assert message in outcome.err
    assert outcome.err.count("\n") == 1


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_an_interruption_saves_the_model(texts: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    options = ["--epochs", "1000000", "--workers", "1", "--json", "--progress"]
    outcome = interrupt("classify", "train", texts, "-o", folder, *options, shown=r"epoch \d\d+/")
    assert outcome.status == 130, outcome.err
    assert outcome.report["epochs"] >= 2
    assert "the model trained so far is saved" in outcome.err
    assert TextClassifier.load(folder).predict(["a good film"]).shape == (1,)


def test_encoding_of_labelled_texts(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "texts.tsv"
    path.write_bytes("müder Film\tneg\nguter Film\tpos\n".encode("cp1252") * 10)
    train = ("classify", "train", path, "-o", tmp_path / "model", "--epochs", "1")
    outcome = run(*train)
    assert outcome.status == 1
    assert "--encoding cp1252" in outcome.err
    assert run(*train, "--encoding", "cp1252").status == 0
    outcome = run("classify", "evaluate", tmp_path / "model", path, "--errors", "replace", "--json")
    assert json.loads(outcome.out)["texts"] == 20
