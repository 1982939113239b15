"""`emu help TOPIC`: what the tables know. A topic is a row of TOPICS; its text is made when it is asked for."""

from __future__ import annotations

from collections.abc import Callable

import click

from emu.cli.group import COMMANDS, LazyGroup
from emu.errors import EmuError, did_you_mean


def insn(name: str | None) -> str:
    """One instruction, or the list of all."""
    if name:
        from emu.isa.help import insn_help

        return insn_help(name)
    from emu.cli import help_insn

    return help_insn.listing()


def exit_codes(_: str | None) -> str:
    """The exit codes of emu."""
    from emu.cli import exitcodes

    return exitcodes.text()


def csr(name: str | None) -> str:
    """The control and status registers, or one of them."""
    from emu.isa.csrs import CSR_BY_NAME

    return rows({key: f"{row.number:#05x}  {row.summary}" for key, row in CSR_BY_NAME.items()}, name, "CSR")


def registers(name: str | None) -> str:
    """The integer registers and what the calling convention uses them for."""
    from emu.isa.abi import X_NAMES, register_role

    return rows({abi: f"x{i:<4}{register_role(i)}" for i, abi in enumerate(X_NAMES)}, name, "register")


def causes(_: str | None) -> str:
    """The causes of traps and their numbers."""
    from emu.isa.causes import CAUSE_NAMES

    return "\n".join(f"{number:>3}  {name}" for number, name in CAUSE_NAMES.items())


def counters(name: str | None) -> str:
    """The hardware counters of `emu stat`."""
    from emu.report.glossary import COUNTERS

    return rows(COUNTERS, name, "counter")


def ledger(name: str | None) -> str:
    """The causes that a cycle can have."""
    from emu.machine.ledger import LEDGER

    return rows(LEDGER, name, "cause")


TOPICS: dict[str, tuple[Callable[[str | None], str], str]] = {
    "insn": (insn, "insn NAME: an instruction's meaning, encoding and an example; without NAME, all of them"),
    "registers": (registers, "the integer registers and what they are for"),
    "csr": (csr, "the control and status registers"),
    "causes": (causes, "what can trap, and the number of each cause"),
    "counters": (counters, "the hardware counters of `emu stat`"),
    "ledger": (ledger, "the causes that a cycle can have"),
    "exit-codes": (exit_codes, "what emu's exit code says"),
}


def rows(table: dict[str, str], name: str | None, kind: str) -> str:
    """A table as text, or one row of it."""
    if name is not None and name not in table:
        raise EmuError(f"no {kind} {name!r}", hint=did_you_mean(name, table))
    width = max(map(len, table)) + 2
    return "\n".join(f"{key:{width}}{value}" for key, value in table.items() if name in (None, key))


def overview() -> str:
    """The list of topics."""
    width = max(map(len, [*TOPICS, *COMMANDS])) + 2
    lines = ["emu help TOPIC", "", "Topics:"]
    lines += [f"  {name:{width}}{summary}" for name, (_, summary) in TOPICS.items()]
    return "\n".join([*lines, "", "Commands:", *(f"  {name:{width}}{line}" for name, line in COMMANDS.items())])


def command_help(ctx: click.Context, name: str) -> str:
    """What `emu NAME --help` prints."""
    group: LazyGroup = ctx.parent.command
    child = group.get_command(ctx.parent, name)
    return child.get_help(click.Context(child, info_name=name, parent=ctx.parent))


@click.command("help")
@click.argument("topic", required=False)
@click.argument("name", required=False)
@click.pass_context
def command(ctx: click.Context, topic: str | None, name: str | None) -> None:
    """Explain an instruction, the exit codes, a counter, a command …"""
    if topic is None:
        click.echo(overview())
    elif topic in TOPICS:
        click.echo(TOPICS[topic][0](name))
    elif topic in COMMANDS:
        click.echo(command_help(ctx, topic))
    else:
        hint = did_you_mean(topic, [*TOPICS, *COMMANDS]) or instruction_hint(topic)
        raise EmuError(f"no help on {topic!r}", hint=hint)


def instruction_hint(topic: str) -> str:
    """`emu help addi` is meant as `emu help insn addi`."""
    from emu.isa.insns import BY_NAME
    from emu.isa.pseudo import PSEUDOS

    known = topic.lower() in BY_NAME or any(p.name == topic.lower() for p in PSEUDOS)
    return f"for the instruction: emu help insn {topic}" if known else "emu help lists the topics"
