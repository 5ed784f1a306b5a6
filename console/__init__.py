"""The staff's door: server-rendered pages behind a log-in.

A room is a module with `room(...) -> Blueprint`: its addresses and their views. A view reads the form, asks the line
(`checkin/`) for one thing in one transaction, and shows a page; business and SQL live in `checkin/`.

* `rooms.py`: the table of rooms: who may enter, and how each stands in the navigation.
* `desk.py`: what every view works with: the line, its clock, and the bell that is rung after a commit.
* `login.py`, `second.py`, `invitations.py`: the entrances; `limits.py` counts wrong tries there, `known.py` tells
  browsers apart in which somebody has logged in before.
* `proof.py`: the session, a password asked for once more, and the way back after a log-in.
* `guard.py`: what stands before every room: session, CSRF, roles, headers, and pages for what goes wrong.
* `forms.py`, `_forms.html`: the one idiom for forms: errors beside the field, what was typed stays, a second editor is
  told, answers are checked. `paging.py`: long tables by the page, and what the next page tells, with "Undo".
* `words/`: what codes mean, in sentences. `times.py`: moments as people say them.
* `templates/`, `static/`: one stylesheet, small scripts; nothing inline, nothing to build. Each page works without
  scripts; a fragment that a script fetches again is a template of its own whose name begins with an underscore.

To add a room: a module with `room(desk) -> Blueprint`, a template that extends `base.html`, a line in `rooms.ROOMS`.
To add a page: a view in its room. What it shows comes from `checkin/`, in a number of queries that does not grow with
what is shown. Who reads or changes something about a person is recorded with `audit.record`, last in the transaction.
A view that takes data away for good, or out of the house, wears `proof.needs_fresh_login`. Facilitators see only the
groups that `Desk.groups` returns. Tests walk `app.url_map` as every role and as nobody, so that a page that forgets is
found; a new kind of address gets an example in `tests/console/walk.py`.
"""

from flask import Flask

from checkin.bootstrap import Bell, Line
from console import calendars, guard, invitations, limits, login, second
from console.desk import Desk
from console.rooms import ROOMS


def register(app: Flask, line: Line, bell: Bell) -> None:
    """Hang the console into the web process."""
    desk = Desk(line, bell)
    door = guard.Guard(app, desk)
    door.open_to_all(guard.furniture())
    counting = limits.Limits(app, line.settings.redis_url)
    for entrance in (login, second, invitations):
        door.open_to_all(entrance.room(desk, counting))
    door.open_to_all(calendars.room(desk))
    for room in ROOMS:
        door.open_to(room.build(desk), room.roles)
