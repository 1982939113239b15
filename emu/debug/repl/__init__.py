"""The prompt: prompt_toolkit around a Shell. Completion, colours, history, keys, pager, status bar.

app                    the loop
completer lexer keys   what prompt_toolkit asks for
history pager          lines that stay, answers that are long
"""
