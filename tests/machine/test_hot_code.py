"""What the compiled machine must not contain: reference counting, integers turned into floats, undefined overflow."""

import io
import platform
import re

import capstone
import numpy as np
import pytest
from elftools.elf.constants import SH_FLAGS
from elftools.elf.elffile import ELFFile
from numba import types
from numba.cpython import numbers

from emu.machine import Machine, jit, load_config, state

# The guest's floating point is computed on bit patterns; a conversion of integers means that numba mixed its types
# (int64 with uint64 gives float64).
JUDGES = {
    "x86_64": (capstone.CS_ARCH_X86, capstone.CS_MODE_64, r"v?cvt(?!ss2sd|sd2ss).*"),
    "aarch64": (capstone.CS_ARCH_ARM64, capstone.CS_MODE_ARM, r"fcvt.+|[su]cvtf"),
}


def compiled(door, timing):
    """The object code of a door, as the compile cache keeps it."""
    Machine(load_config("toy", {"timing": timing})).warm()
    if not jit.CACHED or platform.machine() not in JUDGES:
        pytest.skip("no compile cache to read, or no judge for this processor")
    newest = max(jit.CACHE_DIR.glob(f"*/doors.{door}-*.nbc"), key=lambda path: path.stat().st_mtime)
    data = newest.read_bytes()
    at = data.find(b"\x7fELF")
    if at < 0:
        pytest.skip("not an ELF object")
    return ELFFile(io.BytesIO(data[at:]))


@pytest.mark.parametrize(("door", "timing"), [("run_timed", "full"), ("run_untimed", "off")])
def test_no_reference_counts_and_no_conversions(door, timing):
    """The run loop and all below it call no NRT function and convert no integer to a float or back."""
    image = compiled(door, timing)
    symbols = [s.name for s in image.get_section_by_name(".symtab").iter_symbols() if s["st_shndx"] == "SHN_UNDEF"]
    assert [name for name in symbols if "NRT" in name] == []
    arch, mode, floating = JUDGES[platform.machine()]
    judge = capstone.Cs(arch, mode)
    judge.skipdata = True
    code = [s.data() for s in image.iter_sections() if s["sh_flags"] & SH_FLAGS.SHF_EXECINSTR]
    mnemonics = {row[2] for data in code for row in judge.disasm_lite(data, 0)}
    assert len(mnemonics) > 30
    assert [name for name in sorted(mnemonics) if re.fullmatch(floating, name)] == []


def test_integers_wrap():
    """Signed sums, differences and products carry no promise that they do not overflow."""

    @jit.entry
    def high_word(a, b):
        product = (a & 0xFFFFFFFF) * (b & 0xFFFFFFFF)
        return (((product >> 32) & 0xFFFFFFFF) ^ 0x80000000) - 0x80000000

    assert high_word(-0x45, -4) == -0x49  # known to be wrong if LLVM may think that the product is positive
    assert numbers._int_arith_flags(types.int64) == []


def test_no_field_hides_behind_numpy():
    """A field of the state's records is found as an attribute in plain Python, too."""
    records = [kind for kind in vars(state).values() if isinstance(kind, np.dtype) and kind.names]
    assert len(records) > 5
    taken = set(dir(np.record)) | set(dir(np.recarray))
    assert [name for kind in records for name in kind.names if name in taken] == []
