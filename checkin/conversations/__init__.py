"""The shell: lock the person, advance the core, carry out its orders, all in one transaction.

`turn.py` carries out orders; the rest are the three ways in: `texts.py` (a text arrives), `calls.py` (a call, key by
key), `due.py` (a moment has come). A way in locks one person, makes one event of what happened, and says what is to be
answered. It knows no carrier: the doors translate.
"""
