"""Faults of files: archives that are damaged, or packed in an unexpected way."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from dataclasses import replace

from tiktok_simulator.faults.fault import Act, Answer, Arming, Fault
from tiktok_simulator.protocol.wire import Request, Response

LEADS = "/page/lead/task/download/"
# The mark of a file in an archive, and the distance from it to the flags: in front of the file and in the directory.
# The method comes two bytes after the flags.
MEMBER, LISTED = (b"PK\x03\x04", 6), (b"PK\x01\x02", 8)
ENCRYPTED, UNKNOWN_METHOD = 1, 99


class FileFaults(Arming):
    """The faults of a file that is downloaded without an envelope."""

    def flipped_bytes(self, times: int | None = 1, path: str | None = LEADS) -> Fault:
        """A file with some wrong bytes in the middle."""

        def change(body: bytes) -> bytes:
            middle = len(body) // 2
            return body[:middle] + bytes(255 - each for each in body[middle : middle + 8]) + body[middle + 8 :]

        return self.arm(Fault("flipped_bytes", _change_file(change), path, left=times))

    def encrypted_zip(self, times: int | None = None, path: str | None = LEADS) -> Fault:
        """An archive with a password."""
        return self.arm(
            Fault("encrypted_zip", _change_file(lambda body: _write_number(body, 0, ENCRYPTED)), path, left=times)
        )

    def unknown_zip(self, times: int | None = None, path: str | None = LEADS) -> Fault:
        """An archive with an unknown compression method."""
        return self.arm(
            Fault("unknown_zip", _change_file(lambda body: _write_number(body, 2, UNKNOWN_METHOD)), path, left=times)
        )


def _change_file(change: Callable[[bytes], bytes]) -> Act:
    def act(request: Request, answer: Answer) -> Response:
        whole = answer(request)
        return replace(whole, body=change(whole.body)) if whole.code is None else whole

    return act


def _write_number(archive: bytes, place: int, value: int) -> bytes:
    """Writes a number of two bytes after every mark of a file in an archive."""
    found = bytearray(archive)
    for mark, distance in (MEMBER, LISTED):
        for match in re.finditer(re.escape(mark), archive):
            struct.pack_into("<H", found, match.start() + distance + place, value)
    return bytes(found)
