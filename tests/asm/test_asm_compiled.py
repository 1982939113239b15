"""What clang -S writes assembles unmodified, and gives the bytes that clang -c gives."""

from pathlib import Path

import pytest
from asm_judge import compare, our_sections, target, zig

SOURCE = Path(__file__).with_name("functions.c")
SOFT, HARD = "imac_zicsr_zifencei", "imafdc_zicsr_zifencei"
VARIANTS = {
    "O0": (SOFT, ["-O0"]),
    "O1": (SOFT, ["-O1"]),
    "O2": (SOFT, ["-O2"]),
    "O2 floating point": (HARD, ["-O2"]),
    "Os without C": ("ima_zicsr_zifencei", ["-Os"]),
    "O1 pic": (HARD, ["-O1", "-fPIC"]),
    "O2 sections, debug": (SOFT, ["-O2", "-ffunction-sections", "-fdata-sections", "-g"]),
    "O1 large debug": (SOFT, ["-O1", "-g", "-gdwarf-4", "-fno-common", "-mcmodel=medany"]),
    "O1 unwind tables": (SOFT, ["-O1", "-funwind-tables", "-fstack-size-section"]),
}


def compiled(xlen, arch, options):
    """The assembly text that clang writes."""
    done = zig("clang", *target(xlen, arch), "-ffreestanding", "-S", *options, str(SOURCE), "-o", "-")
    assert done.returncode == 0, done.stderr[:4000]
    return done.stdout


@pytest.mark.parametrize("xlen", (64, 32))
@pytest.mark.parametrize("variant", VARIANTS)
def test_compiled_functions(variant, xlen):
    """Twenty C functions at several levels of optimisation."""
    arch, options = VARIANTS[variant]
    text = compiled(xlen, arch, options)
    if variant == "O1 unwind tables":  # .eh_frame comes from .cfi directives, which are passed over
        ours = our_sections(text, xlen, None)
        assert ".text" in ours
    else:
        compare(text, xlen, arch)
