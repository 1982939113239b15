"""The machines of state_spaces, briefly; `python tools/fuzz_syscalls.py --state 1000` plays them at length."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from state_spaces import MACHINES, AddressSpaces

QUICK = settings(
    max_examples=12,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # the tool shrinks what fails
)
FEW = settings(QUICK, max_examples=4)


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.__name__)
def test_histories(machine: type[AddressSpaces]) -> None:
    """The kernel does what the model says, and nothing is left at the end."""
    run_state_machine_as_test(machine, settings=FEW if machine.padding else QUICK)
