"""For whoever keeps the line running: is it well (`/healthz`), and what does it do (`/metrics`)."""

from __future__ import annotations

import os

from flask import Blueprint, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from core.health import check, warnings
from core.line import Line


def operations(line: Line) -> Blueprint:
    """The two pages; neither shows personal data."""
    pages = Blueprint("operations", __name__)

    @pages.get("/healthz")
    def healthz() -> tuple[Response, int]:
        ailing = check(line)
        found = {"status": "ailing" if ailing else "ok", "ailing": ailing}
        if not ailing and (threatens := warnings(line)):
            found["warnings"] = threatens
        return jsonify(found), 503 if ailing else 200

    @pages.get("/metrics")
    def metrics() -> Response:
        return Response(generate_latest(_registry()), content_type=CONTENT_TYPE_LATEST)

    return pages


def _registry() -> CollectorRegistry:
    # Several web workers each count for themselves; the library adds them up from files where this is set.
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return registry
