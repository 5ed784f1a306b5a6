"""`checkin staff`: put somebody on the list of staff, or send them a new link, from the command line."""

import click


@click.group()
def staff() -> None:
    """Who may log in to the console."""


@staff.command()
@click.argument("email")
@click.option("--name", default="", help="What colleagues call them; needed for somebody new.")
@click.option(
    "--role", default="coordinator", show_default=True, help="admin, coordinator, safeguarding or facilitator."
)
def add(email: str, name: str, role: str) -> None:
    """Print a link by which EMAIL sets a password, once; put them on the list first if they are new."""
    from checkin import audit
    from checkin import staff as accounts
    from checkin.commands.opening import open_here

    line = open_here()
    with line.store.work(line.clock()) as work:
        known = accounts.by_email(work, email)
        person_id = known[0].person_id if known else accounts.add(work, name=name, email=email, role=role)
        path = accounts.invite(work, person_id, None)
        audit.record(work, None, "invite", f"person {person_id}", "" if known else role)
    who = "They are on the list already; this link sets a new password." if known else "They are on the list now."
    click.echo(f"{who} Within {accounts.INVITED_FOR.days} days:\n{line.settings.public_url}{path}")
