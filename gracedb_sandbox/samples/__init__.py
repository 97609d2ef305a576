"""Sample uploads that look like the real ones: a gstlal coincidence and a multi-order sky map.

Both describe one invented binary neutron star (`source`), so that the times in the
coincidence and the position in the sky map agree.
"""

from __future__ import annotations

from .coincidence import coinc
from .localization import sky_map
from .source import EVENT_TIME

__all__ = ["EVENT_TIME", "coinc", "sky_map"]
