"""The demo's tables in a warehouse of one's own, with or without changes, and the models built over them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from warehouses import Built, build, copy_of_the_tables, selected

collect_ignore = [] if "POSTGRES_PORT" in os.environ else ["test_postgres.py"]
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def tables() -> Path:
    """What `make demo` left."""
    path = ROOT / "demo" / "output" / "tiktok.duckdb"
    assert path.exists(), f"{path} is missing: `make dbt-test` runs the demo, which makes it."
    return path


@pytest.fixture(scope="session")
def built(tables: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """All models over the tables as they are."""
    directory = tmp_path_factory.mktemp("plain")
    done = build(copy_of_the_tables(tables, directory), tiktok_fivetran_views=True)
    assert done.failed == [], done.printed
    return done


@pytest.fixture
def changed(tables: Path, tmp_path: Path) -> Callable[..., Built]:
    """`changed("delete from ads", tiktok_conversion="result")`: the models over tables something was done to.

    With `select`, only these, what they need, and their tests.
    """

    def make(*statements: str, verb: str = "build", select: str = "", **variables: object) -> Built:
        return build(copy_of_the_tables(tables, tmp_path, *statements), verb, *selected(select), **variables)

    return make
