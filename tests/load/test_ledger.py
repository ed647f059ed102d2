"""The judgement on what people saw: it finds a message that is lost, doubled or out of order."""

from __future__ import annotations

from tests.bench.load.inbox import Counts, Inbox
from tests.bench.load.ledger import Ledger, Verdict

PERSON, CHANNEL = 7, 3


def _saw(*seqs: int, since: int = 10, head: int = 14) -> Verdict:
    ledger = Ledger()
    ledger.begin(PERSON, CHANNEL, since)
    for seq in seqs:
        ledger.shows(PERSON, CHANNEL, seq, 0.0)
    return ledger.judge({CHANNEL: head})


def test_everything_once_and_in_order_is_clean() -> None:
    verdict = _saw(11, 12, 13, 14)
    assert verdict.clean
    assert verdict.expected == verdict.shown == 4


def test_a_lost_message_is_found() -> None:
    verdict = _saw(11, 12, 14)
    assert (verdict.lost, verdict.doubled, verdict.reordered) == (1, 0, 0)
    assert verdict.examples == ["person 7 never saw 13 of channel 3"]


def test_the_last_message_can_be_lost_too() -> None:
    assert _saw(11, 12, 13).lost == 1


def test_a_doubled_message_is_found() -> None:
    verdict = _saw(11, 12, 12, 13, 14)
    assert (verdict.lost, verdict.doubled, verdict.reordered) == (0, 1, 0)


def test_a_message_out_of_order_is_found() -> None:
    verdict = _saw(11, 13, 12, 14)
    assert (verdict.lost, verdict.doubled, verdict.reordered) == (0, 0, 1)


def test_what_was_told_by_number_alone_is_not_lost_and_nothing_else_is_excused() -> None:
    ledger = Ledger()
    ledger.begin(PERSON, CHANNEL, 10)
    ledger.shows(PERSON, CHANNEL, 11, 0.0)
    ledger.tells(PERSON, CHANNEL, 11, 13)
    assert ledger.judge({CHANNEL: 13}).clean
    assert ledger.judge({CHANNEL: 14}).lost == 1


def test_what_was_told_is_lost_after_all_where_it_is_not_there_when_it_is_opened() -> None:
    ledger = Ledger()
    ledger.begin(PERSON, CHANNEL, 10)
    ledger.tells(PERSON, CHANNEL, 10, 13)
    assert ledger.told(PERSON) == {CHANNEL: 10}
    ledger.opens(PERSON, CHANNEL, [11, 13])
    assert ledger.judge({CHANNEL: 13}).lost == 1


def test_one_message_may_stand_for_several_changes() -> None:
    page = _Page(followed=True)
    page.inbox.hears(CHANNEL, 13, first=12)
    page.inbox.hears(CHANNEL, 11)
    assert page.judged(13).clean
    page.inbox.hears(CHANNEL, 16, first=15)
    assert page.judged(16).lost == 3


class _Page:
    """A client's inbox, and what it asks for."""

    def __init__(self, followed: bool) -> None:
        self.ledger, self.counts, self.asked = Ledger(), Counts(), []
        self.inbox = Inbox(PERSON, self.ledger, self.counts, self.asked.append)
        self.inbox.connected()
        self.inbox.ready({str(CHANNEL): 10})
        if followed:
            self.inbox.follow(CHANNEL, 10)

    def judged(self, head: int) -> Verdict:
        return self.ledger.judge({CHANNEL: head})


def test_what_comes_early_waits_for_the_one_before_it() -> None:
    page = _Page(followed=True)
    page.inbox.hears(CHANNEL, 12)
    assert page.asked == [CHANNEL]
    assert page.judged(12).lost == 2
    page.inbox.hears(CHANNEL, 11)
    assert page.judged(12).clean
    assert page.counts.early == 1


def test_a_gap_is_closed_by_what_was_asked_for_and_what_came_meanwhile_is_not_doubled() -> None:
    page = _Page(followed=True)
    page.inbox.hears(CHANNEL, 13)
    page.inbox.fetched(CHANNEL, [11, 12, 13], 13)
    page.inbox.hears(CHANNEL, 12)
    assert page.judged(13).clean
    assert page.counts.overlaps == 1


def test_a_gap_that_nobody_closes_is_a_loss_also_where_the_channel_is_not_open() -> None:
    page = _Page(followed=False)
    page.inbox.hears(CHANNEL, 12)
    page.inbox.hears(CHANNEL, 14)
    assert page.asked == []
    page.inbox.give_up()
    verdict = page.judged(14)
    assert (verdict.lost, verdict.shown, verdict.reordered) == (2, 2, 0)


def test_the_same_change_twice_on_one_connection_is_doubled() -> None:
    page = _Page(followed=True)
    page.inbox.hears(CHANNEL, 11)
    page.inbox.hears(CHANNEL, 11)
    assert page.judged(11).doubled == 1


def test_after_a_reconnection_what_is_open_is_asked_for_and_the_rest_is_told() -> None:
    for followed in (True, False):
        page = _Page(followed)
        page.inbox.connected()
        page.inbox.ready({str(CHANNEL): 15})
        assert page.asked == ([CHANNEL] if followed else [])
        assert page.judged(15).lost == (5 if followed else 0)
        assert page.judged(16).lost == (6 if followed else 1)
