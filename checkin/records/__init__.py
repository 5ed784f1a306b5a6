"""One person's data: handed over, and erased; and proof of how everybody consents.

* `exporting.py`: all that is stored of somebody, for a program and for a person to read.
* `evidence.py`: what they agreed to: under which sentence, when, how, with a hash over it.
* `consent_pack.py`, `consent_page.py`: how a whole organisation's people opt in and out, with nobody in it;
  `samples.py` has the core itself play what is shown.
* `erasing.py`: all of it gone, but for what the law wants kept; and a receipt that says so. `mentions.py`: what others
  heard of them; `kept_files.py`: what is kept.
"""
