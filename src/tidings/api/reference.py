"""The browsable reference of the API: one page over the OpenAPI document, without the internet."""

from typing import Any

from litestar import Request
from litestar.openapi.plugins import OpenAPIRenderPlugin

from tidings.api.document import Document

PAGE = b"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tidings API</title>
<link rel="icon" href="/tidings.svg">
<link rel="stylesheet" href="/reference/swagger-ui.css">
</head>
<body>
<div id="reference"></div>
<noscript>This page needs JavaScript; the document is at /api/v2/docs/openapi.json.</noscript>
<script src="/reference/swagger-ui-bundle.js"></script>
<script src="/reference/start.js"></script>
</body>
</html>
"""


class ReferencePage(OpenAPIRenderPlugin):
    """The page at the documentation's own path; its files are built with the console."""

    def __init__(self) -> None:
        super().__init__(path="/")

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """The same page for everybody; it reads the document itself."""
        return PAGE


REFERENCE_PLUGINS = [ReferencePage(), Document(path="/openapi.json")]
