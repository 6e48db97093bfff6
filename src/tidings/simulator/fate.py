"""What becomes of an accepted message: its steps, drawn from the customer's habits.

The draw depends on the seed and the message's number alone, so a run can be repeated.
"""

from tidings.simulator.ledger import ANSWER, DELIVERED, FAILED, READ, SENT, Step
from tidings.simulator.world import Customer, Habits

_MIX = 0x9E3779B97F4A7C15
_ALL = 0xFFFFFFFFFFFFFFFF


def draw(seed: int, n: int, purpose: int) -> float:
    """A repeatable number of 0 to 1 for one decision about message `n`."""
    mixed = ((seed * 1000003 + n) * 8 + purpose + 1) * _MIX & _ALL
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9 & _ALL
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB & _ALL
    return ((mixed ^ (mixed >> 31)) & 0xFFFFFFFF) / 4294967296.0


def is_on_whatsapp(customer: Customer, habits: Habits) -> bool:
    """Whether the number has an account: as configured, else by the ending of the number."""
    if customer.on_whatsapp is not None:
        return customer.on_whatsapp
    return not customer.wa_id.endswith(tuple(habits.not_on_whatsapp_suffixes))


def steps_of(habits: Habits, *, seed: int, n: int, reaction: bool, refused: int) -> list[Step]:
    """The statuses and perhaps the answer that follow message `n`; times from acceptance.

    `refused` is the error code of a message that was accepted only to fail; a reaction is
    never reported beyond `sent`.
    """
    sent_at = habits.sent_delay_ms
    if refused:
        return [(FAILED, sent_at + habits.delivery_delay_ms, refused)]
    steps: list[Step] = [(SENT, sent_at, 0)]
    if reaction:
        return steps
    at = sent_at + habits.delivery_delay_ms
    if habits.chat_open_probability and draw(seed, n, 0) < habits.chat_open_probability:
        steps.append((READ, at, 0))
    else:
        steps.append((DELIVERED, at, 0))
        if habits.read_probability and draw(seed, n, 1) < habits.read_probability:
            at += habits.read_delay_ms
            steps.append((READ, at, 0))
    if habits.answer_probability and draw(seed, n, 2) < habits.answer_probability:
        steps.append((ANSWER, at + habits.answer_delay_ms, 0))
    return steps
