"""`emu config`: every knob of the machine with its value and what it means; the presets side by side."""

from __future__ import annotations

import json
import re

import click

from emu.cli.params import KEY_VALUE


@click.command("config")
@click.argument("preset", required=False)
@click.option("--preset", "named", metavar="PRESET", help="The same, as `emu run` takes it.")
@click.option(
    "--set", "knobs", type=KEY_VALUE, multiple=True, help="Change one knob; shows that the value is possible."
)
@click.option("--all", "side_by_side", is_flag=True, help="The presets side by side.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(
    preset: str | None, named: str | None, knobs: tuple[tuple[str, str], ...], side_by_side: bool, as_json: bool
) -> None:
    """Show a preset (default: small): every knob, its value, what it means."""
    from emu.machine.config import PRESETS, load_config

    if side_by_side:
        every = {name: load_config(name, dict(knobs)).values for name in PRESETS}
        click.echo(json.dumps(every, indent=2) if as_json else compare(every))
        return
    name = preset or named or "small"
    values = load_config(name, dict(knobs)).values
    click.echo(json.dumps(values, indent=2) if as_json else listing(name, values))


def listing(name: str, values: dict[str, object]) -> str:
    """`knob = value  # meaning`, knobs in the preset's order."""
    from emu.machine.config import PRESETS

    meanings = explain(name)
    lines = [f"preset {name} (others: {', '.join(other for other in PRESETS if other != name)}); --set KEY=VALUE", ""]
    for key, value in values.items():
        line = f"{key:22} = {spell(key, value):>8}"
        lines.append(f"{line}   {meanings.get(key, '')}".rstrip())
    return "\n".join(lines)


def compare(every: dict[str, dict[str, object]]) -> str:
    """One column a preset."""
    keys = next(iter(every.values()))
    lines = [f"{'':22}" + "".join(f"{name:>10}" for name in every)]
    lines += [f"{key:22}" + "".join(f"{spell(key, values[key]):>10}" for values in every.values()) for key in keys]
    return "\n".join(lines)


def explain(preset: str) -> dict[str, str]:
    """Knob → the comment beside it in the preset's TOML; one without takes that of the same word further up."""
    from emu.machine.config import preset_text

    meanings: dict[str, str] = {}
    section, by_word = "", {}
    for line in preset_text(preset).splitlines():
        text, _, comment = line.partition("#")
        if header := re.match(r"\[(.+)\]", text.strip()):
            section = f"{header[1]}."
        elif "=" in text:
            word = text.partition("=")[0].strip()
            meanings[section + word] = comment.strip() or by_word.get(word, "")
            by_word.setdefault(word, comment.strip())
    return meanings


def spell(key: str, value: object) -> str:
    """Sizes with K, M or G where they come out even, booleans as on and off."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if key.split(".")[-1] in ("size", "ram") and isinstance(value, int):
        for unit, letter in ((30, "G"), (20, "M"), (10, "K")):
            if value and value % (1 << unit) == 0:
                return f"{value >> unit}{letter}"
    return str(value)
