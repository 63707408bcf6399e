"""Rules about how sources are built and imported, beyond the dependency tables of ARCHITECTURE.md."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from child_processes import run_python

CPP = Path(__file__).resolve().parent.parent / "cpp"


def test_kernels_include_no_library_templates() -> None:
    """Library templates compiled with AVX-512 flags could be chosen by the linker for other files."""
    allowed = {"cstdint", "cstring", "immintrin.h", "arm_neon.h"}
    names = ("kernel_table.h", "recurrent_args.h", "byte_scores.h", "tables.h", "vec.h")
    files = [CPP / "kernels" / name for name in names]
    files += sorted((CPP / "kernels").glob("*.inl.h")) + sorted((CPP / "kernels").glob("vec_*.h"))
    for path in files:
        for header in re.findall(r"^#include <([^>]+)>", path.read_text(encoding="utf-8"), flags=re.MULTILINE):
            assert header in allowed or path.name == "isa.h", f"{path.name} includes <{header}>"


def test_only_one_file_releases_and_acquires_the_interpreter_lock() -> None:
    """pybind11's classes abort the process if the interpreter exits meanwhile; see bindings/gil.h."""
    forbidden = re.compile(
        r"gil_scoped|gil_safe_call_once|call_guard|PyEval_(Save|Restore|Acquire|Release)|PyGILState_|PyIter_Next"
        r"|PyThreadState_(Swap|Attach|Detach)|Py_(BEGIN|END|UN)_?(BLOCK|ALLOW)"
    )
    # Code of the user may run within these calls: they belong into call_python().
    allowed = {"gil.h", "gil.cpp", "token_reader.cpp"}
    used = {path.name for path in (CPP / "bindings").rglob("*.*") if forbidden.search(path.read_text(encoding="utf-8"))}
    assert used <= allowed


def test_functions_of_numpy_are_looked_up_when_the_module_is_loaded() -> None:
    """pybind11 releases the interpreter lock in its own way when it does that."""
    program = """
        import importlib
        import numpy as np
        import numpy.random
        from wordkin import KeyedVectors, _core

        core = "numpy._core" if np.lib.NumpyVersion(np.__version__) >= "2.0.0" else "numpy.core"
        del importlib.import_module(core + ".multiarray")._ARRAY_API
        vectors = KeyedVectors(2)
        vectors.add_vectors(["a", "b"], np.eye(2, dtype=np.float32))
        print(vectors.most_similar_batch(["a"])[0][0, 0])
    """
    done = run_python(program)
    assert (done.stdout, done.stderr) == ("1\n", "")


AVX512_FLAGS = ["-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl", "-mavx2", "-mfma", "-mf16c"]
ISA_FLAGS = {
    "isa_avx2": ["-mavx2", "-mfma", "-mf16c"],
    "isa_avx512": AVX512_FLAGS,
    "bfloat_avx512bf16": [*AVX512_FLAGS, "-mavx512bf16"],
    "byte_scores_avx512vnni": [*AVX512_FLAGS, "-mavx512vnni"],
    "int8_avx512vnni": [*AVX512_FLAGS, "-mavx512vnni"],
    "int8_avxvnni": ["-mavx2", "-mfma", "-mf16c", "-mavxvnni"],
    "int8_amx": [*AVX512_FLAGS, "-mamx-tile", "-mamx-int8"],
    "bfloat_amx": [*AVX512_FLAGS, "-mavx512bf16", "-mamx-tile", "-mamx-bf16"],
}


@pytest.mark.parametrize("name", sorted(ISA_FLAGS))
def test_kernel_objects_have_no_weak_symbols(name: str, tmp_path: Path) -> None:
    compiler = shutil.which("g++") or shutil.which("clang++")
    if compiler is None or shutil.which("nm") is None:
        pytest.skip("needs GCC or Clang, and nm")
    machine = subprocess.run([compiler, "-dumpmachine"], capture_output=True, encoding="locale", check=True).stdout
    if not machine.startswith("x86_64"):
        pytest.skip(f"the compiler builds for {machine.strip()}")
    target = tmp_path / "kernels.o"
    source = CPP / "kernels" / f"{name}.cpp"
    # -O1 inlines little: with -O3, it would depend on the compiler whether a function remains as a symbol.
    flags = ["-std=c++20", "-O1", "-fPIC", "-w", *ISA_FLAGS[name], f"-I{CPP}"]
    subprocess.run([compiler, *flags, "-c", str(source), "-o", str(target)], check=True)
    symbols = subprocess.run(["nm", "-C", str(target)], capture_output=True, encoding="locale", check=True).stdout
    assert not [line for line in symbols.splitlines() if re.search(r" [WVu] ", line)]


NATIVE_CHECKS = sorted((CPP.parent / "tests" / "native").glob("*.cpp"))


@pytest.mark.parametrize("source", NATIVE_CHECKS, ids=[source.stem for source in NATIVE_CHECKS])
def test_checks_without_python_compile(source: Path) -> None:
    """Only the jobs with sanitizers and with other compilers build and run them."""
    compiler = shutil.which("g++") or shutil.which("clang++")
    if compiler is None:
        pytest.skip("needs GCC or Clang")
    command = [compiler, "-std=c++20", "-fsyntax-only", "-w", f"-I{CPP}", str(source)]
    done = subprocess.run(command, capture_output=True, encoding="locale", check=False)
    assert done.returncode == 0, done.stderr


def test_every_source_is_built() -> None:
    listed = {
        (lists.parent / source).resolve()
        for lists in CPP.rglob("CMakeLists.txt")
        for source in re.findall(r"[\w./]+\.cpp", lists.read_text(encoding="utf-8"))
    }
    for path in CPP.rglob("*.cpp"):
        assert path in listed, path


def test_importing_wordkin_imports_nothing_but_numpy() -> None:
    # An editable installation finds the package with additional modules, which the first line imports.
    program = (
        "import importlib.util, sys, numpy; importlib.util.find_spec('wordkin'); before = set(sys.modules); "
        "import wordkin; "
        "print(*sorted({name.split('.')[0] for name in set(sys.modules) - before}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="locale", check=True)
    assert set(done.stdout.split()) <= {"wordkin", "__future__"}


@pytest.mark.skipif(shutil.which("cmake") is None or os.name == "nt", reason="needs CMake and a compiler on PATH")
def test_a_build_for_two_architectures_is_refused(tmp_path: Path) -> None:
    """Each kernel is for one architecture: a universal2 module would have the baseline kernels alone."""
    command = ["cmake", "-S", str(CPP.parent), "-B", str(tmp_path), "-DCMAKE_OSX_ARCHITECTURES=arm64;x86_64"]
    done = subprocess.run(command, capture_output=True, encoding="locale", check=False)
    assert done.returncode != 0
    assert "one architecture at a time" in done.stderr
