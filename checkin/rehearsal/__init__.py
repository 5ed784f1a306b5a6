"""`checkin rehearse`: a bad night, played through the production processes and a phone network in a box.

The processes, their database and the network are started in a temporary folder as `checkin play` starts them; nothing
of a real line is touched and nobody's real telephone is rung. Time is the rehearsal's own: a night takes a minute.

* `scenario.py`: what a scenario file may say (docs/rehearsal.md), as values.
* `cast.py`: who plays whom, in the scenario's organisation or in one's own with every number replaced.
* `night.py`: playing it: time, telephones, and processes that die.
* `outcome.py`: what came of it: the timeline, and the times until a person had it.
* `scenarios/`: those that ship.
* `replay.py`: scripts of one's own, recorded and compared; `scripts/`: those to start with.
* `stage.py`: what both are played on.
"""

from checkin.rehearsal.play import run
from checkin.rehearsal.replay import compare, record
from checkin.rehearsal.scenario import shipped

__all__ = ["compare", "record", "run", "shipped"]
