"""How much chaos: `make chaos` sets HERAUT_CHAOS=long, everything else runs the short form."""

import os

LONG = os.environ.get("HERAUT_CHAOS") == "long"
SEED = int(os.environ.get("HERAUT_CHAOS_SEED", "20260302"))
