"""The Debug Adapter Protocol over stdio: VS Code and its like step through assembly and C, forwards and backwards.

wire adapter given     messages with Content-Length, requests to session calls, what a request holds
lifecycle running points    from initialize to disconnect; going on; breakpoints of every kind
looking variables raw console    threads and sources, scopes, memory as bytes, the prompt's lines
"""
