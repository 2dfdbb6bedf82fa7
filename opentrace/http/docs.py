"""The page `/docs`: Swagger UI from a package's files, so that it works without the internet."""

import re
from base64 import b64encode
from hashlib import sha256
from importlib.resources import as_file, files

from fastapi import APIRouter
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import FileResponse, HTMLResponse

from opentrace.errors import NotFound

_MEDIA_TYPES = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon.png": "image/png",
}


_INLINE_SCRIPT = re.compile(rb"<script>(.*?)</script>", re.DOTALL)


def _policy(page: bytes) -> str:
    """Allows the page's own inline scripts, by their hashes, and nothing from elsewhere."""
    hashes = [f"'sha256-{b64encode(sha256(script).digest()).decode()}'" for script in _INLINE_SCRIPT.findall(page)]
    return "; ".join(
        [
            "default-src 'none'",
            " ".join(["script-src 'self'", *hashes]),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ]
    )


def docs_router(*, title: str, openapi_url: str) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    page = get_swagger_ui_html(
        openapi_url=openapi_url,
        title=title,
        swagger_js_url="/docs/swagger-ui-bundle.js",
        swagger_css_url="/docs/swagger-ui.css",
        swagger_favicon_url="/docs/favicon.png",
        swagger_ui_parameters={"tryItOutEnabled": True},
    ).body
    policy = _policy(bytes(page))

    @router.get("/docs")
    async def show_docs() -> HTMLResponse:
        return HTMLResponse(page, headers={"Content-Security-Policy": policy})

    @router.get("/docs/{file_name}")
    async def get_docs_file(file_name: str) -> FileResponse:
        media_type = _MEDIA_TYPES.get(file_name)
        if media_type is None:
            raise NotFound("file")
        with as_file(files("fastapi_offline") / "static" / file_name) as path:
            return FileResponse(path, media_type=media_type, headers={"Cache-Control": "max-age=86400"})

    return router
