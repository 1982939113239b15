"""The prompt: prompt_toolkit around a Shell. Completion, colours, history, keys, pager, status bar."""
