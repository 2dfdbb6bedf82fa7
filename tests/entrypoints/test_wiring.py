"""What is wired wrongly stops the start with a sentence."""

import pytest

from opentrace.settings import SettingsError, load_settings
from opentrace.wiring import open_services


async def test_a_language_that_cannot_be_recognised_is_named_with_those_that_can() -> None:
    settings = load_settings(
        {
            "database_url": "postgresql://localhost/none",
            "redis_url": "redis://localhost",
            "ocr_languages": "eng+klingon",
        },
        env_file=None,
    )

    with pytest.raises(SettingsError, match=r"OPENTRACE_OCR_LANGUAGES.*'klingon'.*deu, eng"):
        async with open_services(settings):
            pass
