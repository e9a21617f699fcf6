"""The real programs that make files of the corpus: LibreOffice, Chromium, pdftotext."""

import shutil
import subprocess
from pathlib import Path

NAMES = ("soffice", "chromium", "pdftotext")


def missing() -> list[str]:
    """The programs that are not installed here."""
    return [name for name in NAMES if shutil.which(name) is None]


def office(sources: list[Path], to: str, folder: Path, profile: Path, infilter: str = "") -> None:
    """Convert all sources with one LibreOffice into `folder`; raises RuntimeError naming what it did not write.

    A profile of its own: a second soffice on one profile exits without writing anything, and its exit status says
    nothing about what was written.
    """
    command = [shutil.which("soffice") or "soffice", "--headless", f"-env:UserInstallation=file://{profile}"]
    command += [f"--infilter={infilter}"] if infilter else []
    command += ["--convert-to", to, "--outdir", str(folder), *map(str, sources)]
    subprocess.run(command, check=False, capture_output=True, timeout=600)
    extension = to.split(":")[0]
    absent = [s.stem for s in sources if not (folder / f"{s.stem}.{extension}").is_file()]
    if absent:
        raise RuntimeError(f"soffice wrote no {extension} for {', '.join(absent)}")


def chromium(source: Path, target: Path) -> None:
    """Print a page to PDF; raises RuntimeError where nothing is written."""
    command = [
        shutil.which("chromium") or "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
        f"--user-data-dir={target.parent / '.chromium'}", f"--print-to-pdf={target}", source.as_uri(),
    ]  # fmt: skip
    subprocess.run(command, check=False, capture_output=True, timeout=120)
    if not target.is_file():
        raise RuntimeError(f"chromium wrote no {target.name}")


def screenshot(source: Path, target: Path, width: int, height: int) -> None:
    """A page as a browser window of so many pixels shows it; raises RuntimeError where nothing is written."""
    command = [
        shutil.which("chromium") or "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
        f"--user-data-dir={target.parent / '.chromium'}", f"--screenshot={target}", f"--window-size={width},{height}",
        source.as_uri(),
    ]  # fmt: skip
    subprocess.run(command, check=False, capture_output=True, timeout=120)
    if not target.is_file():
        raise RuntimeError(f"chromium wrote no {target.name}")


def pdftotext(source: Path, target: Path, *, layout: bool) -> None:
    """The text of a PDF, as people paste it."""
    command = [shutil.which("pdftotext") or "pdftotext", *(["-layout"] if layout else []), str(source), str(target)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
