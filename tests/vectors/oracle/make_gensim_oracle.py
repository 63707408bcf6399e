"""Write gensim.json, the results of gensim 4.4 on small vectors. Run manually where gensim is installed."""

from __future__ import annotations

import json
import tempfile
import warnings
from pathlib import Path

import numpy as np
from gensim.models import KeyedVectors

FOLDER = Path(__file__).parent
COUNTRIES = ["france", "spain", "italy", "japan", "egypt"]
CAPITALS = ["paris", "madrid", "rome", "tokyo", "cairo"]
OTHERS = ["King", "king", "queen", "man", "woman", "walk", "walked", "swim", "swam", "Paris", "PARIS", "apple", "pear"]
ANALOGIES = """: capitals
france paris spain madrid
France Paris Italy Rome
japan tokyo egypt cairo
italy rome atlantis poseidonia
spain madrid japan
: verbs
walk walked swim swam
swim swam walk walked
king queen man woman
man woman king queen
queen king woman man
"""
PAIRS = """# word\tword\trating
king\tqueen\t8.5
man\tWoman\t7
apple\tpear\t6.25
france\tapple\t1
king\tatlantis\t3
walk\twalked\t9
no rating here
swim\trome\t0.5
"""


def make_vectors() -> tuple[list[str], np.ndarray]:
    """Return words and vectors for which most analogies hold."""
    rng = np.random.default_rng(7)
    words = [word for pair in zip(COUNTRIES, CAPITALS, strict=True) for word in pair] + OTHERS
    shift = {name: rng.normal(size=8) for name in ("capital", "female", "past")}
    base = {word: rng.normal(size=8) for word in words}
    for country, capital in zip(COUNTRIES, CAPITALS, strict=True):
        base[capital] = base[country] + shift["capital"] + 0.3 * rng.normal(size=8)
    base["queen"] = base["king"] + shift["female"] + 0.3 * rng.normal(size=8)
    base["woman"] = base["man"] + shift["female"] + 0.3 * rng.normal(size=8)
    base["walked"] = base["walk"] + shift["past"] + 0.3 * rng.normal(size=8)
    base["swam"] = base["swim"] + shift["past"] + 0.3 * rng.normal(size=8)
    base["King"] = base["king"] + 0.4 * rng.normal(size=8)
    base["Paris"] = base["paris"] + 0.4 * rng.normal(size=8)
    return words, np.array([base[word] for word in words]).round(3).astype(np.float32)


def vector(values: np.ndarray) -> dict[str, object]:
    """Return the JSON form of an array argument."""
    return {"array": values.tolist()}


def calls(words: list[str], rows: np.ndarray) -> list[tuple[str, list[object], dict[str, object]]]:
    """Return the calls to record: method, arguments and keyword arguments."""
    v = vector
    return [
        ("most_similar", ["king"], {}),
        ("most_similar", [["king"]], {"topn": 3}),
        ("most_similar", [], {"positive": ["queen", "man"], "negative": ["king"]}),
        ("most_similar", [], {"positive": "queen", "negative": "king", "topn": 4}),
        ("most_similar", [], {"negative": ["king"], "topn": 4}),
        ("most_similar", [], {"positive": [["queen", 2.0], ["man", 0.5]], "negative": [["king", -0.25]], "topn": 5}),
        ("most_similar", [[0, "spain", 4]], {"topn": 5}),
        ("most_similar", [v(rows[3] * 2)], {"topn": 5}),
        ("most_similar", [v(rows[:3])], {"topn": 5}),
        ("most_similar", [["king", v(rows[3])]], {"topn": 5}),
        ("most_similar", ["king"], {"topn": None}),
        ("most_similar", ["king"], {"topn": 0}),
        ("most_similar", ["king"], {"topn": -2}),
        ("most_similar", ["king"], {"topn": 1000}),
        ("most_similar", ["king"], {"restrict_vocab": 5}),
        ("most_similar", ["king"], {"clip_start": 4, "clip_end": 9}),
        ("most_similar", ["king"], {"clip_start": 18}),
        ("most_similar", ["king"], {"clip_start": 4, "clip_end": 9, "restrict_vocab": 3, "topn": None}),
        ("most_similar", ["atlantis"], {}),
        ("most_similar", [""], {}),
        ("most_similar", [[]], {}),
        ("most_similar", [], {}),
        ("most_similar", [["king", "atlantis"]], {}),
        ("similar_by_word", ["paris", 3], {}),
        ("similar_by_key", ["paris"], {"topn": 3, "restrict_vocab": 6}),
        ("similar_by_vector", [v(rows[1])], {"topn": 3}),
        ("most_similar_cosmul", [], {"positive": ["queen", "man"], "negative": ["king"], "topn": 5}),
        ("most_similar_cosmul", ["queen", "king"], {"topn": 3}),
        ("most_similar_cosmul", [["queen", "man"]], {"topn": None}),
        ("most_similar_cosmul", [], {"negative": ["king"]}),
        ("most_similar_cosmul", ["king"], {"topn": 0}),
        ("most_similar_cosmul", ["atlantis"], {}),
        ("most_similar_to_given", ["king", ["apple", "queen", "walk"]], {}),
        ("most_similar_to_given", ["king", []], {}),
        ("doesnt_match", [["france", "spain", "apple", "italy"]], {}),
        ("doesnt_match", [["france", "spain", "atlantis", "walk"]], {}),
        ("doesnt_match", [["atlantis"]], {}),
        ("doesnt_match", [[]], {}),
        ("rank_by_centrality", [["france", "spain", "apple", "italy"]], {}),
        ("rank_by_centrality", [["france", "spain", "apple", "italy"]], {"use_norm": False}),
        ("distance", ["king", "queen"], {}),
        ("distances", ["king"], {}),
        ("distances", ["king", ["queen", "apple"]], {}),
        ("distances", [v(rows[5])], {"other_words": ["queen", "apple"]}),
        ("distances", ["king", ["queen", "atlantis"]], {}),
        ("similarity", ["king", "queen"], {}),
        ("similarity", ["king", "atlantis"], {}),
        ("n_similarity", [["king", "queen"], ["man"]], {}),
        ("n_similarity", [[], ["man"]], {}),
        ("n_similarity", [["king", "atlantis"], ["man"]], {}),
        ("cosine_similarities", [v(rows[0]), v(rows[1:4])], {}),
        ("closer_than", ["king", "apple"], {}),
        ("rank", ["king", "apple"], {}),
        ("rank", ["king", "king"], {}),
        ("relative_cosine_similarity", ["king", "queen"], {"topn": 5}),
        ("get_index", ["king"], {}),
        ("get_index", ["atlantis", -7], {}),
        ("get_index", ["atlantis"], {}),
        ("get_index", [3], {}),
        ("get_index", [-1], {}),
        ("get_index", [1000], {}),
        ("has_index_for", ["atlantis"], {}),
        ("has_index_for", [3], {}),
        ("get_vector", ["king"], {}),
        ("get_vector", ["king"], {"norm": True}),
        ("get_vector", [2], {}),
        ("get_vector", ["atlantis"], {}),
        ("__getitem__", [["king", "queen"]], {}),
        ("__getitem__", [[0, "queen"]], {}),
        ("__getitem__", [-1], {}),
        ("get_mean_vector", [["king", "queen"]], {}),
        ("get_mean_vector", [["king", "queen"]], {"pre_normalize": False, "weights": [1.0, -0.5]}),
        ("get_mean_vector", [["king", "atlantis"]], {"post_normalize": True}),
        ("get_mean_vector", [["king", "atlantis"]], {"ignore_missing": False}),
        ("get_mean_vector", [["king", v(rows[2])]], {"weights": [0.5, 2.0]}),
        ("get_mean_vector", [[]], {}),
        ("get_mean_vector", [["king"]], {"weights": [1.0, 2.0]}),
        ("get_mean_vector", [["atlantis"]], {}),
        ("get_normed_vectors", [], {}),
        ("get_vecattr", ["king", "count"], {}),
        ("get_vecattr", ["king", "nothing"], {}),
        ("set_vecattr", ["king", "count", 2.5], {}),
        ("__len__", [], {}),
        ("__str__", [], {}),
        ("__contains__", ["king"], {}),
        ("__contains__", [3], {}),
        ("__contains__", ["atlantis"], {}),
        ("init_sims", [], {}),
        ("similarity_unseen_docs", [], {}),
        *[
            ("evaluate_word_analogies", [{"file": ANALOGIES}], keywords)
            for keywords in (
                {},
                {"dummy4unknown": True},
                {"case_insensitive": False},
                {"restrict_vocab": 12},
                {"restrict_vocab": 20, "case_insensitive": False, "dummy4unknown": True},
            )
        ],
        *[
            ("evaluate_word_pairs", [{"file": PAIRS}], keywords)
            for keywords in (
                {},
                {"dummy4unknown": True},
                {"case_insensitive": False},
                {"restrict_vocab": 17, "dummy4unknown": True},
                {"delimiter": ";"},
            )
        ],
    ]


def decoded(argument: object, folder: Path) -> object:
    """Return an argument in the types of Python and NumPy."""
    if isinstance(argument, dict) and "array" in argument:
        return np.array(argument["array"], dtype=np.float32)
    if isinstance(argument, dict) and "file" in argument:
        path = folder / "set.txt"
        path.write_text(str(argument["file"]), encoding="utf-8")
        return str(path)
    if isinstance(argument, list):
        return [decoded(item, folder) for item in argument]
    return argument


def encoded(result: object) -> object:
    """Return a result in a form that JSON can represent."""
    if isinstance(result, np.ndarray):
        return {"array": result.tolist()}
    if isinstance(result, np.generic):
        return result.item()
    if type(result).__module__.startswith("scipy"):
        return [float(value) for value in result]
    if isinstance(result, (list, tuple)):
        return [encoded(item) for item in result]
    if isinstance(result, dict):
        return {key: encoded(value) for key, value in result.items()}
    return result


def main() -> None:
    """Record every call, each on a new object, and write the results."""
    words, rows = make_vectors()
    answers = []
    with tempfile.TemporaryDirectory() as name:
        for method, arguments, keywords in calls(words, rows):
            vectors = KeyedVectors(8)
            vectors.add_vectors(words, rows)
            for index, word in enumerate(words):
                vectors.set_vecattr(word, "count", 100 - index)
            answer = {"method": method, "args": arguments, "kwargs": keywords}
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    result = getattr(vectors, method)(*decoded(arguments, Path(name)), **keywords)
                except Exception as error:
                    answer["raises"] = type(error).__name__
                else:
                    answer |= {"result": encoded(result), "type": type(result).__name__}
            answers.append(answer)
    text = ",\n".join(json.dumps(answer) for answer in answers)
    header = json.dumps({"words": words, "vectors": rows.tolist()})[1:-1]
    (FOLDER / "gensim.json").write_text("{" + header + ', "answers": [\n' + text + "\n]}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
