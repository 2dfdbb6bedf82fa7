"""The contract of document parsers, kept by each that ships."""

from collections.abc import AsyncGenerator

import pytest

from opentrace.adapters.local.parser import LocalDocumentParser
from opentrace.ports.document_parser import DocumentParser
from tests.contracts.document_parser import DocumentParserContract


class TestLocalDocumentParser(DocumentParserContract):
    @pytest.fixture(scope="class")
    async def parser(self) -> AsyncGenerator[DocumentParser]:
        parser = LocalDocumentParser(processes=1)
        yield parser
        await parser.close()
