"""What only DuckLake does: its writers take turns, try again after a conflict, and leave few files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import ducklake
import pytest
from engines import Lake
from errors import LostError, RefusedError, SettingsError
from locks import Locks
from store import Store, Table
from worker import open_store
from worker_settings import Settings

pytestmark = pytest.mark.parametrize("engine", ["ducklake"], indirect=True)
THINGS = Table("things", {"id": "string", "name": "string"}, ["id"])
OWNER = '{"advertiser_id": "7002238017842750003"}'
MANY = [{"id": str(number), "name": "old"} for number in range(50)]


@pytest.fixture
def before_commit(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`before_commit(act)` acts while the store's next transaction has written everything and is not committed yet."""
    verify = Locks.verify

    def arrange(act: Callable[[], object]) -> None:
        acts = [act]

        def act_first(self: Locks) -> None:
            if acts:
                acts.pop()()
            verify(self)

        monkeypatch.setattr(Locks, "verify", act_first)

    return arrange


def test_a_write_that_conflicts_with_another_program_is_made_again(
    store: Store, engine: Lake, tmp_path: Path, before_commit: Callable[..., None]
) -> None:
    store.prepare([THINGS])
    store.write(THINGS, MANY, {})
    before_commit(lambda: engine.execute(f'delete from "{tmp_path.name}".things where id::int < 30'))
    store.write(THINGS, [{"id": "1", "name": "new"}], {OWNER: {"date": "2026-01-01"}})
    rows = engine.fetch(f'select name, count(*) from "{tmp_path.name}".things group by 1 order by 1')
    assert rows == [("new", 1), ("old", 20)]
    assert len(list(store.load_cursors())) == 1


def test_a_worker_that_has_lost_its_locks_writes_nothing(
    store: Store, engine: Lake, tmp_path: Path, before_commit: Callable[..., None]
) -> None:
    store.prepare([THINGS])

    def end_connections() -> None:
        with engine.server.connect() as connection:
            connection.execute("select pg_terminate_backend(pid) from pg_stat_activity "
                               "where application_name = 'shard 0 of 1'")  # fmt: skip

    before_commit(end_connections)
    with pytest.raises(Exception, match="terminat"):
        store.write(THINGS, MANY, {OWNER: {"date": "2026-01-01"}})
    assert engine.fetch(f'select id from "{tmp_path.name}".things') == []
    assert list(store.load_cursors()) == []


def test_a_lake_whose_catalog_goes_away_is_not_closed_as_that_could_end_the_process(
    store: Store, engine: Lake, tmp_path: Path
) -> None:
    settings = Settings({}, [], tmp_path.name, 0, 1, "ducklake", str(engine.directory), "catalog")
    with pytest.raises(LostError), open_store(settings) as lost:
        with engine.server.connect() as connection:
            connection.execute("select pg_terminate_backend(pid) from pg_stat_activity "
                               "where pid <> pg_backend_pid() and backend_type = 'client backend'")  # fmt: skip
        lost.prepare([THINGS])
    assert ducklake.LAKES[-1].execute("select 1").fetchall() == [(1,)]


def test_states_need_no_files(store: Store, engine: Lake, tmp_path: Path) -> None:
    store.prepare([THINGS])
    owners = [f'{{"advertiser_id": "{number}"}}' for number in range(500)]
    for day in ("2026-01-01", "2026-01-02"):
        store.write(THINGS, [], {owner: {"date": day} for owner in owners})
    assert len(list(store.load_cursors())) == 500
    assert list((engine.directory / tmp_path.name).rglob("*.parquet")) == []


def test_a_checkpoint_merges_the_files_and_keeps_rows_and_states(store: Store, engine: Lake, tmp_path: Path) -> None:
    store.prepare([THINGS])
    for name in ("old", "older", "new"):
        store.write(THINGS, [row | {"name": name} for row in MANY], {OWNER: {"date": name}})
    folder = engine.directory / tmp_path.name / THINGS.name
    before = len(list(folder.rglob("*.parquet")))
    for option in ("expire_older_than", "delete_older_than"):
        engine.execute(f"call lake.set_option('{option}', '0 seconds')")
    engine.execute("checkpoint lake")
    assert before > len(list(folder.rglob("*.parquet"))) == 1
    assert engine.fetch(f'select name, count(*) from "{tmp_path.name}".things group by 1') == [("new", 50)]
    assert [cursor for _, _, cursor in store.load_cursors()] == [{"date": "new"}]


def test_an_extension_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch, engine: Lake) -> None:
    def find_nothing(package: str) -> None:
        raise ModuleNotFoundError(package)

    monkeypatch.setattr(ducklake, "files", find_nothing)
    with pytest.raises(SettingsError, match=r"needs the Python package duckdb-extension-postgres-scanner==1\."):
        ducklake.find_extension("postgres_scanner")


def test_the_files_of_a_lake_are_always_in_the_same_folder(store: Store, engine: Lake, tmp_path: Path) -> None:
    store.prepare([THINGS])
    settings = Settings({}, [], "s", 0, 1, "ducklake", str(tmp_path / "elsewhere"), "catalog")
    with pytest.raises(RefusedError, match="DATA_PATH"), open_store(settings):
        pass
