"""`python -m preview.connector`: reads the streams that stdin asks for, until it is stopped.

It is a process of its own, as the CDK's threads only end when they have read everything. The request comes through a
pipe, so that no token is ever in a file.
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
    """Writes the connector's messages, one per line. If it fails, the last one says why."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # ends all threads if nobody reads any more
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
