"""The Debug Adapter Protocol over stdio: VS Code and its like step through assembly and C, forwards and backwards.

wire     messages with Content-Length       adapter   requests to session calls
"""
