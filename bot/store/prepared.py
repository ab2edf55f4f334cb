"""Statements of every poll, run by SQLite's driver itself: what surrounds a statement costs as much as it.

A statement that is made once and is marked with `PREPARED` is compiled once for the columns it is given,
and then handed to the driver with its values as they are stored. What it does is what SQLAlchemy
makes of it; on PostgreSQL the mark means nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Dialect
from sqlalchemy.exc import DBAPIError

PREPARED = {"prepared": True}
"""Execution options of a statement that is made once, and returns no rows, or one number or text."""

Row = Mapping[str, Any]


class Done:
    """The part of a `CursorResult` that a statement without rows has."""

    __slots__ = ("inserted_primary_key", "rowcount")

    def __init__(self, cursor: Any) -> None:
        self.rowcount: int = cursor.rowcount
        self.inserted_primary_key: Sequence[int] = (cursor.lastrowid,)


class Prepared:
    """A compiled statement.

    Args:
        statement: an INSERT, UPDATE or DELETE, or a SELECT of one number or text.
        dialect: of the database it is run on.
        row: values as it is run with.
    """

    def __init__(self, statement: Any, dialect: Dialect, row: Row) -> None:
        self._dialect = dialect
        self._errors: type[Exception] = dialect.loaded_dbapi.Error
        compiled = statement.compile(dialect=dialect, column_keys=list(row))
        self._sql = str(compiled)
        self._own = {name: value for name, value in compiled.params.items() if name not in row}
        self._binds: list[tuple[str, Callable[[Any], Any] | None]] = [
            (name, compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect))
            for name in compiled.positiontup
        ]

    def run(self, raw: Any, parameters: Row | Sequence[Row]) -> Done:
        """Run it on a driver's connection, for one row of values or for each of several.

        Raises:
            DBAPIError: as SQLAlchemy would raise it, without the values.
        """
        try:
            if isinstance(parameters, Mapping):
                return Done(raw.execute(self._sql, self._stored(parameters)))
            return Done(raw.executemany(self._sql, map(self._stored, parameters)))
        except self._errors as error:
            raise self._named(error) from error

    def scalar(self, raw: Any, parameters: Row) -> Any:
        """The first column of the first row as it is stored, None without a row. Raises as `run` does."""
        try:
            row = raw.execute(self._sql, self._stored(parameters)).fetchone()
        except self._errors as error:
            raise self._named(error) from error
        return row[0] if row else None

    def _named(self, error: Exception) -> BaseException:
        return DBAPIError.instance(self._sql, None, error, self._errors, dialect=self._dialect)

    def _stored(self, row: Row) -> tuple[Any, ...]:
        row = {**self._own, **row} if self._own else row
        return tuple([process(row[name]) if process else row[name] for name, process in self._binds])


_made: WeakKeyDictionary[Any, dict[tuple[str, ...], Prepared]] = WeakKeyDictionary()


def prepared_for(statement: Any, dialect: Dialect, parameters: Row | Sequence[Row]) -> Prepared | None:
    """The compiled form of a statement that is marked `PREPARED`, for such values; None of others."""
    forms = _made.get(statement)
    if forms is None:
        if not statement.get_execution_options().get("prepared"):
            return None
        forms = _made.setdefault(statement, {})
    row = parameters if isinstance(parameters, Mapping) else parameters[0]
    columns = tuple(row)
    found = forms.get(columns)
    if found is None:
        found = forms[columns] = Prepared(statement, dialect, row)
    return found
