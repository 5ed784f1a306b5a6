"""Staff do something for somebody: what their telephones hear of it."""

from uuid import UUID

from checkin import people
from checkin.people import Member
from checkin.register import leaving, moving
from checkin.store.work import Work
from tests.stories.town import Phone, Town


def _member(work: Work, town: Town, ref: str) -> Member:
    found = people.lock(work, UUID(str(town.scalar("SELECT id FROM people WHERE ref = :ref", ref=ref))))
    assert found is not None
    return found


def test_a_new_number_is_rung_and_hears_a_code_and_no_name(town: Town, ann: Phone) -> None:
    number = "+441134960177"
    new = town.phone(number, "the new telephone", "landline")
    with town.line.store.work(town.now()) as work:
        member = _member(work, town, "ann")
        (old, _, _), *_ = people.numbers(work, member.id)
        moving.ask(work, member, number, "call", instead_of=old, by=member.id, shares=False)
    town.settles()
    new.is_rung().answers().presses("1").is_told("The number to say is").is_not_told("Ann")
    code = town.line.store.vault.open(town.scalar("SELECT code FROM number_moves"), "number_moves.code")
    new.is_told(", ".join(code))
    with town.line.store.work(town.now()) as work:
        moving.confirm(work, _member(work, town, "ann"), code)
    town.settles()
    new.is_rung().answers().presses("1").is_told("From now on this is the number")
    new.hangs_up()
    ann.hears_nothing()


def test_whoever_leaves_hears_one_goodbye_and_whoever_was_asked_hears_that_it_is_over(
    town: Town, clock: Town, ann: Phone, ben: Phone
) -> None:
    clock.moves_to("10:00")
    ann.hears("How are you today?")
    clock.moves_to("10:30")
    ann.is_rung().lets_it_ring()
    clock.moves_to("10:45")
    ben.hears("Ann hasn't answered a check-in")
    with town.line.store.work(town.now()) as work:
        leaving.end(work, _member(work, town, "ann"), words="she rang us")
    town.settles()
    ann.hears("Goodbye Ann", "Nothing more will be sent")
    heard = [town.next_text(ben.number) or "" for _ in range(2)]
    assert sorted("no longer buddies" in text for text in heard) == [False, True], heard
    clock.moves_to("Wed 18:00")
    ann.hears_nothing()
    assert clock.scalar("SELECT count(*) FROM cases") == 0
