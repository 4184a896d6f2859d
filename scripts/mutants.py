"""Small mistakes in the connector, made by cosmic-ray, and how they get into a running process: no file is changed."""

from __future__ import annotations

import ast
import gc
import importlib
import importlib.abc
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_loader
from itertools import islice
from pathlib import Path
from types import CodeType, FunctionType

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

PACKAGE = Path(__file__).parents[1] / "source_tiktok_marketing"
# `is` and `==` are the same for None and for the members of an enumeration.
SAME = ("_Is_Eq", "_IsNot_NotEq", "_Eq_Is", "_NotEq_IsNot")

Place = tuple[int, int]


@dataclass(frozen=True)
class Mutant:
    """One small mistake: where it is and of which kind."""

    module: str
    operator: str
    occurrence: int
    start: Place

    @property
    def line(self) -> int:
        """The line of the mistake."""
        return self.start[0]

    @property
    def kind(self) -> str:
        """What is replaced, without what replaces it."""
        name = self.operator.rpartition("/")[2]
        return name.rpartition("_")[0] or name

    @property
    def name(self) -> str:
        """The module's name, as it is imported."""
        return ".".join((PACKAGE.name, *Path(self.module).with_suffix("").parts))

    @property
    def path(self) -> str:
        """The file of the module."""
        return str(PACKAGE / self.module)

    @property
    def source(self) -> str:
        """The module with the mistake in it."""
        return str(mutate_code(_read(self.module), get_operator(self.operator)(), self.occurrence))

    def compiles(self) -> bool:
        """Whether it is Python, and another program: cosmic-ray takes the `*` before parameters for a product."""
        try:
            return ast.dump(ast.parse(self.source)) != ast.dump(ast.parse(_read(self.module)))
        except SyntaxError:
            return False

    def __str__(self) -> str:
        pairs = zip(_read(self.module).splitlines(), self.source.splitlines(), strict=False)
        changed = [f"  - {before.strip()}\n  + {after.strip()}" for before, after in pairs if before != after]
        return "\n".join([f"{self.module}:{self.line} {self.operator.rpartition('/')[2]}", *changed])


def sample_mutants(module: str, most: int, seed: int) -> list[Mutant]:
    """So many mutants of a module, the same ones for the same seed: one of each kind and place."""
    chance = random.Random(seed)  # noqa: S311
    places: defaultdict[tuple[str, Place], list[Mutant]] = defaultdict(list)
    for mutant in _find_mutants(module):
        places[mutant.kind, mutant.start].append(mutant)
    found = [chance.choice(alike) for alike in places.values()]
    chance.shuffle(found)
    return list(islice(filter(Mutant.compiles, found), most))


def _find_mutants(module: str) -> Iterator[Mutant]:
    """The mutants of a module that can make a difference."""
    nodes, ineffective = list(ast_nodes(get_ast(_read(module)))), _find_ineffective(_read(module))
    for name in operator_names():
        if get_operator(name).arguments() or name.endswith(SAME):
            continue
        operator = get_operator(name)()
        places = (start for node in nodes for start, _ in operator.mutation_positions(node))
        for occurrence, start in enumerate(places):
            if not any(begin <= start < end for begin, end in ineffective):
                yield Mutant(module, name, occurrence, start)


def _find_ineffective(source: str) -> list[tuple[Place, Place]]:
    """Where annotations and decorators are: the former are never looked at, and without the latter nothing works."""
    found: list[ast.expr | None] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.arg | ast.AnnAssign):
            found.append(node.annotation)
        if isinstance(node, ast.FunctionDef):
            found.append(node.returns)
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found += node.decorator_list
    # A decorator's @ is before its place.
    return [((each.lineno, each.col_offset - 1), (each.end_lineno or 0, each.end_col_offset or 0))
            for each in found if each]  # fmt: skip


def _read(module: str) -> str:
    return (PACKAGE / module).read_text(encoding="utf-8")


class Mutated(SourceFileLoader, importlib.abc.MetaPathFinder):
    """Gives one module with the mistake in it to whoever imports it."""

    def __init__(self, mutant: Mutant) -> None:
        super().__init__(mutant.name, mutant.path)
        self._source = mutant.source

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        """The module, where it is this one."""
        return spec_from_loader(fullname, self) if fullname == self.name else None

    def get_code(self, _: str) -> CodeType:
        """The code with the mistake, never what was compiled before."""
        return compile(self._source, self.path, "exec")


def put_in_place(mutant: Mutant) -> bool:
    """Puts the code with the mistake into the functions that are already loaded, and returns whether it found any."""
    importlib.import_module(mutant.name)  # else the CDK imports it later, as it is
    codes = _list_codes(compile(mutant.source, mutant.path, "exec"))
    found = {(code.co_qualname, code.co_firstlineno): code for code in codes}
    gc.unfreeze()  # what the tests have frozen is not listed
    functions = [each for each in gc.get_objects() if isinstance(each, FunctionType)]
    is_found = False
    for function in functions:
        code = function.__code__
        mutated = found.get((code.co_qualname, code.co_firstlineno)) if code.co_filename == mutant.path else None
        if mutated and mutated.co_freevars == code.co_freevars:
            function.__code__ = mutated
            is_found = True
    return is_found


def _list_codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from _list_codes(each)
