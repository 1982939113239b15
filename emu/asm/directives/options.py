"""Directives about the target, and those that need nothing done. RISC-V Assembly Programmer's Manual, ".option"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emu.asm.directives.table import Arguments, directive
from emu.asm.errors import Mistake
from emu.asm.options import Options, expand, extension_name, parse_arch
from emu.errors import did_you_mean

if TYPE_CHECKING:
    from emu.asm.assembler import Assembler

# .option word -> what changes
_WORDS = {
    "rvc": {"rvc": True},
    "norvc": {"rvc": False},
    "pic": {"pic": True},
    "nopic": {"pic": False},
    "relax": {},
    "norelax": {},
    "exact": {},
    "noexact": {},
    "csr-check": {},
    "no-csr-check": {},
}
TAGS = {
    "stack_align": 4,
    "arch": 5,
    "unaligned_access": 6,
    "priv_spec": 8,
    "priv_spec_minor": 10,
    "priv_spec_revision": 12,
    "atomic_abi": 14,
    "x3_reg_usage": 16,
}


@directive(".option", "push, pop, rvc, norvc, pic, nopic or arch, +ext", "What the assembler may do from here on.")
def option(asm: Assembler, arguments: Arguments) -> None:
    texts = arguments.texts
    word = texts[0].lower() if texts else ""
    if word == "push":
        asm.option_stack.append(asm.options)
    elif word == "pop":
        if not asm.option_stack:
            raise Mistake(".option pop without .option push", arguments.name_column)
        asm.options = asm.option_stack.pop()
    elif word == "arch":
        asm.options = _arch(asm.options, texts[1:], asm.xlen)
    elif word in _WORDS:
        asm.options = asm.options._replace(**_WORDS[word])
    else:
        raise Mistake(
            f"unknown option {word!r}", arguments.column, did_you_mean(word, [*_WORDS, "push", "pop", "arch"])
        )
    asm.rvc_used = asm.rvc_used or asm.options.rvc


def _arch(options: Options, texts: list[str], xlen: int) -> Options:
    extensions = options.extensions
    for text in texts:
        if text[:1] in ("+", "-"):
            name = extension_name(text[1:].strip().lower())
            if not name:
                raise Mistake(f"{text!r} is no extension", None, "write +zba or -c")
            names = expand([name])
            extensions = extensions | names if text[0] == "+" else extensions - names
        else:
            extensions = _checked(text, xlen)
    return options.with_extensions(extensions, options.strict)


def _checked(text: str, xlen: int) -> frozenset[str]:
    width, extensions = parse_arch(text)
    if width != xlen:
        raise Mistake(f"{text} is for RV{width}, and this is RV{xlen}", None, f"assemble for RV{width}")
    return extensions


@directive(".attribute", "tag, value", "A note about the object: 5 (arch), 4 (stack_align) and others.")
def attribute(asm: Assembler, arguments: Arguments) -> None:
    arguments.expect(2, 2)
    word = str(arguments.parts[0][0].value).lower().removeprefix("tag_riscv_")
    tag = TAGS.get(word)
    if tag is None:
        tag = arguments.integer(0)
    if arguments.parts[1][0].kind == "string":
        value: int | str = arguments.string(1).decode("ascii", "replace")
    else:
        value = arguments.integer(1)
    if tag == TAGS["arch"]:
        asm.options = asm.options.with_extensions(_checked(str(value), asm.xlen), asm.options.strict)
        asm.rvc_used = asm.rvc_used or asm.options.rvc
    asm.attributes[tag] = value


IGNORED = ".ident .addrsig .addrsig_sym .variant_cc .symver .reloc .build_version .version .eabi_attribute .lto_discard"
CFI = """sections startproc endproc personality personality_id lsda lsda_id inline_lsda def_cfa def_cfa_register
def_cfa_offset adjust_cfa_offset def_aspace_cfa offset rel_offset register restore undefined same_value remember_state
restore_state return_column signal_frame window_save escape val_encoded_addr fde_data label b_key_frame val_offset
llvm_def_aspace_cfa"""


@directive(IGNORED, "…", "Nothing: of no use to a static program.")
@directive(" ".join(f".cfi_{word}" for word in CFI.split()), "…", "Nothing: describes stack frames for unwinding.")
def ignore(asm: Assembler, arguments: Arguments) -> None:
    return None


@directive(".insn", "[length,] value", "An instruction as a number.")
def insn(asm: Assembler, arguments: Arguments) -> None:
    arguments.expect(1, 2)
    value = arguments.integer(len(arguments) - 1)
    length = 2 if value & 3 != 3 else 4
    if not 0 <= value < 1 << 8 * length or (len(arguments) == 2 and arguments.integer(0) != length):
        raise Mistake(f"{value:#x} is not an instruction of that length", arguments.at(0))
    asm.lines.instruction(arguments.name_column)
    asm.section.count(length)
    asm.section.data(asm.line).data.extend(value.to_bytes(length, "little"))
