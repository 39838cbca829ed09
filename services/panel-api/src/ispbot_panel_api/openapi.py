"""The OpenAPI document that the panel's TypeScript is made from: ``python -m ispbot_panel_api.openapi [--check]``."""

import json
import sys
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from ispbot_panel_api.app import build_api
from ispbot_panel_api.live.models import CloseCode, LiveFrame, PingFrame

DOCUMENT = Path(__file__).parents[2] / "openapi.json"
_REF = "#/components/schemas/{model}"


def document(app: FastAPI) -> dict[str, Any]:
    """Return the document of the app, with the live socket's frames and close codes among its schemas."""
    made = get_openapi(title=app.title, version=app.version, routes=app.routes, separate_input_output_schemas=False)
    schemas: dict[str, Any] = made["components"]["schemas"]
    live: dict[str, Any] = {"LiveFrame": LiveFrame, "PingFrame": PingFrame, "CloseCode": CloseCode}
    for name, part in live.items():
        schema = TypeAdapter(part).json_schema(ref_template=_REF, mode="serialization")
        schemas.update(schema.pop("$defs", {}))
        schemas[name] = schema
    made["components"]["schemas"] = dict(sorted(schemas.items()))
    return made


def render(app: FastAPI) -> str:
    """Return the committed form of the document."""
    return json.dumps(document(app), indent=2, ensure_ascii=False, sort_keys=False) + "\n"


def main(arguments: list[str]) -> int:
    """Write the document, or with ``--check`` tell whether the committed one is stale."""
    made = render(build_api())
    if "--check" not in arguments:
        DOCUMENT.write_text(made)
        return 0
    if DOCUMENT.read_text() == made:
        return 0
    sys.stderr.write("openapi.json is stale: run python -m ispbot_panel_api.openapi\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
