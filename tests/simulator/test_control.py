"""The control API: the world, customers, clock and reset."""

from pathlib import Path

from .conftest import AMINA, NUMBER, OTHER_NUMBER, QUICK, Meta, Receiver, running, template, text


async def test_the_world_can_be_replaced_section_by_section(meta: Meta) -> None:
    world = await meta.control("GET", "world")
    changed = await meta.control("PUT", "world", {"numbers": world["numbers"][:1]})

    assert [number["id"] for number in changed["numbers"]] == [NUMBER]
    assert changed["templates"] == world["templates"]


async def test_a_wrong_world_is_refused_and_nothing_changes(meta: Meta) -> None:
    answer = await meta.call("PUT", "/_simulator/world", {"numbers": [{"nonsense": 1}]})

    assert answer.status == 400
    assert (await meta.send(template())).status == 200


async def test_customers_are_made_changed_and_forgotten(meta: Meta) -> None:
    await meta.control("PUT", "customers/+49 151 5550001", {"name": "Karla"})
    changed = await meta.control("PUT", "customers/491515550001", {"on_whatsapp": False})
    names = [item["name"] for item in await meta.control("GET", "customers")]
    await meta.control("DELETE", "customers/491515550001")

    assert (changed["name"], changed["on_whatsapp"]) == ("Karla", False)
    assert {"Karla", "Amina Otieno"} <= set(names)
    assert "Karla" not in [item["name"] for item in await meta.control("GET", "customers")]


async def test_a_customer_may_write_to_either_number_by_id_or_dialling(
    meta: Meta, subscribed: Receiver
) -> None:
    await meta.writes(to="+49 30 5550100")
    await meta.writes(to=NUMBER)
    await subscribed.until(lambda: len(subscribed.messages) == 2)

    numbers = {hook.values[0]["metadata"]["phone_number_id"] for hook in subscribed.webhooks}
    assert numbers == {NUMBER, OTHER_NUMBER}


async def test_any_management_webhook_can_be_sent(meta: Meta, subscribed: Receiver) -> None:
    value = {"display_phone_number": "15550100200", "event": "THROUGHPUT_UPGRADE"}
    await meta.control("POST", "manage", {"field": "phone_number_quality_update", "value": value})
    await subscribed.until(lambda: subscribed.webhooks)

    assert subscribed.field("phone_number_quality_update") == [value]


async def test_reset_starts_an_empty_ledger_whose_ids_never_repeat(meta: Meta) -> None:
    before = await meta.accepted(template())
    await meta.control("PUT", "faults", {"server_error": {}})
    await meta.control("POST", "reset")
    after = await meta.accepted(template())

    assert (await meta.control("GET", "ledger"))["accepted"] == 1
    assert before != after
    assert await meta.control("GET", "faults") == {}


async def test_a_seed_makes_luck_repeatable(tmp_path: Path) -> None:
    config = {**QUICK, "habits": {"read_probability": 0.5}}
    plans = []
    for run in ("one", "two"):
        async with running(tmp_path / run, config) as meta:
            for _ in range(20):
                await meta.accepted(template(), to="+4528112233")
            rows = (await meta.control("GET", "ledger/messages"))["messages"]
            plans.append([row["planned"] for row in rows])

    assert plans[0] == plans[1]
    assert {len(plan) for plan in plans[0]} == {2, 3}


async def test_state_shows_queues_and_refusals(meta: Meta) -> None:
    await meta.send(template("no_such"))
    state = await meta.control("GET", "state")

    assert state["webhooks"]["counts"]["refused.132001"] == 1
    assert state["ledger"]["accepted"] == 0
    assert state["address"] == meta.simulation.address


async def test_unknown_control_operations_are_404(meta: Meta) -> None:
    assert (await meta.call("GET", "/_simulator/nonsense")).status == 404
    answer = await meta.call("POST", "/_simulator/inbound", {"to": NUMBER, **text()})
    assert answer.status == 400
    assert AMINA not in str(answer.json)
