"""The command line: parse (click), call the floors below, print. One command a file, imported only when it is used."""
