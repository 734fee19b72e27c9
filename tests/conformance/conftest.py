"""Where the standards' own schemas lie: beside the checkout, not in it."""

import os
from pathlib import Path

import pytest

SCHEMAS = Path(__file__).parents[2].parent / "shared" / "schemas"


@pytest.fixture(scope="session")
def shared_schemas() -> Path:
    """The folder of schemas; a test that needs it is skipped without, but where CI=true it fails."""
    if SCHEMAS.is_dir():
        return SCHEMAS
    if os.environ.get("CI") == "true":
        pytest.fail("the folder ../shared/schemas is missing, and CI must not go without it")
    pytest.skip("the folder ../shared/schemas is missing")
