"""Whatever our own description allows, and much that it does not, is answered as it says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import APIOperation, BaseSchema, Case, GenerationMode, openapi
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from delivery.app import build_house
from tests.conftest import SHOP_KEY, STAFF_KEY, _url, settings_for
from tests.loopback import serving
from tests.moulds import Moulds
from tests.times import SettableClock

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]
EXAMPLES = 12
CALMLY: dict[str, Any] = {
    "deadline": None, "derandomize": True, "database": None,
    "suppress_health_check": list(HealthCheck),
}  # fmt: skip
FOR_STAFF = ("/v1/conversations", "/v1/replies", "/v1/broadcasts")
#: What is no API: pages for people, and what a provider posts.
PAGES = r"^/(demo|my|ops|login|static|sms)"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def described(
    request: pytest.FixtureRequest, moulds: Moulds, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BaseSchema]:
    for url in _url("town", request, moulds, tmp_path_factory.mktemp("fuzzed")):
        house = build_house(settings_for(url), clock=SettableClock())
        with serving(house) as server:
            yield openapi.from_url(f"{server.url}/openapi.json").exclude(path_regex=PAGES)
        house.database.close()


def test_every_answer_is_one_we_described(described: BaseSchema) -> None:
    operations = [found.ok() for found in described.get_all_operations()]
    assert operations
    for operation in operations:
        _fuzz(operation)


def _fuzz(operation: APIOperation) -> None:
    """Valid and broken requests in turn; the same ones in every run."""
    key = STAFF_KEY if operation.path.startswith(FOR_STAFF) else SHOP_KEY
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(max_examples=EXAMPLES, **CALMLY)
        def one(case: Case) -> None:
            case.call_and_validate(headers={"Authorization": f"Bearer {key}"}, checks=CHECKS)

        try:
            one()
        except Unsatisfiable:
            assert mode is GenerationMode.NEGATIVE  # nothing about it can be wrong
