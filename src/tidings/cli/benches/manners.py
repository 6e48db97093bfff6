"""How simulated agents behave, and what they did."""

import msgspec


class Manners(msgspec.Struct, frozen=True):
    """How agents behave: shares of 0 to 1, and seconds between two bounds."""

    declines: float = 0.08
    overlooks: float = 0.04
    transfers: float = 0.12
    to_colleague: float = 0.4
    consults: float = 0.4
    vanishes: float = 0.03
    thinks: tuple[float, float] = (0.3, 2.0)
    patience: tuple[float, float] = (3.0, 8.0)
    away: tuple[float, float] = (2.0, 15.0)
    answers_most: int = 6


class Deeds(msgspec.Struct):
    """What all of them did. `refused` are answers that told them why not; `unheard` are messages
    of customers that no socket had told of when the agent looked again before leaving.
    """

    accepted: int = 0
    declined: int = 0
    overlooked: int = 0
    sent: int = 0
    transferred: int = 0
    consulted: int = 0
    ended: int = 0
    wrapped_up: int = 0
    vanished: int = 0
    unanswered: int = 0
    unheard: int = 0
    refused: dict[str, int] = msgspec.field(default_factory=dict)
