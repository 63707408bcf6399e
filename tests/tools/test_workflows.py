"""Each job of continuous integration is a session of nox that a developer can run, and no session is left out."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = ROOT / ".github" / "workflows"
GATE = ROOT / ".ci" / "run"
NOXFILE = ast.parse((ROOT / "noxfile.py").read_text(encoding="utf-8"))
# The tests that .ci/run calls do the same.
IN_TESTS = {"python tests/architecture.py"}

pytestmark = pytest.mark.skipif(not WORKFLOWS.is_dir(), reason="source distributions have no workflows")


def sessions() -> dict[str, ast.FunctionDef]:
    """Return the functions of noxfile.py that are sessions."""
    return {
        node.name: node
        for node in NOXFILE.body
        if isinstance(node, ast.FunctionDef) and any("nox.session" in ast.unparse(d) for d in node.decorator_list)
    }


def constant(name: str) -> tuple[str, ...]:
    """Return a constant of noxfile.py."""
    (value,) = (
        node.value for node in NOXFILE.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name
    )
    return tuple(ast.literal_eval(value))


def pythons(session: str) -> list[str]:
    """Return the versions of Python of a session."""
    for decorator in sessions()[session].decorator_list:
        for keyword in getattr(decorator, "keywords", []):
            if keyword.arg == "python":
                value = ast.literal_eval(keyword.value)
                return [value] if isinstance(value, str) else value
    return []


def workflows() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(WORKFLOWS.glob("*.yml")))


def matrix(name: str) -> list[str]:
    """Return the values of a variable of all matrices."""
    lists = re.findall(rf"^ +{name}: \[([^]]+)\]$", workflows(), re.MULTILINE)
    found = [value.strip(' "') for values in lists for value in values.split(",")]
    return found + re.findall(rf'- {{[^}}]*\b{name}: "?([^",}}]+?)"? *[,}}]', workflows())


def test_jobs_run_sessions_and_all_sessions_have_a_job() -> None:
    named = set(re.findall(r"""nox -s "?([a-z_]+)\b""", workflows()))
    run = named | set(matrix("session"))
    assert run <= sessions().keys()
    in_gate = {"lint", "types"}
    writing = {"command_reference"}  # it writes a page that the tests compare
    assert sessions().keys() - run == in_gate | writing


def test_the_table_for_contributors_has_all_sessions() -> None:
    table = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert {*re.findall(r"^\| `nox -s ([a-z_]+)` \|", table, re.MULTILINE)} == sessions().keys()


def test_the_gate_has_the_commands_of_lint_and_types() -> None:
    gate = GATE.read_text(encoding="utf-8")
    for name in ("lint", "types"):
        for node in ast.walk(sessions()[name]):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "session.run":
                words = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
                command = " ".join(words)
                assert command in gate or command in IN_TESTS


def test_versions_of_python_and_compilers_are_the_same_everywhere() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    classifiers = re.findall(r"Programming Language :: Python :: (3\.\d+)", project)
    assert pythons("tests") == classifiers
    assert f'requires-python = ">={classifiers[0]}"' in project
    assert pythons("tests_oldest") == [classifiers[0]]
    assert set(classifiers) <= set(matrix("python"))
    assert set(matrix("compiler")) == set(constant("COMPILERS"))


def test_jobs_have_the_python_of_their_session() -> None:
    for session, python in re.findall(r'- { session: (\w+), python: "([^"]+)" }', workflows()):
        assert pythons(session) in ([], [python])
