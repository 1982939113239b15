"""Sockets of the local domain (Linux: net/unix/af_unix.c; unix(7)). There is no network: AF_INET is EAFNOSUPPORT.

skb     what waits in a queue: bytes in frames of memory, descriptors under way, the sender
unix    the socket itself        names   addresses: paths and the abstract namespace        scm   control messages
"""
