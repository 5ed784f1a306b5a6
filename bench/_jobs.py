"""A job that does nothing: what RQ itself costs."""


def nothing() -> None:
    """Do nothing."""
