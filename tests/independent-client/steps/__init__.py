"""The steps of the journey, in their order."""

from . import beginning, calls, desk, forgetting, moving, saving, trusting, working, world
from .stage import Stage

ALL = [
    *beginning.STEPS,
    *calls.STEPS,
    *saving.STEPS,
    *working.STEPS,
    *moving.STEPS,
    *desk.STEPS,
    *forgetting.STEPS,
    *world.STEPS,
    *trusting.STEPS,
]

__all__ = ["ALL", "Stage"]
