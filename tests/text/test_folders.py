"""Files of folders and of patterns."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from wordkin import ELMo, Phrases, Word2Vec
from wordkin.cli.program import main
from wordkin.errors import CorpusError, FormatError
from wordkin.text import FolderOptions, open_corpus
from wordkin.text.folders import files_of_folder


@pytest.fixture
def novels(tmp_path: Path) -> Path:
    folder = tmp_path / "novels"
    for name in ("b.txt", "a.txt", "notes.md", ".hidden.txt", "1851/c.txt", "1851/en/d.txt", ".git/e.txt"):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{file.stem.strip('.')} word\n", encoding="utf-8")
    return folder


def words(corpus_file: object, **options: object) -> list[str]:
    folders = FolderOptions(**options)  # type: ignore[arg-type]
    return open_corpus(corpus_file=corpus_file, folders=folders).scan(1, keep_ids=False).counts.words


def names(folder: Path, **options: object) -> list[str]:
    found = files_of_folder(folder, FolderOptions(**options))  # type: ignore[arg-type]
    return [path.relative_to(folder).as_posix() for path in found]


def test_folders_are_read_in_the_order_of_their_paths_and_without_hidden_files(novels: Path) -> None:
    assert names(novels) == ["a.txt", "b.txt", "notes.md"]
    assert names(novels, recursive=True) == ["1851/c.txt", "1851/en/d.txt", "a.txt", "b.txt", "notes.md"]


@pytest.mark.parametrize(
    ("glob", "expected"),
    [
        ("*.txt", ["1851/c.txt", "1851/en/d.txt", "a.txt", "b.txt"]),
        ("[ac].txt", ["1851/c.txt", "a.txt"]),
        ("1851/*", ["1851/c.txt", "1851/en/d.txt"]),
        (["*.md", "?.txt"], ["1851/c.txt", "1851/en/d.txt", "a.txt", "b.txt", "notes.md"]),
    ],
)
def test_patterns_select_files_by_name_or_path(novels: Path, glob: object, expected: list[str]) -> None:
    assert names(novels, recursive=True, glob=glob) == expected


def test_paths_may_be_patterns(novels: Path) -> None:
    assert words(str(novels / "*.txt")) == ["a", "word", "b"]
    assert words(str(novels / "**" / "*.txt")) == ["c", "word", "d", "a", "b"]
    assert words(str(novels / "18*")) == ["c", "word"]
    assert words([novels / "n*.md", novels / "b.txt"]) == ["notes", "word", "b"]
    assert Word2Vec(str(novels / "*.txt"), min_count=1, vector_size=2).corpus_count == 2
    assert Phrases(str(novels / "*.txt")).corpus_word_count == 4
    (novels / "[1].txt").write_text("literal\n", encoding="utf-8")
    assert words(novels / "[1].txt") == ["literal"]


def test_models_read_folders_with_the_options_of_their_constructor(novels: Path) -> None:
    model = Word2Vec(corpus_file=novels, recursive=True, glob="*.txt", min_count=1, vector_size=2)
    assert model.corpus_count == 4
    model.build_vocab(corpus_file=novels, update=True)
    assert model.corpus_count == 4


def test_links_to_folders_above_are_not_followed_again(novels: Path) -> None:
    try:
        (novels / "1851" / "up").symlink_to(novels, target_is_directory=True)
    except OSError:
        pytest.skip("this system does not allow symbolic links")
    assert names(novels, recursive=True, glob="*.txt") == ["1851/c.txt", "1851/en/d.txt", "a.txt", "b.txt"]


def test_subfolders_that_are_not_read_are_logged(novels: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "wordkin"):
        files_of_folder(novels, FolderOptions(glob=("*.txt",)))
    assert "1 subfolders are not read (1851); the pattern" in caplog.text
    assert "left out 1 files that match none of the patterns" in caplog.text
    assert "left out 1 hidden files: .hidden.txt" in caplog.text


@pytest.mark.parametrize(
    ("create", "options", "message"),
    [
        ([], {}, "the folder has no files$"),
        ([], {"recursive": True}, "the folder has no files$"),
        (["sub/a.txt"], {}, r"no files except those in subfolders \(sub\); pass .*\*\*"),
        ([".a", "Thumbs.db"], {}, r"no files except hidden ones \(.a, Thumbs.db\)"),
        (["a.md", "b.md"], {"glob": "*.txt"}, r"none of the 2 files matches '\*.txt'"),
    ],
)
def test_folders_without_files_to_read_are_errors(
    tmp_path: Path, create: list[str], options: dict[str, object], message: str
) -> None:
    for name in create:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    with pytest.raises(CorpusError, match=message):
        words(tmp_path, **options)


def test_patterns_without_a_match_are_errors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(FileNotFoundError, match="no file matches this pattern"):
        words(tmp_path / "*.txt")
    with pytest.raises(TypeError, match="not an existing file"):
        Word2Vec("Is this a text?")
    assert main(["vocab", str(tmp_path / "*.txt")]) == 1
    assert "no file matches this pattern" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("value", "error"), [("", ValueError), (["*", ""], ValueError), (3, TypeError), ([1], TypeError)]
)
def test_invalid_patterns_are_errors(value: object, error: type[Exception]) -> None:
    with pytest.raises(error, match="glob must"):
        FolderOptions(glob=value)  # type: ignore[arg-type]


def test_commands_read_folders_recursively(novels: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def printed(*arguments: str) -> set[str]:
        assert main(["vocab", str(novels), *arguments]) == 0
        return {line.split()[0] for line in capsys.readouterr().out.splitlines()}

    assert printed() == {"word", "a", "b", "c", "d", "notes"}
    assert printed("--glob", "*.txt") == {"word", "a", "b", "c", "d"}
    assert printed("--glob", "*.md", "--glob", "a.*", "--no-recursive") == {"word", "a", "notes"}
    assert main(["vocab", str(novels), "--glob", ""]) == 2


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="needs files without permission to read")
def test_files_without_permission_can_be_skipped(novels: Path) -> None:
    (novels / "a.txt").chmod(0)
    with pytest.raises(PermissionError):
        Word2Vec(corpus_file=novels, min_count=1, vector_size=2)
    assert Word2Vec(corpus_file=novels, on_error="skip", min_count=1, vector_size=2).corpus_count == 2


@pytest.mark.parametrize("corpus", ["{}", "{}/**"])
def test_a_training_resumes_from_checkpoints_within_its_folder(novels: Path, corpus: str) -> None:
    arguments = {"corpus_file": corpus.format(novels), "recursive": True, "checkpoint": novels / "checkpoints"}
    options = {"min_count": 1, "vector_size": 2, "workers": 1, "checkpoint_epochs": 1}
    Word2Vec(**arguments, **options, epochs=2)  # type: ignore[arg-type]
    assert len(list((novels / "checkpoints").iterdir())) == 2
    resumed = Word2Vec(**arguments, **options, epochs=2)  # type: ignore[arg-type]
    assert resumed.training_report is not None
    assert resumed.training_report.words_before > 0
    assert not any("checkpoint" in name for name in names(novels, recursive=True))


def test_folders_of_checkpoints_only_are_errors(tmp_path: Path) -> None:
    (tmp_path / "checkpoint-000001.safetensors").touch()
    (tmp_path / "checkpoint.txt").write_text("text is read", encoding="utf-8")
    assert names(tmp_path) == ["checkpoint.txt"]
    (tmp_path / "checkpoint.txt").unlink()
    with pytest.raises(CorpusError, match=r"no files except checkpoints \(checkpoint-000001\.safetensors\)"):
        files_of_folder(tmp_path, FolderOptions())


@pytest.mark.parametrize("content", [b"\xff\xd8\xff\xe0", b"\xff\xfa text", "word ".encode("utf-16-le") * 9])
def test_errors_about_one_of_several_files_name_the_option_that_skips_it(
    novels: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = novels / "bad.txt"
    bad.write_bytes(content)
    with pytest.raises((CorpusError, FormatError), match=r"bad.txt.*; on_error='skip' leaves out"):
        words(novels)
    with pytest.raises((CorpusError, FormatError)) as raised:
        words(bad)
    assert "on_error" not in str(raised.value)
    assert main(["vocab", str(novels)]) == 1
    assert "; --skip-bad-files leaves out files that cannot be read" in capsys.readouterr().err


def test_every_model_selects_files_by_the_same_arguments(novels: Path, tmp_path: Path) -> None:
    selection = {"recursive": True, "glob": "?.txt"}
    expected = {"a", "b", "c", "d", "word"}
    phrases = Phrases(novels, **selection)  # type: ignore[arg-type]
    assert set(phrases.vocab) - {word for word in phrases.vocab if "_" in word} == expected
    phrases.add_vocab(novels, **selection)  # type: ignore[arg-type]
    assert phrases.vocab["word"] == 8
    joined = Phrases(novels, min_count=0.5, threshold=0.1, recursive=True)
    assert set(joined.find_phrases(novels, **selection)) == {"a_word", "b_word", "c_word", "d_word"}  # type: ignore[arg-type]
    for model in (joined, joined.freeze()):
        assert model.apply_file(novels, tmp_path / "joined", **selection).sentences == 4  # type: ignore[arg-type]
    elmo = ELMo(dim=8, projection_dim=4, n_layers=1, char_dim=4, filters=[[1, 4]], n_highway=0)
    elmo.train(
        novels,
        min_count=1,
        epochs=1,
        batch_size=1,
        unroll_steps=2,
        workers=1,
        progress=False,
        **selection,  # type: ignore[arg-type]
    )
    assert elmo.vocabulary is not None
    assert set(elmo.vocabulary[3:]) == expected
    assert elmo.perplexity(novels, workers=1, **selection).tokens == 12  # type: ignore[arg-type]
    assert elmo.perplexity(novels, workers=1, recursive=True).tokens == 15
    assert set(elmo.distill(novels, workers=1, progress=False, **selection).index_to_key) == expected  # type: ignore[arg-type]
