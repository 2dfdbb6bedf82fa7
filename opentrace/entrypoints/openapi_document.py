"""Prints the OpenAPI document of the server: `make api-types` makes the client's types from it."""

import json
import sys

from opentrace.entrypoints.api import create_app
from opentrace.settings import Settings


def main() -> None:
    # Nothing of the environment ends up in the document.
    document = create_app(Settings(_env_file=None)).openapi()  # pyright: ignore[reportCallIssue] -- pydantic-settings takes _env_file here
    json.dump(document, sys.stdout, indent=1, ensure_ascii=False)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
