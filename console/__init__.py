"""The staff's door: server-rendered pages behind a log-in.

A room is a module with `room(...) -> Blueprint`: its addresses and their views. A view reads the form, asks the line
(`checkin/`) for one thing in one transaction, and shows a page; business and SQL live in `checkin/`.

* `login.py`, `queue.py`, `cases.py`, `tips.py`, `reader.py`: the rooms.
* `desk.py`: what every view works with: the line, its clock, and the bell that is rung after a commit.
* `guard.py`: what stands before every room: session, CSRF, roles, headers, and pages for what goes wrong.
* `words.py`: what codes mean, in sentences. `times.py`: moments as people say them.
* `templates/`, `static/`: one stylesheet, small scripts; nothing inline, nothing to build. Each page works without
  scripts; a fragment that a script fetches again is a template of its own whose name begins with an underscore.

To add a page: a view in its room (or a new room, hung in `register`), a template that extends `base.html`, and what it
reads from `casebook`. Who reads or changes something about a person is recorded with `audit.record`, last in the
transaction. Rooms are for staff only unless they say otherwise; tests walk `app.url_map`, so a page that forgets is
found.
"""

from flask import Flask

from checkin.bootstrap import Bell, Line
from console import cases, guard, login, queue, reader, tips
from console.desk import Desk


def register(app: Flask, line: Line, bell: Bell) -> None:
    """Hang the console into the web process."""
    desk = Desk(line, bell)
    door = guard.Guard(app, desk)
    door.open_to_all(guard.furniture())
    door.open_to_all(login.room(app, desk))
    door.open_to(queue.room(desk), guard.CASE_WORKERS)
    door.open_to(cases.room(desk), guard.CASE_WORKERS)
    door.open_to(tips.room(desk), guard.CASE_WORKERS)
    door.open_to(reader.room(desk), guard.CASE_WORKERS)
