"""Medicare's enrollment types as the files write them, in CMS's order, in which amounts are added (v11, 3.2)."""

from __future__ import annotations

# Sums of floats depend on their order.
TYPES = ("esrd", "disabled", "aged-dual", "aged-nondual")
