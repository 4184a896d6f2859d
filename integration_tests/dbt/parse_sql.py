"""`parse_sql.py DIALECT DIRECTORY`: reads every compiled statement as that warehouse would. Runs in dbt's own venv."""

import sys
from pathlib import Path

import sqlglot
from sqlglot import ErrorLevel, exp


def main(dialect: str, directory: str) -> None:
    files = sorted(Path(directory).rglob("*.sql"))
    for path in files:
        (statement,) = sqlglot.parse(path.read_text("utf-8"), read=dialect, error_level=ErrorLevel.RAISE)
        if not isinstance(statement, exp.Query):
            raise TypeError(f"{path.name} is no query: {statement!r}")
        statement.sql(dialect=dialect, unsupported_level=ErrorLevel.RAISE)
    sys.stdout.write(f"{len(files)}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
