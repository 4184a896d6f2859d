"""Who may know whom, and how large a piece may grow."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parents[1]
CONNECTOR = sorted((ROOT / "source_tiktok_marketing").rglob("*.py"))
SIMULATOR = sorted((ROOT / "tiktok_simulator").rglob("*.py"))
TESTS = sorted([*(ROOT / "unit_tests").rglob("*.py"), *(ROOT / "integration_tests").rglob("*.py")])


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(str(node.module).split(".")[0])
    return found


def function_lengths(paths: list[Path]) -> Iterator[int]:
    """The lines of each function's body, its docstring left out."""
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
                yield (body[-1].end_lineno or 0) - body[0].lineno + 1


def modules_known_to(path: Path) -> set[str]:
    """The modules of its own project that a module imports, as paths: `config/dates`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = (node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module)
    return {name.partition(".")[2].replace(".", "/") for name in named if name.split(".")[0] == package_of(path)}


def package_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0]


def place(module: str) -> str:
    """The package a module is in; of a module beside the packages its own name."""
    return module.partition("/")[0]


# From below: each may know those before it, and nobody one that is behind it.
FLOORS = {
    "source_tiktok_marketing": [
        {"errors", "text", "sync", "json_files", "literals", "shutdown"}, {"schema"}, {"config"}, {"requesters"},
        {"extractors", "incremental"}, {"partition_routers"}, {"retrievers"},
        {"files", "logs", "samples"}, {"source"}, {"__main__", "__init__"},
    ],
    "tiktok_simulator": [{"protocol"}, {"world"}, {"endpoints", "faults"}, {"server"}, {"__main__", "__init__"}],
}  # fmt: skip


def floor(package: str, module: str) -> int:
    return next(number for number, floors in enumerate(FLOORS[package]) if place(module) in floors)


@pytest.mark.parametrize("path", [*CONNECTOR, *SIMULATOR], ids=lambda path: f"{path.parent.stem}-{path.stem}")
def test_imports_go_downward(path: Path) -> None:
    package = package_of(path)
    me = path.relative_to(ROOT / package).with_suffix("").as_posix()
    for known in modules_known_to(path) - {""}:
        below = floor(package, known) < floor(package, me)
        assert below or place(known) == place(me), f"{me} knows {known}"


@pytest.mark.parametrize("package", FLOORS)
def test_no_module_imports_itself_on_a_detour(package: str) -> None:
    paths = {
        path.relative_to(ROOT / package).with_suffix("").as_posix(): path for path in (ROOT / package).rglob("*.py")
    }
    order = TopologicalSorter({module: modules_known_to(path) & paths.keys() for module, path in paths.items()})
    order.prepare()  # raises a CycleError that names the circle


@pytest.mark.parametrize("path", sorted((ROOT / "preview").glob("*.py")), ids=lambda path: path.stem)
def test_the_preview_does_not_know_the_demo(path: Path) -> None:
    assert "demo" not in imports(path)


@pytest.mark.parametrize("path", CONNECTOR, ids=lambda path: path.stem)
def test_the_connector_does_not_know_the_simulator(path: Path) -> None:
    assert not imports(path) & {"tiktok_simulator", "demo", "pytest"}


@pytest.mark.parametrize("path", SIMULATOR, ids=lambda path: path.stem)
def test_the_simulator_does_not_know_the_connector(path: Path) -> None:
    assert not imports(path) & {"source_tiktok_marketing", "airbyte_cdk", "pytest"}


@pytest.mark.parametrize("paths", [CONNECTOR, SIMULATOR], ids=["connector", "simulator"])
def test_functions_are_short(paths: list[Path]) -> None:
    lengths = list(function_lengths(paths))
    assert median(lengths) <= 8
    assert max(lengths) <= 45


@pytest.mark.parametrize("path", [*CONNECTOR, *SIMULATOR], ids=lambda path: f"{path.parent.stem}-{path.stem}")
def test_a_file_is_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 250


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.stem)
def test_a_suite_is_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 350


def test_nothing_is_left_to_be_done_later() -> None:
    words = ("TO" + "DO", "FIX" + "ME", "XX" + "X")
    for path in [*CONNECTOR, *SIMULATOR]:
        assert not [word for word in words if word in path.read_text(encoding="utf-8")], path


def test_the_page_on_the_house_names_every_part_a_sync_shares() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    parts = {name for path in CONNECTOR for name in re.findall(r"class (\w+)\(Shared\)", path.read_text("utf-8"))}
    assert {name for name in parts if f"`{name}`" not in page} == set() != parts


def test_what_the_walks_name_is_there() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([A-Z]\w+)\.([a-z_]\w*)`", page.partition("## The connector")[0]))
    code = {path: path.read_text("utf-8") for path in CONNECTOR}
    known = {(name, method) for name, method in named
             if any(f"class {name}" in text and f"def {method}(" in text for text in code.values())}  # fmt: skip
    assert named - known == set() != known
