"""Who runs: run queues and policies, waiting and waking, timers, the switch from one task to the next."""
