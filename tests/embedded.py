"""The embedded models as the studio uses them on this computer: in the precision that is fastest on it."""

from pathlib import Path

from core.models.pool import ModelPool
from core.models.precision import chosen_precision, in_precision
from core.models.profiles import Profile, profile


def embedded_here() -> Profile:
    """The profile; bfloat16, which its file asks for, takes seven times as long where the processor has no units."""
    return in_precision(profile("embedded"), chosen_precision("auto"))


def embedded_pool(models_dir: Path) -> ModelPool:
    return ModelPool(embedded_here(), models_dir)
