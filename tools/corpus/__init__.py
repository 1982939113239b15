"""Larger C programs whose source the project did not write: fetched, compiled twice, and compared (tools/c_corpus.py).

sources    where each comes from, its checksum        programs   how it is compiled and what it is given to do
build      the two executables                        judge      runs both, and what differs
"""
