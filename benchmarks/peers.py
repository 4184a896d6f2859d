"""The other connectors, each in an environment of its own under benchmarks/.cache, made from its lock.

`python -m benchmarks.peers` writes the locks anew.
"""

from __future__ import annotations

import shutil
import sys
import venv
from collections.abc import Mapping
from pathlib import Path

from benchmarks.measure import execute

HERE = Path(__file__).parent
CACHE = HERE / ".cache"
PINS: Mapping[str, str] = {
    "airbyte": "airbyte-source-tiktok-marketing==4.7.0",
    "tap": "tap-tiktok-ads==1.2.1",
    "ingestr": "ingestr==1.1.0",
}
PACKAGE = "source_tiktok_marketing"  # the official connector's, and ours


def find_lock(peer: str) -> Path:
    """Every package of a peer's environment, with its hashes."""
    return HERE / f"requirements-{peer}.txt"


def install(peer: str) -> Path:
    """Installs the commands of a peer if they are not there yet. Raises FailedError if it can't."""
    home, lock = CACHE / peer, find_lock(peer).read_text(encoding="utf-8")
    ready = home / "installed.txt"
    if not ready.exists() or ready.read_text(encoding="utf-8") != lock:
        venv.create(home, clear=True, with_pip=True)
        execute([f"{home}/bin/pip", "install", "--quiet", "--no-deps", "--require-hashes", "-r", str(find_lock(peer))])
        ready.write_text(lock, encoding="utf-8")
    return home / "bin"


def find_official_package() -> Path:
    """A directory with the official connector's package alone, for the interpreter of another environment."""
    found = next((install("airbyte").parent / "lib").glob(f"python*/site-packages/{PACKAGE}"))
    shutil.copytree(found, CACHE / "official" / PACKAGE, dirs_exist_ok=True)
    return CACHE / "official"


def main() -> None:
    """Writes the locks."""
    for peer, pin in PINS.items():
        wanted = CACHE / f"{peer}.in"
        wanted.parent.mkdir(exist_ok=True)
        wanted.write_text(pin, encoding="utf-8")
        options = ("--universal", "--python-version", "3.11", "--generate-hashes", "--no-annotate", "--no-header",
                   "--no-emit-index-url", "--no-emit-find-links")  # fmt: skip
        uv = Path(sys.executable).with_name("uv")
        execute([str(uv), "pip", "compile", "--quiet", *options, str(wanted), "--output-file", str(find_lock(peer))])


if __name__ == "__main__":
    main()
