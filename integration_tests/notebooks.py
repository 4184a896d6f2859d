"""Runs a notebook in a kernel of its own, as Jupyter does."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient


def execute(path: Path, directory: Path, environment: Mapping[str, str]) -> list[Any]:
    """The notebook's code cells with their outputs. A cell that raises ends it."""
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    client = NotebookClient(notebook, timeout=240, resources={"metadata": {"path": str(directory)}})
    client.execute(env=dict(environment))
    return [cell for cell in notebook.cells if cell.cell_type == "code"]
