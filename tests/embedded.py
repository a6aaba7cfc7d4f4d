"""The embedded models as the studio uses them on this computer: in the precision that is fastest on it."""

from pathlib import Path

from core.models.pool import ModelPool
from core.models.precision import chosen_precision, in_precision
from core.models.profiles import profile


def embedded_pool(models_dir: Path) -> ModelPool:
    """bfloat16, which the profile's file asks for, takes several times as long where the processor has no units."""
    return ModelPool(in_precision(profile("embedded"), chosen_precision("auto")), models_dir)
