from collections.abc import AsyncIterator

import pytest

from demo.running import Demo
from tests.desk.browser import Browser


@pytest.fixture
async def browser(demo: Demo, people: None) -> AsyncIterator[Browser]:
    """A browser that has opened the desk of the demo."""
    async with Browser(demo.base_url) as browser:
        yield browser
