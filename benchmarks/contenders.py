"""The contenders, and how each one is run to read the same thirty days of daily ad reports."""

from __future__ import annotations

import json
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.measure import ROOT, Server, run
from benchmarks.peers import find_official_package, install
from benchmarks.world import FIRST_DAY, LAST_DAY, Size

STREAM = "ads_reports_daily"
KEY = ("advertiser_id", "ad_id", "stat_time_day")
OUR_COMMAND = (str(Path(sys.executable).with_name("source-tiktok-marketing")),)
LAUNCHER = ("-P", str(Path(__file__).with_name("launch.py")), "source_tiktok_marketing.run:run")


@dataclass
class Contender(ABC):
    """One way to read the report.

    It is run with two sizes: what one record more costs is the slope between them, and the rest is the start-up. A
    slow contender gets fewer rows, as its cost per record does not depend on their number.
    """

    label: str
    small: Size
    large: Size
    environment: Mapping[str, str] = field(default_factory=dict)

    @abstractmethod
    def make_command(self, size: Size, files: Path) -> list[str]:
        """Makes the command line, and writes its files into `files`. Raises FailedError if it can't run here."""

    def count(self, output: Path) -> int:
        """Counts the records in its output."""
        with output.open("rb") as lines:
            return sum(line.startswith((b'{"type":"RECORD"', b'{"type": "RECORD"')) for line in lines)

    def prepare(self, server: Server, files: Path) -> None:  # noqa: B027 - most need nothing
        """Does what a user does once, before the first sync. Not measured. Raises FailedError if it can't run here."""


@dataclass
class Airbyte(Contender):
    """An Airbyte source: discover once, then incremental reads with a saved state.

    `columns`, where given, is another source whose metrics are selected in the catalog, as a user who needs no more
    would do.
    """

    source: Sequence[str] = OUR_COMMAND
    columns: Airbyte | None = None
    stream: dict[str, Any] = field(default_factory=dict)

    def prepare(self, server: Server, files: Path) -> None:
        """Asks for the catalog."""
        config = _write(files / "config.json", _make_config(Size(1, 1)))
        output = files / "catalog.jsonl"
        run([*self.source, "discover", "--config", config], output, server.environment | dict(self.environment))
        messages = map(json.loads, output.read_text(encoding="utf-8").splitlines())
        catalog: dict[str, Any] = next(message["catalog"] for message in messages if message["type"] == "CATALOG")
        self.stream = next(stream for stream in catalog["streams"] if stream["name"] == STREAM)
        if self.columns:
            wanted = {*KEY, *self.columns.metrics}
            properties = self.stream["json_schema"]["properties"]
            self.stream["json_schema"]["properties"] = {n: type_ for n, type_ in properties.items() if n in wanted}

    @property
    def metrics(self) -> dict[str, str]:
        """The metrics of the stream, and their types."""
        properties = self.stream["json_schema"]["properties"]
        nested = properties.get("metrics", {}).get("properties", properties)
        return {name: _find_type(schema) for name, schema in nested.items() if name not in KEY}

    def make_command(self, size: Size, files: Path) -> list[str]:
        """Reads on from a state."""
        entry = {"stream": self.stream, "sync_mode": "incremental", "destination_sync_mode": "append_dedup"}
        return [*self.source, "read", "--config", _write(files / "config.json", _make_config(size)),
                "--catalog", _write(files / "catalog.json", {"streams": [entry]}),
                "--state", _write(files / "state.json", _make_state(size))]  # fmt: skip


@dataclass
class Official(Airbyte):
    """The official connector, as it is on PyPI."""

    def prepare(self, server: Server, files: Path) -> None:
        """Installs it."""
        self.source = (str(install("airbyte") / "python"), *LAUNCHER)
        super().prepare(server, files)


@dataclass
class SameManifest(Airbyte):
    """The package of the official connector, with the interpreter and the CDK of ours."""

    def prepare(self, server: Server, files: Path) -> None:
        """Puts the package into a directory that is searched before ours."""
        self.source = (sys.executable, *LAUNCHER)
        self.environment = {"PYTHONPATH": str(find_official_package())}
        super().prepare(server, files)


@dataclass
class Bare(Contender):
    """The bare loop over the metrics of `like`."""

    like: Airbyte | None = None

    def make_command(self, size: Size, files: Path) -> list[str]:
        """Reads everything; there is no state."""
        types = self.like.metrics if self.like else {}
        return [sys.executable, "-m", "benchmarks.bare", _write(files / "columns.json", types), size.token]

    def count(self, output: Path) -> int:
        """One record per line."""
        with output.open("rb") as lines:
            return sum(1 for _ in lines)


@dataclass
class Tap(Contender):
    """The Singer tap, with its own list of metrics."""

    stream: dict[str, Any] = field(default_factory=dict)

    def make_command(self, size: Size, files: Path) -> list[str]:
        """Reads from the start date on."""
        days = {"start_date": f"{FIRST_DAY}T00:00:00Z", "end_date": f"{LAST_DAY}T00:00:00Z"}
        account = {"access_token": size.token, "accounts": ",".join(size.account_ids), "user_agent": "benchmark"}
        return [str(install("tap") / "tap-tiktok-ads"), "--config", _write(files / "config.json", days | account),
                "--catalog", _write(files / "catalog.json", {"streams": [self.stream]})]  # fmt: skip

    def prepare(self, server: Server, files: Path) -> None:
        """Asks for the catalog and selects the report in it."""
        discover = [*self.make_command(Size(1, 1), files)[:3], "--discover"]
        run(discover, files / "discovered.json", server.environment)
        streams = json.loads((files / "discovered.json").read_bytes())["streams"]
        self.stream = next(stream for stream in streams if stream["tap_stream_id"] == "ad_insights")
        self.stream["schema"]["selected"] = True


@dataclass
class Ingestr(Contender):
    """ingestr over the metrics of `like`. Its records are thrown away, as it can't append these to a file."""

    like: Airbyte | None = None

    def make_command(self, size: Size, files: Path) -> list[str]:
        """Reads the days. It asks for all ad accounts at once, so there is only one."""
        metrics = ",".join(self.like.metrics if self.like else ())
        source = f"tiktok://?access_token={size.token}&advertiser_ids={size.account_ids[0]}&timezone=UTC"
        days = ["--interval-start", FIRST_DAY, "--interval-end", LAST_DAY]
        return [str(install("ingestr") / "ingestr"), "ingest", "--source-uri", source, "--yes", "--progress", "log",
                "--source-table", f"custom:ad_id,stat_time_day:{metrics}", "--dest-uri", "discard://",
                "--dest-table", f"main.{files.name}", *days]  # fmt: skip

    def count(self, output: Path) -> int:
        """The number that it prints at its end."""
        said = output.read_text(encoding="utf-8", errors="replace")
        rows = [line for line in said.splitlines() if "Rows" in line]
        return int("".join(filter(str.isdigit, rows[-1]))) if rows else 0


def list_everyone() -> dict[str, Contender]:
    """All contenders. The commands of the others are known after they have been prepared."""
    ours, bare = prepare_ours_and_bare()
    official = Official("airbyte-source-tiktok-marketing 4.7.0", Size(4, 1), Size(4, 3))
    return {
        "ours": ours,
        "bare": bare,
        "official": official,
        "manifest": SameManifest("its manifest on the current CDK", Size(4, 2), Size(4, 8)),
        "tap": Tap("tap-tiktok-ads 1.2.1", Size(4, 3), Size(4, 12)),
        "ingestr": Ingestr("ingestr 1.1.0 (Go), records thrown away", Size(1, 20), Size(1, 80),
                           {"INGESTR_DISABLE_TELEMETRY": "true"}, like=ours),
        "same_columns": Airbyte(f"{ours.label}, the official connector's columns", ours.small, ours.large,
                                columns=official),
    }  # fmt: skip


def prepare_ours_and_bare(small: int = 5, large: int = 25) -> tuple[Airbyte, Bare]:
    """Our connector with all its default metrics, and the bare loop beside it."""
    sizes = Size(4, small), Size(4, large)
    ours = Airbyte("source-tiktok-marketing", *sizes)
    return ours, Bare("bare loop", *sizes, {"PYTHONPATH": str(ROOT)}, like=ours)


def _make_config(size: Size) -> dict[str, Any]:
    credentials = {"auth_type": "oauth2.0", "app_id": "benchmark-app", "secret": "benchmark-secret",
                   "access_token": size.token}  # fmt: skip
    # The page server has no quota; the others have no such option, and ask as fast as they can too.
    return {"credentials": credentials, "start_date": FIRST_DAY, "end_date": LAST_DAY, "requests_per_second": 1000}


def _make_state(size: Size) -> list[dict[str, Any]]:
    """Every account was read up to the first day: the attribution window makes them read it again."""
    states = [{"partition": {"advertiser_id": account, "parent_slice": {}}, "cursor": {"stat_time_day": FIRST_DAY}}
              for account in size.account_ids]  # fmt: skip
    return [{"type": "STREAM", "stream": {"stream_descriptor": {"name": STREAM}, "stream_state": {"states": states}}}]


def _find_type(schema: Mapping[str, Any]) -> str:
    types = schema["type"]
    return str(types) if isinstance(types, str) else next(str(name) for name in types if name != "null")


def _write(path: Path, content: Any) -> str:
    path.write_text(json.dumps(content), encoding="utf-8")
    return str(path)
