"""How the session looks at tasks and makes them run.

memory registers scope     what a task holds, without side effects      programs places frames   names and callers
breaks catches planter     where to stop                                runner stepper backward  going on, going back
judge stop report          whether, why and where it stopped            alter scanner writers    changing, searching
"""
