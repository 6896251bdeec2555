"""Whatever our own description allows, and much that it does not, is answered as it says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import APIOperation, Case, GenerationMode, openapi
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from delivery.app import build_house
from tests.conftest import SHOP_KEY, STAFF_KEY, settings_for
from tests.loopback import serving
from tests.moulds import Moulds
from tests.times import SettableClock

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]
EXAMPLES = 8
CALMLY: dict[str, Any] = {
    "deadline": None, "derandomize": True, "database": None,
    "suppress_health_check": list(HealthCheck),
}  # fmt: skip
FOR_STAFF = ("/v1/conversations", "/v1/replies", "/v1/broadcasts")
#: What is no API: pages for people, and what a provider posts.
PAGES = r"^/(demo|my|ops|login|static|sms)"


@pytest.fixture(scope="module")
def servers(
    moulds: Moulds, postgres_server: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[str]]:
    """One on each database."""
    with ExitStack() as stack:
        file = tmp_path_factory.mktemp("fuzzed") / "perille.db"
        on = [moulds.sqlite("town", file)]
        on.append(stack.enter_context(moulds.postgresql("town", postgres_server)))
        houses = [build_house(settings_for(url), clock=SettableClock()) for url in on]
        for house in houses:
            stack.callback(house.database.close)
        yield [stack.enter_context(serving(house)).url for house in houses]


def test_every_answer_is_one_we_described(servers: list[str]) -> None:
    described = openapi.from_url(f"{servers[0]}/openapi.json").exclude(path_regex=PAGES)
    operations = [found.ok() for found in described.get_all_operations()]
    assert operations
    for operation in operations:
        _fuzz(operation, servers)


def _fuzz(operation: APIOperation, servers: list[str]) -> None:
    """Valid and broken requests in turn; the same ones in every run, and on each database."""
    key = STAFF_KEY if operation.path.startswith(FOR_STAFF) else SHOP_KEY
    headers = {"Authorization": f"Bearer {key}"}
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(max_examples=EXAMPLES, **CALMLY)
        def one(case: Case) -> None:
            for url in servers:
                case.call_and_validate(base_url=url, headers=headers, checks=CHECKS)

        try:
            one()
        except Unsatisfiable:
            assert mode is GenerationMode.NEGATIVE  # nothing about it can be wrong
