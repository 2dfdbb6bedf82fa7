from uuid import UUID, uuid4

from opentrace.retrieval.selection import Ranked, duplicates, spread

TEXT = (
    "The supplier shall deliver the goods to the place that the buyer names, on working days between eight and five, "
    "and shall tell the buyer two days before it does so in writing."
)


def ranked(content: str | None, document_id: UUID | None = None) -> Ranked:
    return Ranked(uuid4(), document_id or uuid4(), content)


def test_what_repeats_a_chunk_before_it_is_told() -> None:
    first = ranked(TEXT)
    same = ranked(TEXT.upper().replace(" ", "  "))
    nearly = ranked(TEXT.replace("writing", "writing only"))
    other_number = ranked(TEXT.replace("eight", "8"))
    other = ranked("The buyer pays within thirty days.")
    unread = ranked(None)

    repeats = duplicates([first, same, nearly, other_number, other, unread])

    assert repeats == {same.chunk_id: first.chunk_id, nearly.chunk_id: first.chunk_id}


def test_short_texts_repeat_only_what_is_the_same() -> None:
    assert duplicates([ranked("Net sales of Acme"), ranked("Net sales of Zephyr")]) == {}


def test_every_group_that_is_asked_for_has_its_share_of_the_places() -> None:
    acme, zephyr = uuid4(), uuid4()
    of_acme = [ranked("a", acme) for _ in range(4)]
    of_zephyr = [ranked("z", zephyr) for _ in range(2)]
    order = [*of_acme, *of_zephyr]

    chosen = spread(order, places=4, preferred={acme: ["name:acme"], zephyr: ["name:zephyr"]})

    assert chosen == [*of_acme[:2], *of_zephyr, *of_acme[2:]]


def test_one_group_keeps_the_ranking() -> None:
    acme = uuid4()
    order = [ranked("x"), ranked("a", acme)]

    assert spread(order, places=1, preferred={acme: ["name:acme"]}) == order
