"""What an executable says about itself: names, lines, functions, variables, unwinding; and the text of sources.

All of it is read from the guest's file, which may hold anything: a reader bounds what it reads, and whatever is wrong
means that nothing is known.
"""
