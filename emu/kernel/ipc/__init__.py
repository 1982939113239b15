"""Talking between processes by keys and names: System V's queues, semaphores and shared memory, and POSIX queues.

util   numbers, keys and rights        msg sem shm   sysvipc(7)        mqueue   mq_overview(7)
"""
