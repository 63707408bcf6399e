"""``wordkin similar``, ``analogy``, ``evaluate``, ``convert`` and ``info``."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import pytest

from wordkin import KeyedVectors, Word2Vec, show_config

from ..conftest import SUBJECTS, Run

FILES = Path(__file__).resolve().parents[2] / "formats"


def test_similar_prints_the_nearest_words(run: Run, model: Path) -> None:
    outcome = run("similar", model, "cat", "--topn", "3")
    assert outcome.status == 0
    lines = [line.split("\t") for line in outcome.out.splitlines()]
    assert {word for word, _ in lines} == set(SUBJECTS["animals"]) - {"cat"}
    assert lines[0] == [Word2Vec.load(model).wv.most_similar("cat")[0][0], lines[0][1]]


def test_similar_prints_each_query_if_there_are_several(run: Run, model: Path) -> None:
    lines = run("similar", model, "cat", "red", "--topn", "1").out.splitlines()
    assert [line.split("\t")[0] for line in lines] == ["cat", "red"]


def test_similar_reads_words_from_standard_input(run: Run, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"cat\n\nunicorn\r\nred\n"), encoding="utf-8"))
    outcome = run("similar", model, "--topn", "2", "--json")
    assert outcome.status == 1
    assert "unicorn" in outcome.err
    results = [json.loads(line) for line in outcome.out.splitlines()]
    assert [result["word"] for result in results] == ["cat", "red"]
    assert all(len(result["neighbours"]) == 2 for result in results)


def test_similar_can_be_restricted_to_frequent_words(run: Run, model: Path) -> None:
    first = Word2Vec.load(model).wv.index_to_key[:2]
    lines = run("similar", model, "cat", "--restrict-vocab", "2").out.splitlines()
    assert {line.split("\t")[0] for line in lines} == set(first) - {"cat"}


def test_an_unknown_word_gets_a_suggestion(run: Run, model: Path) -> None:
    outcome = run("similar", model, "gren")
    assert outcome.status == 1
    assert "did you mean 'green'" in outcome.err


def test_words_with_invalid_utf8_are_rejected(run: Run, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"cat\n\xff\n"), encoding="utf-8"))
    outcome = run("similar", model)
    assert outcome.status == 1
    assert "line 2" in outcome.err


@pytest.mark.parametrize("method", ["3cosadd", "3cosmul"])
def test_analogy_equals_the_python_api(run: Run, model: Path, method: str) -> None:
    wv = Word2Vec.load(model).wv
    query = wv.most_similar if method == "3cosadd" else wv.most_similar_cosmul
    expected = query(positive=["dog", "red"], negative=["cat"], topn=3)
    report = run("analogy", model, "cat", "dog", "red", "--topn", "3", "--method", method, "--json").report
    assert [(answer["word"], answer["score"]) for answer in report["answers"]] == expected
    text = run("analogy", model, "cat", "dog", "red", "--topn", "3", "--method", method).out
    assert [line.split("\t")[0] for line in text.splitlines()] == [word for word, _ in expected]


@pytest.fixture
def evaluation_files(tmp_path: Path) -> tuple[Path, Path]:
    analogies, pairs = tmp_path / "analogies.txt", tmp_path / "pairs.tsv"
    analogies.write_text(
        ": same\ncat dog cow hen\nred blue green pink\ncat dog unicorn hen\n: none\na b c d\n", encoding="utf-8"
    )
    pairs.write_text(
        "# pairs\ncat\tdog\t9\nred\tblue\t8\ncat\tred\t1\ncow\tpink\t2\nhen\tunicorn\t5\n", encoding="utf-8"
    )
    return analogies, pairs


def test_evaluate_reports_scores_and_coverage(run: Run, model: Path, evaluation_files: tuple[Path, Path]) -> None:
    analogies, pairs = evaluation_files
    report = run("evaluate", model, "--analogies", analogies, "--pairs", pairs, "--json").report
    (score,) = report["analogies"][str(analogies)]["scores"]
    assert (score["answered"], score["questions"]) == (2, 4)
    assert score["oov_fraction"] == 0.5
    assert [section["name"] for section in score["sections"]] == ["same", "none"]
    (score,) = report["pairs"][str(pairs)]["scores"]
    assert (score["answered"], score["pairs"]) == (4, 5)
    # Both pairs within a topic rank above the pairs across topics, whatever the order within the two groups.
    assert score["spearman"]["value"] >= 0.6 - 1e-12
    assert score["spearman"]["low"] is None or score["spearman"]["low"] <= score["spearman"]["value"]


def test_evaluate_compares_two_models_in_text(
    run: Run, model: Path, evaluation_files: tuple[Path, Path], tmp_path: Path
) -> None:
    analogies, pairs = evaluation_files
    other = shutil.copy(model, tmp_path / "other.safetensors")
    outcome = run("evaluate", model, other, "--analogies", analogies, "--pairs", pairs)
    assert outcome.status == 0
    for expected in (
        "same",
        "total",
        "interval",
        "unknown",
        "Spearman",
        "second minus first, on 2",
        "second minus first",
    ):
        assert expected in outcome.out
    report = run("evaluate", model, other, "--pairs", pairs, "--json").report
    assert report["pairs"][str(pairs)]["comparison"]["difference"]["value"] == 0


@pytest.mark.parametrize("target", ["text", "binary", "glove", "vectors", "model"])
def test_conversion_and_back_is_lossless(run: Run, model: Path, tmp_path: Path, target: str) -> None:
    converted, back = tmp_path / "converted", tmp_path / "back.safetensors"
    outcome = run("convert", model, converted, "--to", target)
    assert (outcome.status, outcome.err) == (0, "")
    assert run("convert", converted, back, "--to", "vectors").status == 0
    expected, loaded = Word2Vec.load(model).wv, KeyedVectors.load(back)
    assert loaded.index_to_key == expected.index_to_key
    assert loaded.vectors.tobytes() == expected.vectors.tobytes()


def test_convert_chooses_the_format_by_file_name(run: Run, model: Path, tmp_path: Path) -> None:
    copy, text, vectors = tmp_path / "copy.safetensors", tmp_path / "v.txt", tmp_path / "v.safetensors"
    assert run("convert", model, copy, "--json").report["format"] == "model"
    assert copy.read_bytes() == model.read_bytes()
    assert run("convert", model, text, "--save-vocab", tmp_path / "counts").status == 0
    assert run("convert", text, vectors, "--read-vocab", tmp_path / "counts", "--json").report["format"] == "vectors"
    assert KeyedVectors.load(vectors).get_vecattr("cat", "count") == Word2Vec.load(model).wv.get_vecattr("cat", "count")


def test_convert_for_the_projector(run: Run, model: Path, tmp_path: Path) -> None:
    assert run("convert", model, tmp_path / "p", "--to", "projector").status == 0
    heading, *rows = (tmp_path / "p_metadata.tsv").read_text(encoding="utf-8").splitlines()
    assert heading == "word\tcount"
    words = [row.partition("\t")[0] for row in rows]
    assert words == Word2Vec.load(model).wv.index_to_key
    assert len((tmp_path / "p_tensor.tsv").read_text(encoding="utf-8").splitlines()) == len(words)


def test_convert_options_of_word2vec_formats(run: Run, tmp_path: Path) -> None:
    text, output = tmp_path / "v.txt", tmp_path / "v.safetensors"
    text.write_text("3 2\na 1 2\nb 3 4\na 5 6\n", encoding="utf-8")
    assert run("convert", text, output, "--on-duplicate", "error").status == 1
    outcome = run("convert", text, output, "--on-duplicate", "last", "--dtype", "float16")
    assert outcome.status == 0
    assert outcome.err.startswith("wordkin: warning: ")
    assert outcome.err.count("\n") == 1
    vectors = KeyedVectors.load(output)
    assert (vectors["a"].tolist(), vectors.vectors.dtype.name) == ([5, 6], "float16")
    assert run("convert", text, output, "--limit", "1", "--from", "text").status == 0
    assert len(KeyedVectors.load(output)) == 1
    assert run("convert", output, text, "--encoding", "utf8").status == 2


def test_vectors_cannot_be_converted_to_a_model(run: Run, model: Path, tmp_path: Path) -> None:
    text = tmp_path / "v.txt"
    assert run("convert", model, text).status == 0
    assert run("convert", text, tmp_path / "m", "--to", "model").status == 2


def test_info_of_a_model(run: Run, model: Path) -> None:
    facts = run("info", model, "--json").report
    assert (facts["kind"], facts["words"], facts["vector_size"]) == ("model", 8, 16)
    assert facts["corpus_words"] == 12_000
    assert "vector size" in run("info", model).out


def test_info_of_vectors(run: Run, tmp_path: Path) -> None:
    text = tmp_path / "v.txt"
    text.write_text("a 1 2 3\nb 4 5 6\n", encoding="utf-8")
    facts = run("info", text, "--json").report
    assert (facts["kind"], facts["words"], facts["vector_size"], facts["first_words"]) == ("word2vec", 2, 3, ["a", "b"])


def test_info_without_a_file_is_show_config(run: Run) -> None:
    assert run("info", "--json").report == show_config()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("gensim.bin", "word2vec"),
        ("gensim.txt", "word2vec"),
        ("gensim-negative.model", "gensim"),
        ("gensim-separate.kv", "gensim"),
        ("fasttext.bin", "fasttext"),
    ],
)
def test_files_of_gensim_and_fasttext_are_converted(run: Run, tmp_path: Path, name: str, kind: str) -> None:
    report = run("convert", FILES / name, tmp_path / "v.txt", "--json").report
    assert report["kind"] == kind
    assert len(KeyedVectors.load_word2vec_format(tmp_path / "v.txt")) == report["words"] == 6


@pytest.mark.parametrize("option", ["--pairs", "--analogies"])
def test_test_sets_that_cannot_be_read_are_errors(run: Run, model: Path, tmp_path: Path, option: str) -> None:
    path = tmp_path / "set"
    path.write_text("this is\n", encoding="utf-8")
    outcome = run("evaluate", model, option, path)
    assert outcome.status == 1
    assert "found" in outcome.err


def test_test_sets_without_known_words_are_an_error(run: Run, model: Path, tmp_path: Path) -> None:
    path = tmp_path / "set"
    path.write_text("xx,yy,1\nyy,zz,2\n", encoding="utf-8")
    outcome = run("evaluate", model, "--pairs", path, "--json")
    assert outcome.status == 1
    assert "none of the test sets has an item whose words are all known" in outcome.err
    assert outcome.report["pairs"][str(path)]["scores"][0]["spearman"]["value"] is None


def test_several_sets_in_one_table_with_lines_left_out(run: Run, model: Path, tmp_path: Path) -> None:
    paths = [tmp_path / "one.csv", tmp_path / "two.tsv"]
    paths[0].write_text("Word 1,Word 2,Human (mean)\ncat,dog,9.5\nred,cat,0.5\nred,blue,9\n", encoding="utf-8")
    paths[1].write_text("cat\tdog\t9,5\nred\tcat\t0,5\nno pair\nred\tblue\t9\n", encoding="utf-8")
    arguments = ["evaluate", model, "--pairs", paths[0], "--pairs", paths[1]]
    outcome = run(*arguments)
    assert outcome.status == 0
    heading, *rows = outcome.out.splitlines()
    assert heading.split("\t")[0] == "word pairs"
    assert heading.endswith("lines left out")
    assert [(row.split()[0], row.split()[-1]) for row in rows] == [("one.csv", "0"), ("two.tsv", "1")]
    report = run(*arguments, "--json").report
    assert [report["pairs"][str(path)]["skipped_lines"] for path in paths] == [0, 1]
    assert "separated by commas" in report["pairs"][str(paths[0])]["layout"]
    scores = [report["pairs"][str(path)]["scores"] for path in paths]
    assert scores[0] == scores[1]


def test_evaluation_sets_in_other_encodings(run: Run, model: Path, tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.tsv"
    pairs.write_bytes("cat\tdog\t9\ncat\tred\t1\nmüde\tcat\t2\n".encode("cp1252"))
    assert run("evaluate", model, "--pairs", pairs).status == 1
    outcome = run("evaluate", model, "--pairs", pairs, "--encoding", "cp1252", "--json")
    assert outcome.status == 0
    assert next(iter(json.loads(outcome.out)["pairs"].values()))["scores"][0]["answered"] == 2


def test_evaluate_takes_columns_and_counts_case_variants(run: Run, tmp_path: Path) -> None:
    vectors = KeyedVectors(2)
    vectors.add_vectors(
        ["cat", "dog", "sea", "Cat"], [[1.0, 0.1], [0.9, 0.2], [0.0, 1.0], [0.5, 0.5]], extras={"count": [9, 8, 7, 2]}
    )
    vectors.save(tmp_path / "vectors.safetensors")
    pairs = tmp_path / "pairs.txt"
    pairs.write_text("cat\tdog\t1\t9.0\ncat\tsea\t2\t1.0\ndog\tsea\t3\t2.0\n", encoding="utf-8")
    arguments = ("evaluate", tmp_path / "vectors.safetensors", "--pairs", pairs)
    outcome = run(*arguments, "--columns", "1,2,4", "--json")
    assert outcome.status == 0, outcome.err
    (score,) = outcome.report["pairs"][str(pairs)]["scores"]
    assert (score["answered"], score["case_variants"]) == (3, 1)
    assert "1 words were not used" in run(*arguments, "--columns", "1,2,4").out
    assert run(*arguments, "--columns", "1,2").status == 2
    assert run(*arguments, "--columns", "0,1,2").status == 2
    pairs.write_bytes(b"cat\tdog\t9\nc\xff\tdog\t2\ncat\tsea\t1\n")
    assert run(*arguments).status == 1
    assert run(*arguments, "--errors", "replace").status == 0


@pytest.mark.parametrize(
    ("first", "later"),
    [
        (("similar", "cat", "red", "--topn", "1"), ("similar", "--topn", "1", "cat", "red")),
        (("similar", "cat", "red", "--topn", "1"), ("similar", "cat", "--topn", "1", "--", "red")),
        (("similarity", "cat", "dog", "--json"), ("similarity", "--json", "cat", "dog")),
        (("vectors", "cat dog", "--sentences"), ("vectors", "--sentences", "cat dog")),
    ],
)
def test_words_may_come_after_flags(run: Run, model: Path, first: tuple[str, ...], later: tuple[str, ...]) -> None:
    expected = run(first[0], model, *first[1:])
    assert expected.status == 0
    assert run(later[0], model, *later[1:]) == expected


def test_texts_may_come_after_flags(run: Run, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_text(f"{name} x\n", encoding="utf-8")
    outcome = run("vocab", tmp_path / "a", "--lowercase", tmp_path / "b")
    assert outcome.status == 0
    assert {line.split()[0] for line in outcome.out.splitlines()} == {"a", "b", "x"}


@pytest.mark.parametrize(
    ("command", "lines"),
    [(("similar", "--topn", "1"), "cat\nred\n"), (("similarity",), "cat dog\nred\tblue\n"), (("vectors",), "cat\n")],
)
def test_a_dash_stands_for_standard_input(
    run: Run, model: Path, command: tuple[str, ...], lines: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes = []
    for words in ([], ["-"]):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(lines.encode()), encoding="utf-8"))
        outcomes.append(run(command[0], model, *words, *command[1:]))
    assert outcomes[0].status == 0
    assert outcomes[1] == outcomes[0]


def test_whole_numbers_are_found_among_keys_that_are_numbers(run: Run, tmp_path: Path) -> None:
    vectors = KeyedVectors(2)
    vectors.add_vectors([10, -3, 7], [[1.0, 0.0], [1.0, 0.1], [0.0, 1.0]])
    path = tmp_path / "items.safetensors"
    vectors.save(path)
    outcome = run("similar", path, "10", "--topn", "1")
    assert (outcome.status, outcome.out.split()[0]) == (0, "-3")
    assert run("vectors", path, "7").out.split()[-2:] == ["0.0", "1.0"]
    outcome = run("similar", path, "11")
    assert (outcome.status, outcome.out) == (1, "")
