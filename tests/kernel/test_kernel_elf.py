"""The loader believes nothing: every bad file is one line with a reason, whatever its bytes."""

from __future__ import annotations

import random
import struct

import pytest
from kernel_fake import BASE, DATA, FakeMachine, make_elf

from emu.errors import EmuError
from emu.kernel import ElfError, Kernel, Options


def spawn(data: bytes, xlen: int = 64) -> Kernel:
    """A kernel with the file as its first process."""
    kernel = Kernel(FakeMachine(1 << 20, xlen), Options(aslr=False))
    kernel.spawn(data, "/prog", ["prog"])
    return kernel


def patched(at: int, code: str, *values: int, xlen: int = 64) -> bytes:
    """A good executable with a few bytes changed."""
    data = bytearray(make_elf(xlen))
    struct.pack_into("<" + code, data, at, *values)
    return bytes(data)


TEXT, SECOND = 64, 64 + 56  # the program headers of RV64
BAD = {
    "empty": (b"", "empty"),
    "text": (b"hello world", "not an ELF"),
    "magic only": (b"\x7fELF", "truncated"),
    "half a header": (make_elf()[:40], "truncated"),
    "headers cut": (make_elf()[:100], "truncated in its program headers"),
    "segment cut": (make_elf()[:0x900], "truncated"),
    "class": (patched(4, "B", 9), "class"),
    "big endian": (patched(5, "B", 2), "big-endian"),
    "x86-64": (patched(18, "H", 62), "x86-64"),
    "version": (patched(20, "I", 7), "version"),
    "object": (patched(16, "H", 1), "relocatable"),
    "core": (patched(16, "H", 4), "core"),
    "shared": (patched(16, "H", 3), "shared object"),
    "interpreter unnamed": (make_elf(interp=b"\0"), "names no program interpreter"),
    "interpreter unended": (make_elf(interp=b"/ld.so"), "names no program interpreter"),
    "interpreter long": (make_elf(interp=b"x" * 5000 + b"\0"), "names no program interpreter"),
    "no headers": (patched(56, "H", 0), "no program headers"),
    "header size": (patched(54, "H", 57), "program headers of 57"),
    "many headers": (patched(56, "H", 60000), "60000 program headers"),
    "headers far": (patched(32, "Q", 1 << 63), "truncated"),
    "nothing to load": (patched(TEXT, "I", 0) and struct.pack("<I", 0), "not an ELF"),
    "filesz > memsz": (patched(TEXT + 32, "QQ", 0x1000, 0x10), "more bytes in the file"),
    "offset far": (patched(TEXT + 8, "Q", (1 << 64) - 4096), "truncated"),
    "absurd size": (patched(SECOND + 40, "Q", 1 << 60), "don't fit"),
    "wrapping size": (patched(SECOND + 40, "Q", (1 << 64) - 1), "don't fit"),
    "kernel address": (patched(SECOND + 16, "Q", 0xFFFFFFFF80000000), "don't fit"),
    "misaligned": (patched(TEXT + 16, "Q", BASE + 4), "differ within a page"),
    "alignment": (patched(TEXT + 48, "Q", 3), "power of two"),
    "overlap": (patched(SECOND + 16, "Q", BASE), "overlaps"),
    "null page": (patched(TEXT + 16, "Q", 0), "reserved"),
    "entry outside": (patched(24, "Q", 0x500000), "entry point"),
    "entry in data": (patched(24, "Q", DATA), "entry point"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_elf(name: str) -> None:
    """A bad file gives an ElfError whose one line names the fault."""
    data, reason = BAD[name]
    with pytest.raises(ElfError) as found:
        spawn(data)
    assert reason in found.value.message
    assert "\n" not in found.value.message


def test_wrong_width() -> None:
    """An RV32 program on an RV64 machine is refused with a hint, and the other way round."""
    for xlen in (64, 32):
        with pytest.raises(ElfError, match="the machine is"):
            spawn(make_elf(96 - xlen), xlen)


@pytest.mark.parametrize("xlen", [64, 32])
def test_good_elf_is_mapped_not_copied(xlen: int) -> None:
    """Loading maps the segments; only the page with the end of .data is touched, to clear its rest."""
    kernel = spawn(make_elf(xlen), xlen)
    mm = kernel.init.mm
    text, data, bss = mm.vmas[:3]
    assert (text.vm_start, text.letters(), text.vm_file.path) == (BASE, "r-xp", "/prog")
    assert (data.vm_start, data.letters()) == (DATA, "rw-p")
    assert (bss.vm_start, bss.vm_end, bss.vm_file) == (DATA + 0x1000, DATA + 0x3000, None)
    assert mm.pte_cell(BASE) is None or not mm.cells[mm.pte_cell(BASE)]
    assert mm.rss_anon == 2  # the stack page with the arguments, the page with the end of .data


@pytest.mark.parametrize("xlen", [64, 32])
def test_failed_load_leaves_nothing(xlen: int) -> None:
    """A file refused half-way gives back every frame and area."""
    kernel = Kernel(FakeMachine(1 << 20, xlen), Options())
    free = kernel.pages.nr_free_pages + kernel.vm.nr_file_pages
    with pytest.raises(EmuError):
        kernel.spawn(make_elf(xlen), "/prog", ["x" * 200_000])
    cached = kernel.vm.nr_file_pages
    assert kernel.pages.nr_free_pages == free - cached
    assert not kernel.tasks


@pytest.mark.parametrize("seed", range(8))
def test_fuzz(seed: int) -> None:
    """Random damage to a good file: it loads or is an ElfError, nothing else, and no frame is lost."""
    rng = random.Random(seed)
    for _ in range(150):
        xlen = rng.choice((64, 32))
        data = bytearray(make_elf(xlen))
        for _ in range(rng.randint(1, 6)):
            at = rng.randrange(0x100) if rng.random() < 0.9 else rng.randrange(len(data))
            data[at] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))
        if rng.random() < 0.2:
            del data[rng.randrange(len(data)) :]
        kernel = Kernel(FakeMachine(1 << 20, xlen), Options(seed=seed))
        before = kernel.pages.nr_free_pages + kernel.vm.nr_file_pages
        try:
            kernel.spawn(bytes(data), "/prog", ["prog"])
        except EmuError:
            assert kernel.pages.nr_free_pages == before - kernel.vm.nr_file_pages
