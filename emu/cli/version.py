"""`emu version`: what runs here, for bug reports. Asks the package metadata; imports none of the packages."""

from __future__ import annotations

import json
import platform
from importlib import metadata

import click

from emu import __version__

STANDS_ON = "numba llvmlite numpy click rich prompt_toolkit pyelftools ziglang".split()


def versions() -> dict[str, str]:
    """Name → version of emu, Python, the host and the packages; 'missing' where one isn't (ziglang is no must)."""
    found = {
        "emu": __version__,
        "python": platform.python_version(),
        "host": f"{platform.system()} {platform.machine()}",
    }
    for name in STANDS_ON:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "missing"
    return found


@click.command("version")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(as_json: bool) -> None:
    """Show the version, and those of what it stands on."""
    found = versions()
    if as_json:
        click.echo(json.dumps(found))
        return
    click.echo("\n".join(f"{name:18}{version}" for name, version in found.items()))
