"""`python -m emu`: the command line where no `emu` is on the PATH."""

from emu.cli.main import main

main()
