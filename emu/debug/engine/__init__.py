"""The engine: forward and backward in time.

engine      what there is, now                         mover       forwards, until something is met (cause)
passer      past breakpoints                           seeker      backwards, to what was met last
keeper      copies, and being at another time          changer     changes by the user
state       what a copy of the system consists of      pages       copies of memory that share pages
checkpoints which copies are kept                      statehash   a digest of what a guest could notice
archive     what happened, by tick (listener)          streams     recorded input, output said once
entries     the past in stretches                      scalars     what is looked at between two of them
savefile    a session on disk: inputs and changes (change), run again
docs/time-travel.md tells the whole.
"""

from emu.debug.engine.cause import Cause
from emu.debug.engine.engine import Engine

__all__ = ["Cause", "Engine"]
