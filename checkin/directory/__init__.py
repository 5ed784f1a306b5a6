"""The directory: services of others from Open Referral feeds, helplines kept by staff, and finding the right one.

* `model.py`: the values everything else speaks in.
* `hours.py`, `ranking.py`: pure: who is there now and next; why one service stands before another.
* `numbers.py`, `places.py`: telephone numbers and places as people and sources write them.
* `helplines.py`: what comes with the line (`starter.toml`), what staff have checked, what may be given to members.
* `importing.py`: a feed into the store: `fetching`, `paging`, `reading` bring its records, `mapping` and `fields` read
  each, whatever is called how there. `exporting.py`: the store out again, as `hsds.py` says it.
* `names.py`: services by name, misspelt too.
* `search.py`: a text becomes a query, a query becomes up to three things that may help.

What a text means is read by `checkin.conversation.needs`; which needs there are stands there and nowhere else.
"""

from checkin.directory.model import Found, Known, Open, Place, Query
from checkin.directory.search import Details, details, find, read

__all__ = ["Details", "Found", "Known", "Open", "Place", "Query", "details", "find", "read"]
