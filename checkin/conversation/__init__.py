"""The core: what the line says, asks and decides.

Everything here is a pure function of its arguments. No clock, no database, no network, no framework: the
standard library, and the data files beside the code. `(state, event) -> (state, effects)`; the shell in
`checkin/conversations.py` carries the effects out.

To add a topic: one file in `topics/` holding one table, its sentences in `checkin/wording/`, one line in
`topics/__init__.py`. The tests enumerate tables, so a forgotten answer, sentence or silence fails.
"""
