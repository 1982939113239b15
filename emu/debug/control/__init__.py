"""How the session looks at tasks and makes them run.

memory registers scope     what a task holds, read without side effects      programs places frames     names and callers
breaks planter             where to stop                                     runner stop                going on, and why it ended
"""
