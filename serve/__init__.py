"""The archive in the browser: Datasette 0.65 with the plugins, templates and static files of this folder."""

import sys
from pathlib import Path

from datasette.cli import cli

FOLDER = Path(__file__).parent
METADATA = FOLDER.parent / "datasette-metadata.json"

SETTINGS: dict[str, bool | int] = {
    # Nothing but reading: no SQL of a visitor's own, no database file to take, no debugging pages.
    "default_allow_sql": False,
    "allow_download": False,
    "template_debug": False,
    "trace_debug": False,
    # Suggested facets scan every column of every page: 35 s on 300,000 wide rows.
    "suggest_facets": False,
    # Below 1.5 s facets of a national archive time out, and Datasette drops them.
    "facet_time_limit_ms": 2000,
    "sql_time_limit_ms": 4000,
    # A province has up to 180 counties and a journalist must be able to pick any of them.
    "default_facet_size": 200,
    "default_page_size": 50,
    "max_returned_rows": 1000,
    "num_sql_threads": 4,
    "cache_size_kb": 65536,
    "default_cache_ttl": 300,
    # The CSV of a table is all of it: a limit's only trace would be a line of English at the end of the file.
    "max_csv_mb": 0,
    "truncate_cells_html": 400,
}


def command(archive: Path, port: int = 8001, *, host: str = "127.0.0.1", counts: Path | None = None) -> list[str]:
    """The command line that serves `archive` with Datasette.

    `counts`, the file that `inspect_command` made, is given for a snapshot that nobody writes to any more. Originals
    are taken from the folder that the environment variable NIANBAO_CAPTURES names, else from `captures` beside the
    archive; without one the pages work and say that originals are not kept here.
    """
    options = [
        *("--host", host, "--port", str(port), "--metadata", str(METADATA)),
        *("--plugins-dir", str(FOLDER / "plugins"), "--template-dir", str(FOLDER / "templates")),
        *("--static", f"static:{FOLDER / 'static'}"),
    ]
    for name, value in SETTINGS.items():
        options += ["--setting", name, {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value)]
    files = ["--immutable", str(archive)] if counts else [str(archive)]
    if counts is not None:
        options += ["--inspect-file", str(counts)]
    return [sys.executable, "-m", "datasette", "serve", *files, *options]


def run(archive: Path, port: int, *, host: str = "127.0.0.1", counts: Path | None = None) -> None:
    """Serve in this process until it is told to stop: a server of its own would outlive a command that is killed."""
    cli.main(command(archive, port, host=host, counts=counts)[3:], prog_name="datasette", standalone_mode=False)


def inspect_command(archive: Path, counts: Path) -> list[str]:
    """The command line that counts the rows of an immutable `archive` into the file `counts`."""
    return [sys.executable, "-m", "datasette", "inspect", str(archive), "--inspect-file", str(counts)]
