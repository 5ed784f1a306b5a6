"""The rota: who is on call when, who stands in, and where nobody is.

* `policy.py`: shifts, changes, absences and stand-ins, read as pure values at a moment or over a stretch.
* `words.py`: the same in words.
* `moments.py`: a moment as somebody types it.
* `store.py`: the rota as it is stored, and who would be asked.
"""

from checkin.rota.policy import Rota, asked_at, holding, holes, next_ask, overlapping, spans
from checkin.rota.store import Turn, everybody, on_call, read, told_holes, who

__all__ = [
    "Rota",
    "Turn",
    "asked_at",
    "everybody",
    "holding",
    "holes",
    "next_ask",
    "on_call",
    "overlapping",
    "read",
    "spans",
    "told_holes",
    "who",
]
