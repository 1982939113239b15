"""What a program finds when it starts: stack, arguments, auxiliary vector, layout."""

from __future__ import annotations

import struct

import pytest
from kernel_fake import BASE, FakeMachine, Guest, make_elf

from emu.kernel import Kernel, Options


def start_stack(guest: Guest) -> tuple[list[bytes], list[bytes], dict[int, int]]:
    """argv, envp and the auxiliary vector, read as a C library would."""
    word = guest.word
    sp = guest.hart.x[2] & guest.kernel.xlen_mask
    assert sp % 16 == 0

    def string(addr: int) -> bytes:
        text = b""
        while not text.endswith(b"\0"):
            text += guest.load(addr + len(text), 1)
        return text[:-1]

    class Words:
        def __getitem__(self, n: int) -> int:
            return guest.word_at(sp + n * word, word)

    values = Words()
    argc = values[0]
    argv = [string(values[1 + n]) for n in range(argc)]
    assert values[1 + argc] == 0
    at = 2 + argc
    envp = []
    while values[at]:
        envp.append(string(values[at]))
        at += 1
    at += 1
    auxv = {}
    while values[at]:
        auxv[values[at]] = values[at + 1]
        at += 2
    return argv, envp, auxv


@pytest.mark.parametrize("xlen", [64, 32])
def test_stack(xlen: int) -> None:
    """argc, argv, envp and auxv lie as the psABI says; the entries that a libc reads are right."""
    guest = Guest(xlen)
    argv, envp, auxv = start_stack(guest)
    assert (argv, envp) == ([b"prog"], [b"A=b"])
    assert auxv[6] == 4096  # AT_PAGESZ
    assert auxv[9] == guest.hart.pc == BASE + 0x200  # AT_ENTRY
    assert auxv[3] == BASE + (64 if xlen == 64 else 52)  # AT_PHDR
    assert (auxv[4], auxv[5]) == ((56, 2) if xlen == 64 else (32, 2))  # AT_PHENT, AT_PHNUM
    assert auxv[17] == 100  # AT_CLKTCK
    assert len(guest.load(auxv[25], 16)) == 16  # AT_RANDOM
    assert guest.load(auxv[31], 6) == b"/prog\0"  # AT_EXECFN
    assert auxv[23] == auxv[11] == 0  # AT_SECURE, AT_UID
    assert not any(guest.hart.x[n] for n in range(32) if n != 2)


@pytest.mark.parametrize(("xlen", "top"), [(64, 1 << 47), (32, 0xC0000000)])
def test_layout_without_aslr(xlen: int, top: int) -> None:
    """NULL page, text, data, bss, heap, mmap area and stack stand in Linux's order; the stack ends at the top."""
    guest = Guest(xlen)
    mm = guest.mm
    names = [mm.name_of(vma) for vma in mm.vmas]
    assert names == ["/prog", "/prog", "", "[vdso]", "[stack]"]
    assert mm.vmas[0].vm_start >= 0x10000
    assert mm.vmas[-1].vm_end == top
    assert mm.brk == mm.start_brk == 0x15000
    assert mm.brk < mm.mmap_base < mm.vmas[-1].vm_start - (8 << 20)
    assert guest.mmap(4096) < mm.mmap_base


@pytest.mark.parametrize("xlen", [64, 32])
def test_aslr_follows_the_seed(xlen: int) -> None:
    """The same seed gives the same layout, another seed another one; text of a static program stays."""

    def layout(seed: int) -> tuple[int, ...]:
        guest = Guest(xlen, aslr=True, seed=seed)
        return guest.hart.x[2], guest.mm.start_brk, guest.mm.mmap_base

    one, same, two = layout(1), layout(1), layout(2)
    assert one == same
    assert all(a != b for a, b in zip(one, two, strict=True))


def test_arguments_too_long() -> None:
    """More than a quarter of the stack limit in arguments is refused."""
    kernel = Kernel(FakeMachine(), Options(stack_limit=256 << 10))
    with pytest.raises(Exception, match="E2BIG"):
        kernel.spawn(make_elf(), "/prog", ["x" * 1000] * 200)


def test_static_pie() -> None:
    """A static position-independent executable is loaded two thirds up, and told so."""
    data = bytearray(make_elf())
    struct.pack_into("<H", data, 16, 3)
    data[64 + 56 * 2 : 64 + 56 * 3] = struct.pack("<IIQQQQQQ", 2, 6, 0, 0x12000, 0, 0, 0, 8)
    struct.pack_into("<H", data, 56, 3)
    guest = Guest(elf=bytes(data))
    assert guest.hart.pc > 1 << 46
    assert start_stack(guest)[2][9] == guest.hart.pc
