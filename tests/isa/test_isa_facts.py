"""CSRs, causes, paging and the ABI: the constants of the manuals."""

import subprocess
import sys

import pytest

from emu.isa import abi, causes, paging
from emu.isa.csrs import CSR_BY_NAME, CSR_BY_NUMBER, CSRS, csr_name
from emu.isa.text import fence_letters, fence_set


def test_registers():
    """32 names each, x and f numbers and fp accepted."""
    assert len(abi.X_NAMES) == len(abi.F_NAMES) == 32
    assert (abi.XREG["a0"], abi.XREG["x31"], abi.XREG["fp"], abi.FREG["fa0"], abi.FREG["f31"]) == (10, 31, 8, 10, 31)
    assert abi.register_role(2) == "stack pointer"
    assert set(range(1, 32)) - {abi.GP, abi.TP} == abi.CALLEE_SAVED | abi.CALLER_SAVED


def test_csrs():
    """Numbers and names are unique; the top bits of the number tell access."""
    assert len(CSR_BY_NAME) == len(CSR_BY_NUMBER) == len(CSRS)
    assert CSR_BY_NAME["cycle"].read_only and not CSR_BY_NAME["fcsr"].read_only
    assert [CSR_BY_NAME[n].privilege for n in ("cycle", "satp", "mhartid")] == [0, 1, 3]
    assert (csr_name(0xC00), csr_name(0x7C0)) == ("cycle", "0x7c0")


def test_causes():
    """Every cause has a name, unknown ones too."""
    assert causes.cause_name(causes.LOAD_PAGE_FAULT) == "load page fault"
    assert causes.cause_name(10) == "reserved cause 10"
    assert causes.CAUSE_NAMES.keys() >= causes.PAGE_FAULTS | causes.ACCESS_FAULTS | causes.MISALIGNED


@pytest.mark.parametrize("scheme", paging.SCHEMES.values(), ids=lambda s: s.name)
def test_levels_cover_the_address(scheme):
    """The levels' indexes and the page offset make up the whole address, and a table fills one page."""
    shifts = [level.shift for level in scheme.levels]
    assert sum(level.bits for level in scheme.levels) + paging.PAGE_SHIFT == scheme.va_bits
    assert shifts == sorted(shifts, reverse=True) and shifts[-1] == paging.PAGE_SHIFT
    assert all((1 << level.bits) * scheme.pte_size == paging.PAGE_SIZE for level in scheme.levels)
    va = 0b1_0000_0001 << scheme.levels[0].shift
    assert scheme.levels[0].index(va) == 0b1_0000_0001


@pytest.mark.parametrize(
    ("scheme", "va", "canonical"),
    [
        (paging.SV32, 0xFFFFFFFF, True),
        (paging.SV32, 1 << 32, False),
        (paging.SV39, (1 << 38) - 1, True),
        (paging.SV39, 1 << 38, False),
        (paging.SV39, (1 << 64) - (1 << 38), True),
        (paging.SV39, (1 << 64) - (1 << 38) - 1, False),
        (paging.SV48, (1 << 47) - 1, True),
        (paging.SV48, 1 << 47, False),
        (paging.SV48, (1 << 64) - 1, True),
    ],
)
def test_canonical_addresses(scheme, va, canonical):
    """The unused top bits must repeat the highest address bit."""
    assert paging.is_canonical(scheme, va) is canonical


def test_satp():
    """The fields of satp stand where the manual puts them."""
    assert paging.make_satp(paging.PAGING_SV39, 1, 2) == 0x8000_1000_0000_0002
    assert paging.make_satp(paging.PAGING_SV48, 0, 2) == 0x9000_0000_0000_0002
    assert paging.make_satp(paging.PAGING_SV32, 1, 2) == 0x8040_0002
    assert paging.make_satp(paging.PAGING_BARE, 5, 2) == 0


def test_pte_flags():
    """Bits are named as the manual draws them, and only R or X makes a leaf."""
    assert paging.pte_flags(0xFF) == "DAGUXWRV"
    assert paging.pte_flags(paging.PTE_V | paging.PTE_R | paging.PTE_A) == "-A----RV"
    assert paging.is_leaf(paging.PTE_V | paging.PTE_X) and not paging.is_leaf(paging.PTE_V)


@pytest.mark.parametrize(("text", "value"), [("iorw", 15), ("rw", 3), ("w", 1), ("i", 8), ("0", 0)])
def test_fence_sets(text, value):
    """Letters in order, both ways."""
    assert (fence_set(text), fence_letters(value)) == (value, text)


@pytest.mark.parametrize("text", ["wr", "rr", "x", "", "rwx", "1"])
def test_bad_fence_sets(text):
    """Anything else is no set."""
    assert fence_set(text) is None


def test_imports_are_light():
    """The whole package comes without numpy, numba or the upper floors."""
    code = "import sys, emu.isa.help, emu.isa.paging; print(*sys.modules)"
    names = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"numpy", "numba"} & set(names)
    floors = {name.split(".")[1] for name in names if name.startswith("emu.")}
    assert floors == {"isa", "errors"}
