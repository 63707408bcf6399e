"""Files of rated word pairs in the layouts in which they are published and edited."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordkin import KeyedVectors
from wordkin.errors import FormatError
from wordkin.vectors.evaluation import PairSet, evaluate_pairs, read_word_pairs

PAIRS = (("tiger", "cat"), ("New York", "city"), ("book", "paper"))
RATINGS = (7.35, 1.5, 7.46)

SIMLEX = (
    "word1\tword2\tPOS\tSimLex999\tconc(w1)\tconc(w2)\tconcQ\tAssoc(USF)\tSimAssoc333\tSD(SimLex)\n"
    "tiger\tcat\tA\t7.35\t2.72\t2.81\t2\t7.25\t1\t0.41\n"
    "New York\tcity\tN\t1.5\t4\t3.7\t3\t0\t0\t1.1\n"
    "book\tpaper\tV\t7.46\t1\t2\t3\t4\t5\t6\n"
)

LAYOUTS = {
    "tabs": "tiger\tcat\t7.35\nNew York\tcity\t1.5\nbook\tpaper\t7.46\n",
    "comments": "# Word 1\tWord 2\tHuman (mean)\n\ntiger\tcat\t7.35\nNew York\tcity\t1.5\nbook\tpaper\t7.46\n",
    "WordSim-353": "Word 1,Word 2,Human (mean)\ntiger,cat,7.35\nNew York,city,1.5\nbook,paper,7.46\n",
    "SimLex-999": SIMLEX,
    "SimLex as CSV": SIMLEX.replace("\t", ","),
    "quotes": '"Word 1","Word 2","Mean"\n"tiger","cat","7.35"\n"New York","city","1.5"\n"book", "paper", "7.46"\n',
    "decimal commas": "tiger\tcat\t7,35\nNew York\tcity\t1,5\nbook\tpaper\t7,46\n",
    "semicolons": "Wort 1;Wort 2;Mittel\ntiger;cat;7,35\nNew York;city;1,5\nbook;paper;7,46\n",
    "quoted decimal commas": 'a,b,c\ntiger,cat,"7,35"\nNew York,city,"1,5"\nbook,paper,"7,46"\n',
    "unquoted decimal commas": "a,b,c\ntiger,cat,7,35\nNew York,city,1,5\nbook,paper,7,46\n",
    "index": ",word1,word2,score\n0,tiger,cat,7.35\n1,New York,city,1.5\n2,book,paper,7.46\n",
    "SimVerb": "tiger\tcat\tV\t7.35\tSYNONYMS\nNew York\tcity\tV\t1.5\tNONE\nbook\tpaper\tV\t7.46\tNONE\n",
    "rare words": "tiger\tcat\t7.35\t1\t2\t3\nNew York\tcity\t1.5\t1\t2\t3\nbook\tpaper\t7.46\t1\t2\t3\n",
}


def read(tmp_path: Path, text: str, encoding: str = "utf-8", **options: Any) -> PairSet:
    path = tmp_path / "pairs"
    path.write_text(text, encoding=encoding, newline="")
    return read_word_pairs(path, **options)


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_layouts(tmp_path: Path, name: str, line_end: str, encoding: str) -> None:
    found = read(tmp_path, LAYOUTS[name].replace("\n", line_end), encoding)
    assert (found.pairs, found.ratings, found.invalid_lines) == (PAIRS, RATINGS, 0)


@pytest.mark.parametrize("separator", [" ", "   ", " \t"])
def test_any_whitespace(tmp_path: Path, separator: str) -> None:
    text = "".join(separator.join(line.split()) + "\n" for line in ("one two 1.5", "three four 2", "five six 7,25"))
    found = read(tmp_path, text)
    assert found.ratings == (1.5, 2, 7.25)
    assert found.pairs == (("one", "two"), ("three", "four"), ("five", "six"))


def test_layout_is_reported(tmp_path: Path) -> None:
    assert read(tmp_path, SIMLEX).layout == "fields separated by tabs, ratings in column 4 (SimLex999)"
    assert read(tmp_path, "a b 1\nc d 2\n").layout == "fields separated by whitespace, ratings in column 3"


def test_columns_by_name_or_index(tmp_path: Path) -> None:
    for columns in (["word1", "word2", "Assoc(USF)"], [0, 1, 7], ["word1", 1, "Assoc(USF)"]):
        assert read(tmp_path, SIMLEX, columns=columns).ratings == (7.25, 0, 4)
    with pytest.raises(FormatError, match=r"expected the columns \['word1', 'word2', 'no such'\]"):
        read(tmp_path, SIMLEX, columns=["word1", "word2", "no such"])
    for wrong in ([0, 1], [0, 1, -1]):
        with pytest.raises(ValueError, match="columns must be three names or indices from 0"):
            read(tmp_path, SIMLEX, columns=wrong)


def test_given_delimiter(tmp_path: Path) -> None:
    assert read(tmp_path, "a|b|1\nc|d|2\n", delimiter="|").pairs == (("a", "b"), ("c", "d"))
    with pytest.raises(FormatError, match="separated by tabs; the first line is 'a b 1'"):
        read(tmp_path, "a b 1\nc d 2\n", delimiter="\t")


def test_lines_that_cannot_be_read_are_counted(tmp_path: Path) -> None:
    found = read(tmp_path, "a\tb\t1\nonly\tone\nc\td\tx\ne\tf\tnan\n\tg\t5\nh\ti\t2\n")
    assert found.pairs == (("a", "b"), ("h", "i"))
    assert found.invalid_lines == 4


@pytest.mark.parametrize("text", ["", "# only a comment\n", "this is\nno set of pairs\n", "a\tb\tc\td\n" * 3])
def test_files_without_pairs_are_errors(tmp_path: Path, text: str) -> None:
    with pytest.raises(FormatError, match="no word pairs found"):
        read(tmp_path, text)


def test_commas_that_may_be_decimal_are_an_error(tmp_path: Path) -> None:
    text = "tiger,cat,7,35\nbook,paper,7,46\n"
    with pytest.raises(FormatError, match="commas may separate fields or decimals, as in 'tiger,cat,7,35'"):
        read(tmp_path, text)
    assert read(tmp_path, text, columns=[0, 1, 2]).ratings == (7, 7)


def test_words_that_differ_in_more_than_case(tmp_path: Path) -> None:
    kv = KeyedVectors(2)
    kv.add_vectors(["masse", "maße", "isi", "ısı"], [[1, 0], [0, 1], [1, 0], [0, 1]])
    path = tmp_path / "p.tsv"
    path.write_text("maße\tmasse\t5\nısı\tisi\t2\nMAßE\tMasse\t3\n", encoding="utf-8")
    assert evaluate_pairs(kv, path).similarities.tolist() == [0, 0, 0]


def test_words_with_spaces_are_found_with_underscores(tmp_path: Path) -> None:
    kv = KeyedVectors(2)
    kv.add_vectors(["New_York", "city", "big apple", "big_apple"], np.eye(4, 2))
    path = tmp_path / "p.tsv"
    path.write_text("new york\tcity\t5\nbig apple\tcity\t2\n", encoding="utf-8")
    scores = evaluate_pairs(kv, path)
    assert scores.answered.tolist() == [True, True]
    assert scores.similarities.tolist() == [0, 0]
