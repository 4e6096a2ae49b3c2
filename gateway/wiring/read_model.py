"""What keeps the read model of operators and dashboards up to date."""

from prometheus_client import CollectorRegistry

from gateway.ops.metrics import VerificationMetrics
from gateway.settings import Settings
from gateway.store.projector import Projector
from gateway.store.read_model_upkeep import Upkeep
from gateway.wiring.stores import Stores


def build_projector(settings: Settings, stores: Stores, metrics: CollectorRegistry) -> Projector:
    """Nothing runs by itself until it is opened."""
    kept = settings.limits.kept_after_close
    upkeep = Upkeep(stores.connection, kept, settings.limits.ops_rows_kept)
    return Projector(stores.connection, upkeep, VerificationMetrics(metrics), kept)
