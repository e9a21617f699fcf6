"""Datasette's mark for a plugin's functions, with types (datasette ships none, and mypy is strict here)."""

from collections.abc import Callable
from typing import Any, TypeVar, overload

from datasette import hookimpl as _mark

F = TypeVar("F", bound=Callable[..., Any])


@overload
def hookimpl(function: F) -> F: ...
@overload
def hookimpl(*, tryfirst: bool) -> Callable[[F], F]: ...


def hookimpl(function: F | None = None, *, tryfirst: bool = False) -> F | Callable[[F], F]:
    """Marks a function as the plugin hook of its name; `tryfirst` before the same hook of others."""

    def mark(marked: F) -> F:
        _mark(marked, tryfirst=tryfirst)
        return marked

    return mark if function is None else mark(function)
