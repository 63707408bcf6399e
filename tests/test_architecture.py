"""The house: which room may use which, and what every room keeps to."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CPP = ROOT / "cpp"
PYTHON = ROOT / "python" / "wordkin"

# A room may include or import what stands here beside it, and itself.
CPP_ARROWS = {
    "memory": set(),
    "random": set(),
    "parallel": set(),
    "kernels": set(),
    "linalg": {"kernels", "memory", "parallel"},
    "charcnn": {"linalg", "kernels", "memory", "parallel"},
    "optim": {"kernels", "memory", "parallel"},
    "softmax": {"optim", "linalg", "kernels", "memory", "random", "parallel"},  # optim: gradients of few rows
    "elmo": {"charcnn", "recurrent", "softmax", "optim", "linalg", "kernels", "memory", "random", "parallel"},
    "heads": {"linalg", "kernels", "memory", "parallel"},
    "tasks": {"elmo", "charcnn", "recurrent", "heads", "optim", "linalg", "kernels", "memory", "parallel"},
    "text": {"memory", "parallel"},
    "phrases": {"text", "memory", "parallel"},
    "vector_files": {"memory", "parallel"},
    "search": {"kernels", "memory", "parallel"},
    "word2vec": {"kernels", "memory", "random", "parallel"},
    "recurrent": {"linalg", "kernels", "memory", "random", "parallel"},
    "bindings": {
        "charcnn",
        "elmo",
        "heads",
        "kernels",
        "linalg",
        "memory",
        "optim",
        "parallel",
        "phrases",
        "random",
        "recurrent",
        "search",
        "softmax",
        "tasks",
        "text",
        "vector_files",
        "word2vec",
    },
}
PYTHON_ARROWS = {
    "_version": set(),
    "errors": set(),
    "runtime": {"errors", "_core", "_version"},
    "storage": {"runtime", "errors", "_version"},
    "text": {"storage", "runtime", "errors", "_core"},
    "vectors": {"text", "storage", "runtime", "errors", "_core"},
    "phrases": {"text", "storage", "runtime", "errors", "_core"},
    "word2vec": {"vectors", "text", "storage", "runtime", "errors", "_core"},
    "elmo": {"vectors", "text", "storage", "runtime", "errors", "_core"},
    "downstream": {"elmo", "vectors", "text", "storage", "runtime", "errors", "_core"},
    "sklearn": {"downstream", "elmo", "vectors", "text", "storage", "runtime", "errors"},
    "cli": {
        "_version",
        "word2vec",
        "elmo",
        "downstream",
        "vectors",
        "phrases",
        "text",
        "storage",
        "runtime",
        "errors",
        "_core",
    },
}
SINGLE_FILES = {"_version", "errors", "sklearn"}
MOST_LINES = 700


def cpp_files() -> list[Path]:
    return sorted(path for path in CPP.rglob("*") if path.suffix in (".h", ".cpp"))


def python_files() -> list[Path]:
    return sorted(PYTHON.rglob("*.py"))


@pytest.mark.parametrize("room", sorted(CPP_ARROWS))
def test_includes_follow_the_arrows(room: str) -> None:
    allowed = CPP_ARROWS[room] | {room}
    for path in sorted(path for path in (CPP / room).rglob("*") if path.suffix in (".h", ".cpp")):
        for included in re.findall(r'^#include "(\w+)/', path.read_text(), flags=re.MULTILINE):
            assert included in allowed, f"{path.relative_to(ROOT)} includes {included}/"


def test_every_room_has_its_arrows() -> None:
    assert {path.name for path in CPP.iterdir() if path.is_dir()} == set(CPP_ARROWS)
    rooms = {path.name for path in PYTHON.iterdir() if path.is_dir() and not path.name.startswith("_")}
    assert rooms | SINGLE_FILES == set(PYTHON_ARROWS)


def rooms_imported_by(path: Path) -> set[str]:
    """The rooms of wordkin that a file imports anywhere, also within functions."""
    package = ["wordkin", *path.relative_to(PYTHON).parent.parts]
    rooms: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1] + (node.module.split(".") if node.module else [])
            rooms |= {base[1]} if len(base) > 1 else {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "wordkin":
            rooms.add("wordkin by its absolute name")
    return rooms


@pytest.mark.parametrize("room", sorted(PYTHON_ARROWS))
def test_imports_follow_the_arrows(room: str) -> None:
    files = [PYTHON / f"{room}.py"] if (PYTHON / f"{room}.py").exists() else sorted((PYTHON / room).rglob("*.py"))
    assert files
    for path in files:
        extra = rooms_imported_by(path) - PYTHON_ARROWS[room] - {room}
        assert not extra, f"{path.relative_to(ROOT)} imports {extra}"


def test_only_bindings_know_python() -> None:
    for path in cpp_files():
        if "bindings" not in path.parts:
            assert not re.search(r"pybind11|Python\.h", path.read_text()), path


def test_kernels_hold_no_library_code() -> None:
    """Their ISA files would leave AVX-512 copies of library templates for the linker to choose."""
    allowed = {"cstdint", "cstring", "immintrin.h", "arm_neon.h"}
    names = ("kernel_table.h", "recurrent_args.h", "byte_scores.h", "tables.h", "vec.h")
    files = [CPP / "kernels" / name for name in names]
    files += sorted((CPP / "kernels").glob("*.inl.h")) + sorted((CPP / "kernels").glob("vec_*.h"))
    for path in files:
        for header in re.findall(r"^#include <([^>]+)>", path.read_text(), flags=re.MULTILINE):
            assert header in allowed or path.name == "isa.h", f"{path.name} includes <{header}>"


AVX512_FLAGS = ["-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl", "-mavx2", "-mfma", "-mf16c"]
ISA_FLAGS = {
    "isa_avx2": ["-mavx2", "-mfma", "-mf16c"],
    "isa_avx512": AVX512_FLAGS,
    "bfloat_avx512bf16": [*AVX512_FLAGS, "-mavx512bf16"],
    "byte_scores_avx512vnni": [*AVX512_FLAGS, "-mavx512vnni"],
    "bfloat_amx": [*AVX512_FLAGS, "-mavx512bf16", "-mamx-tile", "-mamx-bf16"],
}


@pytest.mark.parametrize("name", sorted(ISA_FLAGS))
def test_kernel_objects_have_no_weak_symbols(name: str, tmp_path: Path) -> None:
    compiler = shutil.which("g++") or shutil.which("clang++")
    if compiler is None or shutil.which("nm") is None:
        pytest.skip("needs a compiler of the GCC family and nm")
    machine = subprocess.run([compiler, "-dumpmachine"], capture_output=True, text=True, check=True).stdout
    if not machine.startswith("x86_64"):
        pytest.skip(f"the compiler builds for {machine.strip()}")
    target = tmp_path / "kernels.o"
    source = CPP / "kernels" / f"{name}.cpp"
    # -O1: what is not inlined there shows; an optimised build could hide a leak on one compiler and not on another.
    flags = ["-std=c++20", "-O1", "-fPIC", "-w", *ISA_FLAGS[name], f"-I{CPP}"]
    subprocess.run([compiler, *flags, "-c", str(source), "-o", str(target)], check=True)
    symbols = subprocess.run(["nm", "-C", str(target)], capture_output=True, text=True, check=True).stdout
    assert not [line for line in symbols.splitlines() if re.search(r" [WVu] ", line)]


def test_every_source_is_built() -> None:
    listed = {
        (lists.parent / source).resolve()
        for lists in CPP.rglob("CMakeLists.txt")
        for source in re.findall(r"[\w./]+\.cpp", lists.read_text())
    }
    for path in cpp_files():
        assert path.suffix == ".h" or path in listed, path


def lines_of_docstrings(path: Path) -> int:
    """Facades are mostly documentation: it does not count against the size of a file."""
    if path.suffix != ".py":
        return 0
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, documented)]
    texts = [node.body[0] for node in nodes if ast.get_docstring(node) is not None]
    return sum((text.end_lineno or text.lineno) - text.lineno + 1 for text in texts)


def test_files_are_small_and_named_for_what_they_hold() -> None:
    for path in cpp_files() + python_files():
        lines = len(path.read_text().splitlines()) - lines_of_docstrings(path)
        assert lines <= MOST_LINES, f"{path.relative_to(ROOT)} has {lines} lines"
        assert not re.search(r"^(utils?|common|helpers?|misc)$", path.stem), path


def test_importing_wordkin_is_light() -> None:
    # An editable installation finds the package by means of modules of its own, which the first line imports.
    program = (
        "import importlib.util, sys, numpy; importlib.util.find_spec('wordkin'); before = set(sys.modules); "
        "import wordkin; "
        "print(*sorted({name.split('.')[0] for name in set(sys.modules) - before}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) <= {"wordkin", "__future__"}


def test_nothing_unpickles_and_nothing_calls_out() -> None:
    for path in python_files():
        text = path.read_text()
        assert not re.search(r"pickle\.(load|Unpickler)|allow_pickle=True", text), path
        for node in ast.walk(ast.parse(text)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            modules = {name.split(".")[0] for name in names}
            assert not modules & {"marshal", "shelve", "dill", "joblib", "socket", "urllib", "http"}, path
