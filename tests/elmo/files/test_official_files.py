"""Files of the original program: models round-trip bit for bit, and invalid or hostile files are refused."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordkin import ELMo
from wordkin.errors import CorruptFileError, FormatError

h5py = pytest.importorskip("h5py")

MakeModel = Callable[..., ELMo]
Edit = Callable[[Any], None]

NAME = "RNN_1/RNN/MultiRNNCell/Cell0/LSTMCell/W_0"


def same_parameters(one: ELMo, other: ELMo) -> bool:
    return list(one.parameters) == list(other.parameters) and all(
        tensor.tobytes() == other.parameters[name].tobytes() and tensor.shape == other.parameters[name].shape
        for name, tensor in one.parameters.items()
    )


@pytest.fixture
def exported(small_model: MakeModel, tmp_path: Path) -> Path:
    """Folder with an exported model without a softmax."""
    model = small_model()
    model.initialize()
    folder = tmp_path / "exported"
    model.export_hdf5(folder)
    return folder


def load_edited(folder: Path, edit: Edit) -> ELMo:
    with h5py.File(folder / "weights.hdf5", "a") as file:
        edit(file)
    return ELMo.from_pretrained(folder / "options.json", folder / "weights.hdf5")


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"cell_clip": 0.0, "proj_clip": 0.0, "use_skip_connections": False, "n_highway": 0},
        {"dim": 8},
        {"filters": [[1, 4], [2, 4]]},
        {"cell": "rnn", "n_layers": 3, "activation": "tanh", "max_characters_per_token": 20},
    ],
    ids=["usual", "no clips", "no recurrent projection", "no projection", "rnn"],
)
def test_exported_models_load_bit_for_bit(small_model: MakeModel, tmp_path: Path, options: dict[str, Any]) -> None:
    model = small_model(**options)
    model.initialize()
    model.export_hdf5(tmp_path)
    for loaded in (
        ELMo.from_pretrained(tmp_path),
        ELMo.from_pretrained(tmp_path / "options.json", tmp_path / "weights.hdf5"),
    ):
        assert loaded.options == model.options
        assert same_parameters(loaded, model)
    before = (tmp_path / "weights.hdf5").read_bytes()
    loaded.export_hdf5(tmp_path)
    assert (tmp_path / "weights.hdf5").read_bytes() == before


def test_softmax_and_vocabulary_are_exported(trained: ELMo, tmp_path: Path) -> None:
    trained.export_hdf5(tmp_path)
    loaded = ELMo.from_pretrained(tmp_path)
    assert loaded.vocabulary == trained.vocabulary
    assert same_parameters(loaded, trained)
    with h5py.File(tmp_path / "weights.hdf5") as file:
        assert not any(name.startswith("softmax") for name in file)
        assert all(not entry.attrs and entry.dtype == np.float32 for entry in [file["char_embed"], file[NAME]])


def test_exported_files_have_the_original_layout(exported: Path) -> None:
    options = json.loads((exported / "options.json").read_text(encoding="utf-8"))
    assert options["char_cnn"]["n_characters"] == 262
    assert options["lstm"]["projection_dim"] == 8
    with h5py.File(exported / "weights.hdf5") as file:
        assert file["CNN/W_cnn_1"].shape == (1, 2, 4, 8)
        assert file["char_embed"].shape == (261, 4)
        assert file[NAME].shape == (16, 64)


def test_identity_projection_is_accepted(small_model: MakeModel, tmp_path: Path) -> None:
    # AllenNLP expects a projection even if the number of features already equals projection_dim.
    model = small_model(filters=[[1, 4], [2, 4]])
    model.initialize()
    model.export_hdf5(tmp_path)

    def add(file: Any) -> None:
        file["CNN_proj/W_proj"] = np.eye(8)
        file["CNN_proj/b_proj"] = np.zeros(8)

    assert same_parameters(load_edited(tmp_path, add), model)
    with pytest.raises(FormatError, match="CNN_proj although the filters already give projection_dim = 8"):
        load_edited(tmp_path, lambda file: file["CNN_proj/b_proj"].write_direct(np.ones(8)))
    with pytest.raises(FormatError, match=r"'CNN_proj/b_proj' of shape \(8,\) is missing"):
        load_edited(tmp_path, lambda file: file.__delitem__("CNN_proj/b_proj"))


@pytest.mark.parametrize("within", ["", "221/"])
def test_published_zips_and_folders_load(exported: Path, tmp_path: Path, within: str) -> None:
    expected = ELMo.from_pretrained(exported)
    archive = tmp_path / "221.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        target.write(exported / "options.json", f"{within}options.json")
        target.write(exported / "weights.hdf5", f"{within}model.hdf5")
        target.writestr(f"{within}vocab.txt", b"words of\tthe\x00original\xff\n\n\n")  # ignored, as there is no softmax
        target.writestr(f"{within}meta.json", b"{}")
    assert same_parameters(ELMo.from_pretrained(archive), expected)
    folder = tmp_path / "folder"
    folder.mkdir()
    (exported / "options.json").rename(folder / "elmo_2x16_options.json")
    (exported / "weights.hdf5").rename(folder / "elmo_2x16_weights.hdf5")
    assert same_parameters(ELMo.from_pretrained(folder), expected)


def test_published_option_files_load(exported: Path) -> None:
    path = exported / "options.json"
    options = json.loads(path.read_text(encoding="utf-8"))
    del options["wordkin"]
    options |= {"reverse": False, "n_train_tokens": 5, "something": "else"}
    options["char_cnn"] |= {"projection_after_highway": True, "n_characters": 261}
    options["lstm"] |= {"cell_clip": None, "proj_clip": None}
    path.write_text(json.dumps(options), encoding="utf-8")
    assert ELMo.from_pretrained(exported).options.cell_clip == 0


def test_models_with_token_input_round_trip(small_model: MakeModel, tmp_path: Path) -> None:
    model = small_model(token_input=True)
    model.initialize(["apples", "pears"])
    model.export_hdf5(tmp_path / "official")
    (tmp_path / "official" / "softmax.hdf5").unlink()
    loaded = ELMo.from_pretrained(tmp_path / "official")
    assert loaded.options.n_tokens_vocab == 5
    expected = model.encode([["apples", "figs"]])[0]
    np.testing.assert_array_equal(loaded.encode([["apples", "<UNK>"]])[0], expected)
    loaded.save_pretrained(tmp_path / "ours")
    np.testing.assert_array_equal(ELMo.from_pretrained(tmp_path / "ours").encode([["apples", "figs"]])[0], expected)
    (tmp_path / "official" / "vocabulary.txt").unlink()
    without = ELMo.from_pretrained(tmp_path / "official")
    with pytest.raises(ValueError, match="vocabulary="):
        without.encode([["apples"]])
    given = ELMo.from_pretrained(tmp_path / "official", vocabulary=["apples", "pears"])
    np.testing.assert_array_equal(given.encode([["apples", "figs"]])[0], expected)
    with pytest.raises(FormatError, match="has 4 words"):
        ELMo.from_pretrained(tmp_path / "official", vocabulary=["apples"])


def replaced(**arguments: Any) -> Edit:
    def edit(file: Any) -> None:
        del file[NAME]
        file.create_dataset(NAME, **arguments)

    return edit


def removed(file: Any) -> None:
    del file[NAME]


def extra(file: Any) -> None:
    file["RNN_0/RNN/MultiRNNCell/Cell2/LSTMCell/B"] = np.zeros(64, np.float32)


def soft_link(file: Any) -> None:
    del file[NAME]
    file[NAME] = h5py.SoftLink("/char_embed")


def external_link(file: Any) -> None:
    del file["RNN_1"]
    file["RNN_1"] = h5py.ExternalLink("/etc/hostname", "/")


def virtual(file: Any) -> None:
    del file[NAME]
    layout = h5py.VirtualLayout(shape=(16, 64), dtype="f4")
    layout[:] = h5py.VirtualSource("other.hdf5", "x", shape=(16, 64))
    file.create_virtual_dataset(NAME, layout)


def cyclic(file: Any) -> None:
    file["CNN/again"] = file["/"]


def named_type(file: Any) -> None:
    file["kind"] = np.dtype("f4")


BAD: dict[str, tuple[Edit, str]] = {
    "wrong shape": (
        replaced(data=np.zeros((64, 16), np.float32)),
        rf"'{NAME}' has the shape \(64, 16\); expected \(16, 64\)",
    ),
    "missing": (removed, rf"'{NAME}' of shape \(16, 64\) is missing"),
    "extra": (extra, r"'RNN_0/RNN/MultiRNNCell/Cell2/LSTMCell/B' of shape \(64,\) is not part"),
    "integers": (replaced(data=np.zeros((16, 64), np.int32)), "must be float32 or float64, got int32"),
    "strings": (replaced(shape=(16, 64), dtype=h5py.string_dtype()), "must be float32 or float64"),
    "scalar": (replaced(data=1.0), r"has the shape \(\)"),
    "null": (replaced(dtype="f4", data=h5py.Empty("f4")), "has the shape None"),
    "soft link": (soft_link, f"'{NAME}' is a link"),
    "external link": (external_link, "'RNN_1' is a link"),
    "external storage": (
        replaced(shape=(16, 64), dtype="f4", external=[("/etc/hostname", 0, 4096)]),
        "in other files",
    ),
    "virtual": (virtual, "in other files"),
    "nothing stored": (replaced(shape=(16, 64), dtype="f4"), "declares 4096 bytes and stores 0"),
    "huge": (replaced(shape=(2**20, 2**20), dtype="f4"), r"has the shape \(1048576, 1048576\)"),
    "cyclic": (cyclic, "more than 8 deep"),
    "named type": (named_type, "neither a dataset nor a group"),
}


@pytest.mark.parametrize("name", BAD)
def test_invalid_weights_are_refused(exported: Path, name: str) -> None:
    edit, message = BAD[name]
    with pytest.raises(FormatError, match=message):
        load_edited(exported, edit)


def test_declared_but_missing_data_are_refused(exported: Path) -> None:
    options = json.loads((exported / "options.json").read_text(encoding="utf-8"))
    options["lstm"]["dim"] = 2**19
    (exported / "options.json").write_text(json.dumps(options), encoding="utf-8")

    def edit(file: Any) -> None:
        for cell in (f"RNN_{d}/RNN/MultiRNNCell/Cell{layer}/LSTMCell" for d in range(2) for layer in range(2)):
            for part, shape in (("W_0", (16, 2**21)), ("B", (2**21,)), ("W_P_0", (2**19, 8))):
                del file[f"{cell}/{part}"]
                file.create_dataset(f"{cell}/{part}", shape=shape, dtype="f4", chunks=True, compression="gzip")

    with pytest.raises(FormatError, match=r"declares .* bytes and stores 0"):
        load_edited(exported, edit)


def test_compressed_float64_data_are_read(exported: Path) -> None:
    expected = ELMo.from_pretrained(exported)
    weights = expected.parameters[NAME].astype(">f8")
    loaded = load_edited(exported, replaced(data=weights, chunks=(4, 8), compression="gzip", shuffle=True))
    assert same_parameters(loaded, expected)


def test_links_out_of_the_folder_are_refused(exported: Path, tmp_path: Path) -> None:
    folder = tmp_path / "links"
    folder.mkdir()
    for name in ("options.json", "weights.hdf5"):
        (folder / name).symlink_to(exported / name)
    with pytest.raises(FormatError, match="outside the folder"):
        ELMo.from_pretrained(folder)


def test_damaged_files_are_refused(exported: Path, tmp_path: Path) -> None:
    options, weights = exported / "options.json", exported / "weights.hdf5"
    content = weights.read_bytes()
    for length in (0, 7, 8, 100, 800, len(content) // 2, len(content) - 1):
        weights.write_bytes(content[:length])
        with pytest.raises(FormatError):
            ELMo.from_pretrained(options, weights)
    weights.write_bytes(b"PK\x03\x04" + content)
    with pytest.raises(FormatError, match="signature of an HDF5 file"):
        ELMo.from_pretrained(options, weights)
    with pytest.raises(CorruptFileError, match="zip"):
        ELMo.from_pretrained(weights)
    with pytest.raises(FormatError, match="pass the file of weights, too"):
        ELMo.from_pretrained(options)
    with pytest.raises(FileNotFoundError):
        ELMo.from_pretrained(options, tmp_path / "none.hdf5")
    archive = tmp_path / "bomb.zip"
    with zipfile.ZipFile(archive, "w") as target:
        target.write(options, "options.json")
    with pytest.raises(FormatError, match="HDF5 file of weights is missing"):
        ELMo.from_pretrained(archive)


def test_options_that_do_not_match_the_weights_are_refused(exported: Path) -> None:
    path = exported / "options.json"
    good = json.loads(path.read_text(encoding="utf-8"))
    for group, key, value, message in (
        ("lstm", "dim", 10**9, "dim must be from 1"),
        ("lstm", "dim", "16", "dim must be an integer"),
        ("lstm", "n_layers", 3, r"Cell2.* is missing"),
        ("char_cnn", "filters", [[1, 1]] * 10**5, "filters must be from 1"),
        ("char_cnn", "filters", "many", "filters must be pairs"),
    ):
        path.write_text(json.dumps({**good, group: {**good[group], key: value}}), encoding="utf-8")
        with pytest.raises(FormatError, match=message):
            ELMo.from_pretrained(exported)


@pytest.mark.parametrize("beyond", [0, 1])
def test_models_with_more_characters_are_read(exported: Path, beyond: int) -> None:
    expected = ELMo.from_pretrained(exported)
    with h5py.File(exported / "weights.hdf5", "r+") as file:
        rows = np.concatenate([file["char_embed"][...], np.ones((39, file["char_embed"].shape[1]), np.float32)])
        del file["char_embed"]
        file["char_embed"] = rows
    path = exported / "options.json"
    values = json.loads(path.read_text(encoding="utf-8"))
    values["char_cnn"]["n_characters"] = 300 + beyond
    path.write_text(json.dumps(values), encoding="utf-8")
    model = ELMo.from_pretrained(exported)
    assert model.options.n_characters == 300
    sentence = [["pears", "Ünïcödé"]]
    given, same = (each.encode(sentence, workers=1, progress=False)[0] for each in (model, expected))
    np.testing.assert_array_equal(given, same)
    model.export_hdf5(exported.parent / "again")
    assert ELMo.from_pretrained(exported.parent / "again").options == model.options
    values["char_cnn"]["n_characters"] = 302
    path.write_text(json.dumps(values), encoding="utf-8")
    with pytest.raises(FormatError, match="char_embed"):
        ELMo.from_pretrained(exported)


def test_models_that_are_not_read_are_named(tmp_path: Path) -> None:
    weights = tmp_path / "weights.hdf5"
    weights.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    with pytest.raises(FormatError, match=r"HDF5 weights; give the options\.json of the model first"):
        ELMo.from_pretrained(weights)
