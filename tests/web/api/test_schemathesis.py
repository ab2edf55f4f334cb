"""The API examined by schemathesis over HTTP: what its document promises, for right and for wrong questions.

Derandomised, so that every run asks the same.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok
from schemathesis.schemas import BaseSchema

from tests.support.site import Site

EXAMPLES = 40


@pytest.mark.slow
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
async def test_every_endpoint_keeps_what_its_document_promises(site: Site, mode: GenerationMode) -> None:
    asked = await asyncio.to_thread(examine, site.url, mode)
    with_parameters = 6 if mode is GenerationMode.NEGATIVE else 7
    assert len(asked) >= with_parameters, asked


def examine(url: str, mode: GenerationMode) -> Counter[str]:
    """Ask every operation many questions; returns how many each was asked."""
    schema = schemathesis.openapi.from_url(f"{url}api/v1/openapi.json")
    asked: Counter[str] = Counter()
    for result in schema.get_all_operations():
        assert isinstance(result, Ok), result
        operation = result.ok()
        if mode is GenerationMode.NEGATIVE and not list(operation.iter_parameters()):
            continue
        check = check_of(schema, asked)
        strategy = operation.as_strategy(generation_mode=mode)
        given(case=strategy)(
            settings(
                max_examples=EXAMPLES,
                derandomize=True,
                database=None,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            )(check)
        )()
    return asked


def check_of(schema: BaseSchema, asked: Counter[str]) -> Callable[[Case[Any]], None]:
    def check(case: Case[Any]) -> None:
        asked[case.operation.label] += 1
        case.call_and_validate()

    return check
