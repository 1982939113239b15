"""Sockets of the local domain (Linux: net/unix/af_unix.c; unix(7)). There is no network: AF_INET is EAFNOSUPPORT.

unix                the socket itself          names    addresses: paths and the abstract namespace
transmit receive    putting in, taking out     sleep    waiting for either, no longer than a timeout says
skb                 what waits in a queue: bytes in frames of memory, descriptors under way, the sender
scm                 control messages
"""
