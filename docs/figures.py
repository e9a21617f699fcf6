"""The figures of both READMEs from benchmarks/floors.json: `python -m docs.figures`, after the floors were raised.

Only the numbers of rows that end in four are written; labels and prose stay as they are.
"""

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
READMES = (ROOT / "README.md", ROOT / "README.en.md")
ROW = re.compile(r"^(\|[^|]*`(\w+ \w+)`) \|(?: [\d.]+ \|){4}$", re.M)


def with_figures(text: str, floors: dict[str, dict[str, float]]) -> str:
    """`text` with the rows of its table as pinned in `floors`; KeyError for a group that is not measured."""

    def row(found: re.Match[str]) -> str:
        floor = floors[found[2]]
        numbers = f"{floor['documents']} | {floor['false']} | {floor['nonzero']:.2f} | {floor['whole']:.2f}"
        return f"{found[1]} | {numbers} |"

    return ROW.sub(row, text)


def main() -> None:
    """Write both."""
    floors = json.loads((ROOT / "benchmarks" / "floors.json").read_text("utf-8"))["floors"]
    for readme in READMES:
        readme.write_text(with_figures(readme.read_text("utf-8"), floors), "utf-8")


if __name__ == "__main__":
    main()
