"""A word rule is tried and switched on, and a channel is slowed: seen from both sides."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.axe import breaches, wider_than_the_window
from tests.browser.desk import connected, post, say, stream
from tests.browser.office import Office


def test_a_word_rule_is_tried_and_switched_on_and_what_is_held_is_approved(
    office: Office,
    window: Callable[..., Page],
    screenshot: Callable[[Page, str], list[Path]],
    size: str,
) -> None:
    admin, ben = office.person("Vera Admin", role="admin"), office.person("Ben Ito")
    # Of its own at each size: the rule goes on holding.
    bird = {"desktop": "heron", "phone": "stork"}[size]
    channel = office.channel(admin, ben, name=f"reeds {size}")
    office.write(ben, channel, f"two {bird}s at the pond")
    writer = window(ben, f"/channels/{channel.slug}")
    connected(writer)

    page = window(admin, "/admin/moderation/words")
    assert breaches(page) == []
    page.get_by_role("link", name="New rule").first.click()
    page.get_by_label("Name", exact=True).fill(f"Birds {size}")
    page.get_by_label("Words, or the expression").fill(f"({bird}")
    page.get_by_label("One regular expression").check()
    page.get_by_role("button", name="Save as a draft").click()
    expect(page.get_by_text("This expression is not sound")).to_be_visible()
    page.get_by_label("Words and phrases").check()
    page.get_by_label("Words, or the expression").fill(f"{bird}*")
    page.get_by_label("Message to whoever").fill("Call it a bird.")
    page.get_by_role("button", name="Save as a draft").click()
    trial = page.get_by_role("region", name="Try it")
    expect(trial.locator("mark", has_text=f"{bird}s").first).to_be_visible()
    screenshot(page, "words-trial")
    assert breaches(page) == []
    assert wider_than_the_window(page) == []
    say(writer, f"a {bird} before the rule holds")
    expect(post(stream(writer), "before the rule holds")).to_be_visible()
    page.get_by_role("button", name="Switch it on").click()
    expect(page.get_by_text("The rule is in force for everything")).to_be_visible()

    say(writer, "another " + "".join(chr(ord(letter) + 0xFEE0) for letter in bird))  # full width
    expect(stream(writer).get_by_text("Not sent: Call it a bird.")).to_be_visible()
    writer.get_by_role("button", name="Discard").click()

    page.goto(f"/channels/{channel.slug}/rules")
    assert breaches(page) == []
    page.get_by_label("Approval before others see it").select_option("everyone")
    page.get_by_role("button", name="Save the rules").click()
    expect(page.get_by_text("The rules hold at once.")).to_be_visible()
    screenshot(page, "channel-rules")
    # The other's page heard of it.
    expect(writer.get_by_text("What you write waits for approval")).to_be_visible()
    say(writer, "a duck, if I may")
    waiting = writer.get_by_role("list", name="Your posts that wait for approval")
    expect(waiting.get_by_text("a duck, if I may")).to_be_visible()
    screenshot(writer, "post-waits")
    assert breaches(writer) == []

    page.goto(f"/channels/{channel.slug}/approvals")
    expect(page.get_by_text("a duck, if I may")).to_be_visible()
    screenshot(page, "approvals")
    assert breaches(page) == []
    assert wider_than_the_window(page) == []
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Nothing waits")).to_be_visible()
    expect(post(stream(writer), "a duck, if I may")).to_be_visible()
    expect(waiting).to_have_count(0)
