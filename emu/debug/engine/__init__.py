"""The engine: forward and backward in time.

engine      run, goto, reverse, intervene              cause       why it stopped
pages       copies of memory that share pages          state       what a copy of the whole system consists of
checkpoints which copies are kept                      archive     what happened: events of hardware and kernel by tick
streams     recorded input, output said once           savefile    a session on disk: inputs and changes, run again
"""

from emu.debug.engine.cause import Cause
from emu.debug.engine.engine import Engine

__all__ = ["Cause", "Engine"]
