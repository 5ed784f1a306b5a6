"""Where somebody is, as far as is needed to see what many have in common.

The outward half of a postcode ("LS6 2AB": "LS6"), where their area is one; else its words ("leeds": "Leeds"); else
those of the first of their groups, by name; "" when nothing is known.
"""

from typing import Final

# SQL, of people p.
OF_A_PERSON: Final = r"""coalesce(
    upper(substring(p.area FROM '^\s*([A-Za-z]{1,2}[0-9][A-Za-z0-9]?)(\s*[0-9][A-Za-z]{2})?\s*$')),
    nullif(initcap(btrim(p.area)), ''),
    (SELECT initcap(btrim(g.area)) FROM memberships m JOIN groups g ON g.id = m.group_id
        WHERE m.person_id = p.id AND g.area IS NOT NULL ORDER BY g.name LIMIT 1),
    '')"""
