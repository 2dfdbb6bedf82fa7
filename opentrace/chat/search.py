"""The search that an agent gets: one project's documents, with the project's settings."""

from uuid import UUID

from opentrace.agents.passages import Search, SearchOutcome
from opentrace.ports.authenticator import Principal
from opentrace.services import Services


def project_search(services: Services, principal: Principal, project_id: UUID) -> Search:
    """Each call is a transaction of its own. Raises NotFound where the project is gone, and EmbedderError."""

    async def search(query: str) -> SearchOutcome:
        raise NotImplementedError(services, principal, project_id, query)

    return search
