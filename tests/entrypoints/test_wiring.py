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


async def test_a_project_may_have_the_chosen_model_those_beside_it_and_the_local_one() -> None:
    settings = load_settings(
        {
            "database_url": "postgresql://localhost/none",
            "redis_url": "redis://localhost",
            "embedding_model": "house-model",
            "embedding_base_url": "http://127.0.0.1:1/v1",
            "more_embedding_models": "house-model-1, house-model,",
        },
        env_file=None,
    )

    async with open_services(settings) as services:
        assert services.embedders.chosen == "house-model"
        assert list(services.embedders.by_name) == ["house-model", "house-model-1", "all-MiniLM-L6-v2"]
