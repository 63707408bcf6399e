"""Makes gensim-old.expected.npz: what gensim 4 reads from the files of `make_old_gensim_files.py` in this folder.

    python make_old_gensim_expectations.py

Words that Python 2 saved as bytes are missing on purpose: gensim 4 decodes them as Latin-1 ("naÃ¯ve").
"""

from pathlib import Path

import numpy as np
from gensim.models import FastText, KeyedVectors, Word2Vec

HERE = Path(__file__).parent
OUT_OF_VOCABULARY = ["cats", "naïveté", "dogged", "the cat"]


def main() -> None:
    arrays = {}
    for path in sorted([*HERE.glob("gensim-*-py?-*.model"), *HERE.glob("gensim-*-py?-*.kv")]):
        kind = FastText if "fasttext" in path.name else Word2Vec if path.suffix == ".model" else KeyedVectors
        model = kind.load(str(path))
        table = model if kind is KeyedVectors else model.wv
        arrays[f"{path.name}/vectors"] = table.vectors
        arrays[f"{path.name}/counts"] = table.expandos["count"]
        if "bytes" not in path.name:
            arrays[f"{path.name}/words"] = np.array(table.index_to_key)
        if kind is not KeyedVectors:
            arrays[f"{path.name}/syn1neg"] = model.syn1neg
        if kind is FastText:
            arrays[f"{path.name}/others"] = np.array([table.get_vector(word) for word in OUT_OF_VOCABULARY])
    np.savez_compressed(HERE / "gensim-old.expected.npz", **arrays)


if __name__ == "__main__":
    main()
