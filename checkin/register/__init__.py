"""The register: what staff do with who is on the line. Enrol, change, move a number, pause, leave; a table in and out.

Above `load`, whose understanding and storing of one person it shares: a form, a table and an organisation file say the
same things in the same words, and are refused for the same reasons.

* `rows.py`: one person as a row of texts, there and back.
* `keeping.py`: bringing somebody to what a row says.
* `sheet.py`: a table of people as a file. `importing.py`: bringing one in, writing one out; `uploads.py` keeps one
  between its preview and its import.
* `leaving.py`: pausing and leaving. `moving.py`: another number, proved first.
"""
