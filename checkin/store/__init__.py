"""The store: typed models, encryption at rest, migrations. PostgreSQL only.

What lives here knows tables and columns, not policy. Rows that hold a number, a name or anybody's words hold them
sealed (`vault.py`); the hot paths use the tables directly (`models/`), pages may use the mapped classes.
"""
