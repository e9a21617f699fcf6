"""The command `nianbao`: it wires the rooms together and speaks with the person at the terminal."""

import csv
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

import click

import extract
import workers
from extract import form
from extract.report import Fetch, Fetched, Identity, Report
from terminal import CANNOT, ChineseGroup, table

if TYPE_CHECKING:
    from archive.store import Summary
    from crawler import Hours
    from crawler import Summary as CrawlSummary

_archive = click.option(
    "--archive",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("archive.db"),
    show_default=True,
    help="档案库文件",
)
_captures = click.option(
    "--captures",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("captures"),
    show_default=True,
    help="原始证据（WARC 与台账）所在文件夹",
)
_port = click.option("--port", type=click.IntRange(1, 65535), default=8001, show_default=True, help="网页服务的端口")


def cannot(message: str) -> click.exceptions.Exit:
    """Say in one line why something cannot be done; raise what this returns."""
    click.echo(message, err=True)
    return click.exceptions.Exit(CANNOT)


@contextmanager
def _explained() -> Iterator[None]:
    """Turn what a person can cause into one line and exit status 2."""
    from archive.file import ArchiveError
    from crawler.run import NoContact
    from crawler.sites import UnknownPlace
    from evidence import EvidenceError

    try:
        yield
    except (ArchiveError, EvidenceError, NoContact, UnknownPlace) as error:
        raise cannot(str(error)) from None


@click.group(cls=ChineseGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(
    extract.READER_VERSION, prog_name="nianbao", message="%(prog)s 读取程序 %(version)s", help="显示读取程序的版本"
)
def main() -> None:
    """年报：县乡政府信息公开工作年度报告档案。采集、取证、读表、建库、浏览。"""


@main.command("extract")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--explain", metavar="CELL", help="只说明一格（如 requests.granted.total）读自何处、读成什么")
def extract_command(paths: tuple[Path, ...], explain: str | None) -> None:
    """读取本地文件或文件夹，每份文件在标准输出打印一行 JSON。"""
    if explain is not None and explain not in form.KEYS:
        raise cannot(f"表中没有“{explain}”这一格；写法如 requests.granted.total，见 extract/form.json。")
    for path in paths:
        if not path.exists():
            raise cannot(f"没有这个文件或文件夹：{path}")
    files = [file for path in paths for file in (_files(path) if path.is_dir() else [path])]
    for file, report in workers.each(read_file, files):
        if isinstance(report, workers.Failure):
            report = _unread(report.reason)
        if explain is None:
            line = json.dumps(report.as_json(str(file)), ensure_ascii=False)
        else:
            line = f"{file}：{_explanation(report, explain)}"
        click.echo(line.encode(errors="backslashreplace"))  # a file's name may be GBK, which is no UTF-8


def _explanation(report: Report, key: str) -> str:
    cell = report.cells.get(key)
    if cell is None:
        return f"{key} 不在这份文件里" + (f"（{report.identity.reason}）" if report.identity.reason else "")
    value = "无数" if cell.value is None else cell.value
    return f"{key} = {value}（{cell.status}，原文“{cell.raw}”），读自{report.where(key)}"


def _unread(reason: str) -> Report:
    return Report("unknown", "", Identity(is_report=False, reason=reason), problems=[reason])


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def read_file(file: Path) -> Report:
    """The report in a file; what a page links to is read from beside it."""
    try:
        data = file.read_bytes()
    except OSError as error:
        return _unread(f"无法读取文件：{error.strerror}")
    with extract.watched(workers.part):
        return extract.read(data, fetch=_beside(file))


def _beside(page: Path) -> Fetch:
    """What a saved page links to, from the files saved beside it; nothing outside its folder is read."""
    folder = page.resolve().parent

    def fetch(address: str) -> Fetched | None:
        parts = urlsplit(address)
        names = [unquote(parts.path), *(value for _, value in parse_qsl(parts.query))]
        for name in names:
            for candidate in (folder / name.lstrip("/"), folder / Path(name).name):
                try:
                    file = candidate.resolve()
                    if file.is_relative_to(folder) and file.is_file() and file != page.resolve():
                        return Fetched(file.read_bytes(), None, address)
                except (OSError, ValueError):
                    continue
        return None

    return fetch


def _hours(_: click.Context, __: click.Parameter, text: str | None) -> "Hours | None":
    from crawler import Hours

    try:
        return Hours.parse(text) if text else None
    except ValueError:
        raise cannot(f"“{text}”不是一段时间；写法如 22-6（北京时间22点至次日6点）。") from None


_contact = click.option("--contact", help="联系方式，写入 User-Agent；默认取环境变量 NIANBAO_CONTACT")
_delay = click.option(
    "--delay", type=click.FloatRange(0), default=2.0, show_default=True, help="同一站点两次请求之间的最短间隔（秒）"
)


@main.command()
@click.argument("where", nargs=-1)
@click.option(
    "--sites", "sites_file", type=click.Path(path_type=Path), help="另一份站点表（列：division_code,name,url）"
)
@click.option("--due", is_flag=True, help="只采集到期的站点（1至3月每天，其余每月）；不指明站点时为采集过的全部站点")
@_archive
@_captures
@_delay
@click.option("--hours", callback=_hours, metavar="22-6", help="只在这段时间（北京时间）内访问，到时即停")
@click.option("--year", type=click.IntRange(2008, 2100), help="只要这一年度的报告")
@_contact
@click.option("--vantage", help="采集地点的名称，与结果一并记录；默认取环境变量 NIANBAO_VANTAGE")
@click.option("--summary", type=click.Path(dir_okay=False, path_type=Path), help="把各站点结果写成 JSON 文件")
def crawl(
    where: tuple[str, ...],
    sites_file: Path | None,
    due: bool,
    archive: Path,
    captures: Path,
    delay: float,
    hours: "Hours | None",
    year: int | None,
    contact: str | None,
    vantage: str | None,
    summary: Path | None,
) -> None:
    """采集站点（行政区划代码、名称或网址），存证，并更新档案库。中断后再次运行即可继续。"""
    import divisions
    from archive import store
    from crawler import run, sites

    with _explained():
        given = [*(sites.read(sites_file) if sites_file else []), *sites.resolve(where)]
        if not given and not due:
            raise cannot("请给出要采集的地方：行政区划代码、名称或网址，或用 --sites 指定站点表。")
        if due and not (given := run.due(given, captures, datetime.now(UTC))):
            click.echo("现在没有到期的站点。", err=True)
            return
        # Places that are not in data/ are named beside their sites, and from then on beside the evidence.
        beside = sites_file.with_name("divisions.csv") if sites_file else captures / "divisions.csv"
        known = divisions.load(beside if beside.is_file() else None)
        result = run.crawl(
            [replace(site, offices=sum(one.in_force for one in known.townships(site.division_code))) for site in given],
            captures=captures,
            delay=delay,
            year=year,
            contact=contact,
            vantage=vantage,
            hours=hours,
        )
        _tell_crawl(result)
        if summary is not None:
            try:
                result.write(summary)
            except OSError as error:
                raise cannot(f"无法写入 {summary}：{error.strerror}") from None
        if sites_file is not None and beside.is_file():
            shutil.copy(beside, captures)
        _tell(store.update(archive, captures, progress=_reading))
    raise click.exceptions.Exit(result.exit_status)


def _tell_crawl(result: "CrawlSummary") -> None:
    click.echo(table(result.rows()), err=True)
    if result.stopped:
        click.echo(result.stopped, err=True)


def _reading(done: int, total: int) -> None:
    click.echo(f"读取 {done}/{total}", err=True)


def _tell(summary: "Summary") -> None:
    unread = f"，未能读取 {summary.unread} 份（原因见 captures 表）" if summary.unread else ""
    click.echo(f"档案库现有报告 {summary.reports} 份{unread}。", err=True)


@main.command()
@_archive
@_captures
def rebuild(archive: Path, captures: Path) -> None:
    """用原始证据重建档案库，不访问网络。"""
    from archive import store

    with _explained():
        _tell(store.rebuild(archive, captures, progress=_reading))


@main.command("coverage")
@click.option("--year", type=int, required=True, help="哪一年度的报告")
@click.option("--county", default="", help="只看这个县（代码或名称），逐个机关列出")
@_archive
def coverage_command(year: int, county: str, archive: Path) -> None:
    """某年度的报告：谁已发布，谁没有，为什么没有见到。"""
    from archive import coverage
    from archive.file import check

    with _explained():
        check(archive)
        try:
            click.echo(table(coverage.of_year(archive, year, county)))
        except LookupError as error:
            raise cannot(str(error)) from None


@main.command()
@click.option("--older-than", type=click.IntRange(0), required=True, metavar="DAYS", help="多少天以前的")
@_captures
def forget(older_than: int, captures: Path) -> None:
    """删去早先的列表页等过程文件（pages-*）；报告原文不删，哈希仍留在台账里。"""
    from evidence import LEDGER, Recorder, Unusable, moments

    with _explained():
        if not (captures / LEDGER).exists():
            raise Unusable(f"{captures} 里没有采集账本（{LEDGER}），请先运行 nianbao crawl。")
        with Recorder(captures) as recorder:
            before = datetime.now(UTC) - timedelta(days=older_than)
            files, size = recorder.forget(moments.written(before))
    click.echo(f"删去 {files} 个文件，共 {size / 1e6:.1f} MB。", err=True)


@main.group("sites")
def sites_group() -> None:
    """站点表。"""


@sites_group.command("check")
@click.argument("where")
@_delay
@_contact
def sites_check(where: str, delay: float, contact: str | None) -> None:
    """用少量请求查看一个站点，给出可加入 data/sites.csv 的一行（标准输出）和依据。"""
    from crawler import check, sites

    with _explained():
        (site,) = sites.resolve([where])
        found = check.check(site, delay=delay, contact=contact)
    row = csv.writer(sys.stdout, lineterminator="\n")
    row.writerow(
        (
            found.site.division_code,
            found.site.name or found.site_name,
            found.site.url,
            found.site_id_code,
            found.site.transport,
            "",
        )
    )
    click.echo(f"网站系统：{found.system or '不认识（按通用方式采集）'}", err=True)
    click.echo(f"年报入口：{'、'.join(found.entries) or '没有找到'}", err=True)
    click.echo(f"少量请求中见到 {found.reports} 份报告；{found.outcome}", err=True)


@main.command("export")
@click.argument("out", type=click.Path(path_type=Path))
@_archive
def export_command(out: Path, archive: Path) -> None:
    """把全部数据写成一个 zip：各表 CSV（可用 Excel 打开）、正文 Parquet、数据字典、校验和。"""
    from archive import export
    from archive.file import check, told

    target = out / "nianbao.zip" if out.is_dir() else out
    with _explained():
        check(archive)
        with told(target):
            files = export.zipped(archive, target, lambda name: click.echo(name, err=True))
    click.echo(f"{target}：{len(files)} 个数据文件，{sum(file.rows for file in files)} 行。", err=True)


@main.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@_archive
@_captures
def publish(folder: Path, archive: Path, captures: Path) -> None:
    """做一份可以上线的快照：档案库、报告原件、下载文件，以及与上一份快照不同的每个数字。"""
    from archive import publish
    from serve import inspect_command

    def inspect(database: Path, counts: Path) -> None:
        if subprocess.run(inspect_command(database, counts), check=False).returncode:  # noqa: S603
            raise cannot("Datasette 未能统计快照的行数，快照没有做成。")

    with _explained():
        done = publish.snapshot(archive, captures, folder, inspect, lambda words: click.echo(words, err=True))
    click.echo(f"{done.folder}：报告 {done.reports} 份；与上一份快照不同之处 {done.differences} 条。", err=True)
    click.echo(f"上线：nianbao serve --snapshot {folder / 'current'}", err=True)


@main.command()
@_archive
@_captures
@_port
@click.option("--host", default="127.0.0.1", show_default=True, help="监听地址")
@click.option(
    "--snapshot",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="打开 publish 做的快照（DIR/current），代替 --archive 和 --captures",
)
def serve(archive: Path, captures: Path, port: int, host: str, snapshot: Path | None) -> None:
    """在浏览器中浏览档案库。"""
    with _explained():
        if snapshot is not None:
            whole = snapshot.resolve()  # what `current` leads to may change while this runs
            _serve(whole / "archive.db", whole / "captures", port, host, counts=whole / "inspect.json")
        else:
            _serve(archive, captures, port, host)


def _serve(archive: Path, captures: Path, port: int, host: str = "127.0.0.1", counts: Path | None = None) -> None:
    import serve
    from archive.file import check

    check(archive)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise cannot(f"端口 {port} 已被占用，请用 --port 换一个。") from None
    click.echo(f"年报档案：http://{host}:{port}/ （按 Ctrl-C 结束）", err=True)
    os.environ["NIANBAO_CAPTURES"] = str(captures.resolve())
    with suppress(KeyboardInterrupt, click.Abort):
        serve.run(archive, port, host=host, counts=counts)


@main.command()
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo"),
    show_default=True,
    help="存放位置",
)
@click.option("--serve/--no-serve", default=True, help="采集完是否打开网页服务")
@_port
def demo(folder: Path, serve: bool, port: int) -> None:
    """在本机开起两个虚构县的样例网站，采集、建库，然后浏览。"""
    import samples
    from archive import store
    from crawler import run
    from crawler.sites import Site

    archive, captures = folder / "archive.db", folder / "captures"
    captures.mkdir(parents=True, exist_ok=True)
    shutil.copy(Path(samples.__file__).with_name("divisions.csv"), captures)  # the invented counties
    with _explained(), samples.serve() as rows:
        sites = [Site(row.url, row.division_code, row.name) for row in rows]
        result = run.crawl(sites, captures=captures, delay=0.02)
        _tell_crawl(result)
        _tell(store.update(archive, captures, progress=_reading))
    if serve:
        with _explained():
            _serve(archive, captures, port)
    raise click.exceptions.Exit(result.exit_status)


if __name__ == "__main__":
    sys.exit(main())
