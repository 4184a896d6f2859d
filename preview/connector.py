"""`python -m preview.connector`: reads what stdin asks for, until it is ended.

A process of its own, as the CDK reads with threads that only end when everything was read. What to read comes
through a pipe, so that no token is ever in a file.
"""

from __future__ import annotations

import json
import signal
import sys

from airbyte_cdk import AirbyteEntrypoint, AirbyteMessage, AirbyteTracedException
from airbyte_cdk.logger import PRINT_BUFFER, init_logger
from airbyte_cdk.models.airbyte_protocol_serializers import ConfiguredAirbyteCatalogSerializer

from source_tiktok_marketing.source import SourceTiktokMarketing


def main() -> int:
    """Writes the connector's messages, a line each; the last one says why, where it fails."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # nobody listens any more: end, threads and all
    job = json.load(sys.stdin)
    init_logger("airbyte")
    with PRINT_BUFFER:
        try:
            catalog = ConfiguredAirbyteCatalogSerializer.load(job["catalog"])
            source = SourceTiktokMarketing(catalog, job["config"], None)
            entrypoint = AirbyteEntrypoint(source)
            specification = source.spec(entrypoint.logger)
            for message in entrypoint.read(specification, source.normal_config, catalog, []):
                _write(message)
        except AirbyteTracedException as error:
            _write(error.as_sanitized_airbyte_message())
            return 1
    return 0


def _write(message: AirbyteMessage) -> None:
    sys.stdout.write(f"{AirbyteEntrypoint.airbyte_message_to_string(message)}\n")


if __name__ == "__main__":
    sys.exit(main())
