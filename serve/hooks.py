"""Datasette's mark for a plugin's functions, with types (datasette ships none, and mypy is strict here)."""

from collections.abc import Callable
from typing import Any, TypeVar

from datasette import hookimpl as _mark

F = TypeVar("F", bound=Callable[..., Any])


def hookimpl(function: F) -> F:
    """Marks `function` as the plugin hook of its name."""
    _mark(function)
    return function
