"""Reports: counters, the ledger and the kernel's accounts as dicts (for JSON) and as text.

    stat.collect      machine + kernel → one dict, the document of `emu stat --json` (docs/stat.md)
    stat_view.tables  that dict → tables
    render            tables → text: plain (one fact a line) or ruled and coloured (rich)

Nothing here prints.
"""
