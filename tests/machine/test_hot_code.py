"""What the compiled machine must not hold: reference counting, and floating point in integer code."""

import json
import os
import subprocess
import sys

import pytest

SCRIPT = """
import json, re, sys
from emu.machine import Machine, load_config
from emu.machine.doors import run_timed, run_untimed

found = {}
for door, timing in ((run_timed, "full"), (run_untimed, "off")):
    Machine(load_config("toy", {"timing": timing})).warm()
    (text,) = door.inspect_llvm().values()
    bodies = re.findall(r"^define [^@]*@([^(]*)\\(.*?^}", text, re.M | re.S)
    code = "\\n".join(re.findall(r"^define .*?^}", text, re.M | re.S))
    found[timing] = {
        "functions": len(bodies),
        "counting": len(re.findall(r"call[^\\n]*@NRT_(incref|decref)", code)),
        "floating": len(re.findall(r"= (fadd|fsub|fmul|fdiv|sitofp|uitofp|fptosi|fptoui|fcmp)\\b", code)),
    }
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def compiled(tmp_path_factory) -> dict[str, dict[str, int]]:
    """What stands in the LLVM code of both run doors, compiled afresh (code from the cache has no text)."""
    environment = {**os.environ, "EMU_CACHE_DIR": str(tmp_path_factory.mktemp("jit"))}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, timeout=300, check=True
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("timing", ("full", "off"))
def test_the_text_was_read(compiled, timing):
    """The doors hold the machine's functions, so that the tests below look at something."""
    assert compiled[timing]["functions"] > 40


@pytest.mark.parametrize("timing", ("full", "off"))
def test_no_reference_counting(compiled, timing):
    """numba's private flag `_nrt=False` still does what the hot loop needs."""
    assert compiled[timing]["counting"] == 0


@pytest.mark.parametrize("timing", ("full", "off"))
def test_no_floating_point(compiled, timing):
    """No unsigned and signed number met by accident: numba would make a float64 of them."""
    assert compiled[timing]["floating"] == 0
