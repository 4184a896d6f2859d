"""A process that has imported the connector and forks a copy of itself for each command it is told.

Starting Python with the CDK costs seconds, a fork milliseconds: only so can a sync be killed at many moments. What it
is told is a line of JSON: the arguments of the command, the file (or FIFO) its stdout goes to, and whether it is
`hurried`: then it saves a state after every window. It answers with two lines: the process, and its exit code. It ends
with its input.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import threading
import traceback
from typing import Any

import source_tiktok_marketing.__main__ as connector
from source_tiktok_marketing import SourceTiktokMarketing
from source_tiktok_marketing.incremental import owner_cursor

# All other streams look the ad accounts up through the components of these two.
ALWAYS_BUILT = {"advertiser_ids", "advertisers"}
WANTED = ALWAYS_BUILT | set(sys.argv[1:])


class NarrowSource(SourceTiktokMarketing):
    """The connector with the wanted streams alone: to build the other seventy takes longer than the whole sync."""

    manifest: dict[str, Any]

    def _read_and_parse_yaml_file(self, path_to_yaml_file: str) -> dict[str, Any]:
        return self.manifest


def narrow_manifest() -> dict[str, Any]:
    """The manifest as the CDK resolved it, with the wanted rows of its tables alone."""
    whole = SourceTiktokMarketing().resolved_manifest
    narrow = {name: part for name, part in whole.items() if name != "definitions"}
    for table in narrow["dynamic_streams"]:
        parameters = table["components_resolver"].get("stream_parameters", {})
        rows = parameters.get("list_of_parameters_for_stream", [])
        rows[:] = [row for row in rows if row["name"] in WANTED]
    return narrow


def run(told: dict[str, Any]) -> None:
    """The command, in the forked process; never returns."""
    code = 1
    try:
        output = os.open(told["output"], os.O_WRONLY)
        os.dup2(output, 1)
        os.close(output)
        if told["hurried"]:
            owner_cursor.ROWS = 0
        connector.main(told["arguments"])
        sys.stdout.flush()
        code = 0
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def answer(told: dict[str, Any], out: Any) -> None:
    if threading.active_count() != 1:
        raise RuntimeError("a process with threads must not fork")
    process = os.fork()
    if process == 0:
        run(told)
    out.write(f"{process}\n")
    out.flush()
    _, status = os.waitpid(process, 0)
    out.write(f"{os.waitstatus_to_exitcode(status)}\n")
    out.flush()


def main() -> None:
    NarrowSource.manifest = narrow_manifest()
    vars(connector)["SourceTiktokMarketing"] = NarrowSource
    connector.build([])
    gc.collect()
    gc.freeze()
    out = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        answer(json.loads(line), out)


if __name__ == "__main__":
    main()
