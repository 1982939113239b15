"""The texts of /proc, in Linux's own formats: of the system, of memory, of a task, and the tunables."""
