"""One person's data: handed over, and erased.

* `exporting.py`: all that is stored of somebody, for a program and for a person to read.
* `evidence.py`: what they agreed to: under which sentence, when, how, with a hash over it.
* `erasing.py`: all of it gone, but for what the law wants kept; and a receipt that says so.
"""
