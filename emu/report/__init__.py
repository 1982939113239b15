"""Reports: counters, the ledger and the kernel's accounts as dicts (for JSON) and as text.

    stat.collect      machine + kernel → one dict, the document of `emu stat --json` (schema; docs/stat.md)
    stat_view.tables  that dict → tables (table), with what each figure means (glossary)
    render            tables → text: plain (one fact a line) or ruled and coloured (rich)
    events trace      hardware's events and the kernel's tracepoints, a line each

Nothing here prints.
"""
