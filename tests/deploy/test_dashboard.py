"""The dashboard asks for what is counted."""

import json
import re
from pathlib import Path

from prometheus_client import CollectorRegistry

from opentrace.agents.model_metrics import ModelMetrics
from opentrace.http.installation_metrics import InstallationMetrics
from opentrace.http.observability import HttpMetrics
from opentrace.knowledge.ingestion.metrics import IngestionMetrics

DASHBOARD = Path(__file__).parents[2] / "deploy" / "grafana" / "opentrace.json"


def test_every_count_of_the_dashboard_is_one_that_there_is() -> None:
    server, worker = HttpMetrics().registry, IngestionMetrics().registry
    InstallationMetrics(server)
    ModelMetrics(server, prices={})
    kinds = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}
    counted = {
        metric.name + end
        for registry in (server, worker)
        for metric in families(registry)
        for end in kinds[metric.type]
    }

    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    asked = {
        name for panel in panels for target in panel["targets"] for name in re.findall(r"opentrace_\w+", target["expr"])
    }

    assert asked <= counted
    assert {"opentrace_model_tokens_total", "opentrace_model_cost_usd_total", "opentrace_errors_total"} <= asked
    assert len({panel["id"] for panel in panels}) == len(panels)


def families(registry: CollectorRegistry):
    return list(registry.collect())
