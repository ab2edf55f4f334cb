"""The frame of the filters, with lines that no filter should have to think of."""

import sys
from io import BytesIO, StringIO

import pytest

from bot.cli import filters
from bot.cli.filters import run_filter


def filtered(source: bytes) -> tuple[int, str, list[str]]:
    sink, errors = StringIO(), StringIO()
    status = run_filter(lambda row: [{"id": row["id"]}], BytesIO(source), sink, errors)
    return status, sink.getvalue(), errors.getvalue().splitlines()


def test_a_line_that_is_too_long_is_one_bad_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filters, "MAX_LINE_BYTES", 20)
    long = b'{"id": "' + b"x" * 100 + b'"}\n'
    status, told, errors = filtered(long + b'{"id": 2}\n{"id": }\n' + long)
    assert (status, told) == (1, '{"id": 2}\n')
    assert [line.partition(":")[0] for line in errors] == ["line 1", "line 3", "line 4"]


def test_a_line_of_just_the_longest_length_hides_nothing_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filters, "MAX_LINE_BYTES", 10)
    assert filtered(b'{"id": 12}\n{"id": 3}\n')[2] == ["line 1: longer than 10 bytes; skipped"]
    assert filtered(b'{"id": 12}\n{"id": 3}\n')[1] == '{"id": 3}\n'


@pytest.mark.parametrize("name", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_json_is_not_written_either(name: str) -> None:
    assert filtered(f'{{"id": {name}}}'.encode()) == (
        1,
        "",
        [f"line 1: {name} is no value in JSON; skipped"],
    )


def test_without_a_standard_input_there_is_nothing_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert run_filter(lambda row: [row]) == 0
