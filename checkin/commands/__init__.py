"""Commands that are too long for `cli.py`, one file each; `cli.py` hangs them on the `checkin` command.

Each imports what it needs when it is called, so that `checkin --help` stays quick.
"""
