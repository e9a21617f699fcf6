"""The terminal in Chinese: click's help and its complaints about a command line."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

import click

CANNOT, INTERRUPTED = 2, 130
"""Exit status where what was asked cannot be, and after Ctrl-C (0: done; 3: done, but some site failed)."""


class _Formatter(click.HelpFormatter):
    """click's help, its few words in Chinese."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or "用法：")

    def write_heading(self, heading: str) -> None:
        super().write_heading({"Options": "选项", "Commands": "命令", "Arguments": "参数"}.get(heading, heading))


class _Context(click.Context):
    formatter_class = _Formatter


class _Command(click.Command):
    context_class = _Context

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "显示这份说明"
        return option


class ChineseGroup(_Command, click.Group):
    """A group whose complaints about the command line are one line in Chinese."""

    command_class = _Command
    group_class = type

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command line; gives its exit status (None: 0)."""
        try:
            return super().main(*args, **{**kwargs, "standalone_mode": False})
        except click.UsageError as error:
            path = error.ctx.command_path if error.ctx else "nianbao"
            click.echo(f"{_complaint(error)}；用法见 {path} --help", err=True)
            return CANNOT
        except click.Abort:
            click.echo("已中断。", err=True)
            return INTERRUPTED


def _complaint(error: click.UsageError) -> str:
    match error:
        case click.NoSuchOption():
            return f"没有选项 {error.option_name}"
        case click.MissingParameter():
            return f"缺少参数 {error.param.human_readable_name if error.param else ''}".rstrip()
        case click.BadParameter():
            name = error.param.human_readable_name if error.param else ""
            return f"参数 {name} 的值不合适"
    if named := re.search(r"No such command '(.+)'", error.message):
        return f"没有命令 {named[1]}"
    return f"命令行有误：{error.message}"


def table(rows: Sequence[Sequence[str | int]]) -> str:
    """Rows, heads first, aligned for a terminal where Chinese characters are two columns wide."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(_width(row[column]) for row in cells) for column in range(len(cells[0]))]
    numbers = [all(isinstance(row[column], int) for row in rows[1:]) for column in range(len(widths))]
    lines = []
    for row in cells:
        padded = (
            " " * (width - _width(cell)) + cell if number else cell + " " * (width - _width(cell))
            for cell, width, number in zip(row, widths, numbers, strict=True)
        )
        lines.append("  ".join(padded).rstrip())
    return "\n".join(lines)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
