"""Relocations: RISC-V ELF psABI, "Relocations". One row each: number, name, how the value is made, where it goes.

how   abs S+A   pcrel S+A-P   got G+A-P   tls_got, tls_gd (GOT entries that hold tp offsets)   lo (of the pair's
      %pcrel_hi)   tprel S+A-TLS   dtprel the same less 0x800   add V+S+A   sub V-S-A   set S+A   none
where a field of emu.isa.formats (`imm_u` takes the value plus 0x800, for the sign of the low part), w8 … w64 a
little-endian word, w6 its low six bits, uleb, or `call`: auipc and jalr
"""

from __future__ import annotations

from typing import NamedTuple


class Relocation(NamedTuple):
    """One kind."""

    number: int
    name: str
    how: str
    where: str


_TABLE = """
0  NONE            none    -
1  32              abs     w32
2  64              abs     w64
8  TLS_DTPREL32    dtprel  w32
9  TLS_DTPREL64    dtprel  w64
16 BRANCH          pcrel   imm_b
17 JAL             pcrel   imm_j
18 CALL            pcrel   call
19 CALL_PLT        pcrel   call
20 GOT_HI20        got     imm_u
21 TLS_GOT_HI20    tls_got imm_u
22 TLS_GD_HI20     tls_gd  imm_u
23 PCREL_HI20      pcrel   imm_u
24 PCREL_LO12_I    lo      imm_i
25 PCREL_LO12_S    lo      imm_s
26 HI20            abs     imm_u
27 LO12_I          abs     imm_i
28 LO12_S          abs     imm_s
29 TPREL_HI20      tprel   imm_u
30 TPREL_LO12_I    tprel   imm_i
31 TPREL_LO12_S    tprel   imm_s
32 TPREL_ADD       none    -
33 ADD8            add     w8
34 ADD16           add     w16
35 ADD32           add     w32
36 ADD64           add     w64
37 SUB8            sub     w8
38 SUB16           sub     w16
39 SUB32           sub     w32
40 SUB64           sub     w64
41 GOT32_PCREL     got     w32
43 ALIGN           none    -
44 RVC_BRANCH      pcrel   c_b
45 RVC_JUMP        pcrel   c_j
46 RVC_LUI         abs     c_lui
51 RELAX           none    -
52 SUB6            sub     w6
53 SET6            set     w6
54 SET8            set     w8
55 SET16           set     w16
56 SET32           set     w32
57 32_PCREL        pcrel   w32
59 PLT32           pcrel   w32
60 SET_ULEB128     set     uleb
61 SUB_ULEB128     sub     uleb
"""

RELOCATIONS: dict[str, Relocation] = {}
BY_NUMBER: dict[int, Relocation] = {}
for _row in _TABLE.strip().splitlines():
    _number, _name, _how, _where = _row.split()
    RELOCATIONS[_name] = BY_NUMBER[int(_number)] = Relocation(int(_number), _name, _how, _where)

# %modifier -> {field it may stand in: relocation}
MODIFIERS: dict[str, dict[str, str]] = {
    "hi": {"imm_u": "HI20"},
    "lo": {"imm_i": "LO12_I", "imm_s": "LO12_S"},
    "pcrel_hi": {"imm_u": "PCREL_HI20"},
    "pcrel_lo": {"imm_i": "PCREL_LO12_I", "imm_s": "PCREL_LO12_S"},
    "got_pcrel_hi": {"imm_u": "GOT_HI20"},
    "tprel_hi": {"imm_u": "TPREL_HI20"},
    "tprel_lo": {"imm_i": "TPREL_LO12_I", "imm_s": "TPREL_LO12_S"},
    "tprel_add": {},
    "tls_ie_pcrel_hi": {"imm_u": "TLS_GOT_HI20"},
    "tls_gd_pcrel_hi": {"imm_u": "TLS_GD_HI20"},
}
# A symbolic operand without a modifier: field -> relocation; other fields take a number known only after layout.
PLAIN = {"imm_b": "BRANCH", "imm_j": "JAL", "c_b": "RVC_BRANCH", "c_j": "RVC_JUMP"}
