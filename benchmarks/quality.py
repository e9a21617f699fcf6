"""How well reports are read, on the invented corpus and on the real documents; the floors below which CI fails.

`python -m benchmarks.quality` prints the figures, `--check` fails below a floor of `floors.json`, `--update` raises
the floors (and lowers none unless `--allow-regression`). A value is false where a number is given that is not the
truth's (also where the truth is an empty cell). Of cells, only those other than zero count: three quarters are zeros.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import extract
from benchmarks import corpus, programs
from benchmarks.judging import MEASURES, Judged, figures, judge

FLOORS = Path(__file__).with_name("floors.json")
REAL = Path(__file__).parents[2] / "shared" / "corpus"
LABELS = ("非零", "全对", "章节", "标题", "机关", "年度", "落款", "发布")


def _read(task: tuple[corpus.Item, str]) -> Judged:
    item, path = task
    return judge(item, extract.read(Path(path).read_bytes()))


def real_items() -> list[tuple[corpus.Item, str]]:
    """The real reports with their truths, where the folder is beside the checkout."""
    listed = REAL / "truth.json"
    if not listed.is_file():
        return []
    found = []
    for truth in json.loads(listed.read_text("utf-8")).values():
        path = REAL / "documents" / truth["file"]
        # What may be lost is named in the truth of the two torn reports.
        rows = truth.get("rows_with_one_cell_lost", [])
        lost = [k for k in truth["cells"] if truth.get("torn") or k.split(".")[1] in rows]
        told = {k: truth[k] for k in ("title", "office", "year", "cells", "signed_date") if k in truth} | {"lost": lost}
        kind = {"txt": "text", "md": "text"}.get(path.suffix[1:], path.suffix[1:])
        found.append((corpus.Item(path.name, kind, "real", "", "real", told), str(path)))
    return found


def measure(tasks: Iterable[tuple[corpus.Item, str]], processes: int = 1) -> list[Judged]:
    """Read and judge every document."""
    if processes == 1:
        return [_read(task) for task in tasks]
    with ProcessPoolExecutor(processes) as pool:
        return list(pool.map(_read, tasks, chunksize=4))


def _scanned() -> list[Judged]:
    """A few scans, where the extra `ocr` is installed."""
    try:
        from benchmarks import scans
    except ImportError:
        print("没有安装文字识别组件（[ocr]），扫描件未测", file=sys.stderr)
        return []
    return list(scans.in_every_run())


def by(judged: list[Judged], key: Callable[[Judged], str]) -> dict[str, list[Judged]]:
    """The documents in groups, by name."""
    groups: dict[str, list[Judged]] = {}
    for one in judged:
        groups.setdefault(key(one), []).append(one)
    return dict(sorted(groups.items()))


def table(judged: list[Judged], key: Callable[[Judged], str]) -> Iterable[str]:
    """The figures of each group, as lines."""
    yield f"{'':26}{'n':>5}{'错数':>4}" + "".join(f"{label:>6}" for label in LABELS)
    for name, some in by(judged, key).items():
        found = figures(some)
        cells = "".join(f"{found[m]:8.2f}" if m in found else f"{'':8}" for m in MEASURES)
        yield f"{name:26}{found['documents']:5}{found['false']:6}{cells}"


def group(one: Judged) -> str:
    """The group whose floor a document counts for: its format, and who made it."""
    return f"{one.item.maker} {one.item.format}"


def below(pinned: dict[str, Any], judged: list[Judged]) -> list[str]:
    """What lies below the pinned floors, a line each."""
    lines = []
    for name, some in by(judged, group).items():
        floor, found = pinned["floors"].get(name), figures(some)
        if floor is None:
            lines.append(f"{name}：floors.json 里没有底线，请运行 --update")
            continue
        for measured, least in floor.items():
            got = found.get(measured, 0)
            if (got > least) if measured == "false" else (got < least):
                lines.append(f"{name}：{measured} 为 {got}，底线 {least}")
    return lines


def hashes(judged: list[Judged]) -> dict[str, str]:
    """The hash of what the documents of each group say."""
    return {name: corpus.truth_hash([one.item for one in some]) for name, some in by(judged, group).items()}


def update(pinned: dict[str, Any], judged: list[Judged], allow: bool) -> list[str]:
    """Raise the floors in `pinned` to what was measured; returns those that would fall (and do, where allowed)."""
    lowered = []
    for name, some in by(judged, group).items():
        old = pinned["floors"].setdefault(name, {})
        for measured, got in figures(some).items():
            least = old.get(measured, got)
            worse = (got > least) if measured == "false" else (got < least)
            if worse:
                lowered.append(f"{name}：{measured} {least} → {got}")
            if not worse or allow:
                old[measured] = got
    pinned["corpus"] |= hashes(judged)
    return lowered


def main() -> int:
    """Print the figures, check or update the floors."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, help="where the corpus is or is to be built")
    parser.add_argument("--check", action="store_true", help="fail below a floor")
    parser.add_argument("--update", action="store_true", help="raise the floors")
    parser.add_argument("--allow-regression", action="store_true", help="let --update lower floors")
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="what is wrong in the N worst documents")
    parser.add_argument("--only", default="", help="only renderings or tears whose name contains this")
    parser.add_argument("--here", action="store_true", help="only the documents that need no other program")
    parser.add_argument("--processes", type=int, default=2)
    args = parser.parse_args()

    if args.only and (args.check or args.update):
        parser.error("--only 只看一部分，不能与 --check 或 --update 同用")
    folder, items = corpus.build(args.folder, with_programs=not args.here)
    tasks = [(item, str(folder / item.file)) for item in items if not args.here or item.maker == "here"]
    tasks = [*tasks, *real_items()]
    tasks = [task for task in tasks if args.only in task[0].file]
    judged = measure(tasks, args.processes)
    if not (args.only or args.here):
        judged += _scanned()

    for title, key in (
        ("格式", group),
        ("写法", lambda one: one.item.rendering),
        ("残损", lambda one: one.item.tear or "-"),
    ):
        print(f"== {title}")
        print("\n".join(table(judged, key)))
    for one in sorted(judged, key=lambda one: (-len(one.false), -len(one.wrong)))[: args.worst]:
        if one.wrong:
            print(f"\n{one.item.file}")
            print("\n".join(f"  {line}" for line in one.wrong[:12]))
    if programs.missing():
        print(f"没有 {'、'.join(programs.missing())}，由它们生成的文件未测", file=sys.stderr)
    if not (args.check or args.update):
        return 0
    pinned = json.loads(FLOORS.read_text("utf-8")) if FLOORS.is_file() else {"corpus": {}, "floors": {}}
    if args.update:
        lowered = update(pinned, judged, args.allow_regression)
        FLOORS.write_text(json.dumps(pinned, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
        print(
            "\n".join(
                ("低于旧底线（已改低）：" if args.allow_regression else "低于旧底线（未改）：") + line
                for line in lowered
            )
        )
        return int(bool(lowered) and not args.allow_regression)
    lines = below(pinned, judged)
    lines += [
        f"{name}：语料已变（{pinned['corpus'].get(name)} → {found}），请核对后运行 --update"
        for name, found in hashes(judged).items()
        if pinned["corpus"].get(name) != found
    ]
    print("\n".join(lines))
    return int(bool(lines))


if __name__ == "__main__":
    sys.exit(main())
