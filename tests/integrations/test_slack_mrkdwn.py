"""Slack's markup says the same after it has become Markdown."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enterprise_social.core.text import ChannelRef, PersonRef, render
from enterprise_social.integrations.slack.mrkdwn import to_markdown, to_plain


class Names:
    """Ana is here, and the open channel general; C7 is known but not for everybody."""

    def username(self, user: str) -> str | None:
        return {"U1": "ana", "W2": "bo.li"}.get(user)

    def slug(self, channel: str) -> str | None:
        return {"C1": "general"}.get(channel)

    def knows_channel(self, channel: str) -> bool:
        return channel in {"C1", "C7"}

    def addresses(self, name: str) -> bool:
        return name.rstrip(".-") in {"ana", "channel"}

    def people(self, usernames: set[str]) -> dict[str, PersonRef]:
        known = {"ana": PersonRef(1, "ana", "Ana"), "bo.li": PersonRef(2, "bo.li", "Bo Li")}
        return {name: known[name] for name in usernames & set(known)}

    def channels(self, slugs: set[str]) -> dict[str, ChannelRef]:
        return {"general": ChannelRef(5, "general", "general")} if "general" in slugs else {}


def _body(text: str) -> str:
    return to_markdown(text, Names()).body


def _html(text: str) -> str:
    return render(_body(text), Names()).html


def _text(text: str) -> str:
    """What one reads, line breaks kept."""
    shown = re.sub(r"<br>\n?", "\n", _html(text)).replace("</p>\n<p", "\n<p")
    return html.unescape(re.sub(r"<[^>]+>", "", shown))


@pytest.mark.parametrize(
    ("slack", "markdown"),
    [
        ("*bold*", "**bold**"),
        ("_slanted_", "*slanted*"),
        ("~gone~", "~~gone~~"),
        ("*_both_*", "***both***"),
        ("a &lt;b&gt; &amp;amp; c", "a \\<b> &amp;amp; c"),
        ("`a_b*c`", "`a_b*c`"),
        ("<https://x.example/a?b=1&amp;c=2>", "<https://x.example/a?b=1&c=2>"),
        ("<https://x.example|read *this*>", "[read \\*this\\*](<https://x.example>)"),
        ("<mailto:ana@x.example|ana@x.example>", "[ana@x.example](<mailto:ana@x.example>)"),
        ("&gt; said\nanswered", "> said\n\nanswered"),
        ("&gt;&gt;&gt;all\nof it", "> all\n> of it"),
        ("see```x = 1```there", "see\n```\nx = 1\n```\nthere"),
    ],
)
def test_markup_becomes_the_markdown_for_it(slack: str, markdown: str) -> None:
    assert _body(slack) == markdown


def test_a_mention_names_the_person_and_is_recorded_as_one() -> None:
    rendered = render(_body("<@U1>, <@W2|bo>: look"), Names())
    assert rendered.person_ids == (1, 2)
    assert rendered.plain == "@Ana, @Bo Li: look"


@pytest.mark.parametrize(
    "text", ["thanks<@U1>", "<@U1>s", "<@U1>-like", "&amp;<@U1>", "<@U1><@W2>"]
)
def test_a_mention_does_not_grow_together_with_its_neighbours(text: str) -> None:
    assert 1 in render(_body(text), Names()).person_ids


def test_somebody_unknown_stays_as_text_and_is_told_of() -> None:
    converted = to_markdown("<@U9> <@U8|ana> <#C9|old> <#C7|hidden>", Names())
    assert converted.dangling == ("U9", "U8", "C9")
    assert render(converted.body, Names()).person_ids == ()
    assert render(converted.body, Names()).plain == "@U9 @ana #old #hidden"


def test_channels_are_linked_and_everyone_is_addressed() -> None:
    rendered = render(_body("<!here> <!channel> see <#C1|general>"), Names())
    assert rendered.mentions_all
    assert rendered.channel_ids == (5,)


def test_other_commands_show_their_text() -> None:
    assert _text("<!subteam^S1|@devs> <!date^1^{date}|Monday> <!subteam^S2>") == "@devs Monday @S2"


@pytest.mark.parametrize(
    "text",
    [
        "# no heading", "- no item", "* no item", "+ no item", "1. no list", "2020. was", "---",
        "a\n===", "a\n---", "***", "**not bold**", "__init__ and snake_case_name", "a*b*c",
        "2 * 3 * 4",
        "[x](https://evil.example)", "![x](y)", "[a]: https://b.example", "back\\slash \\* end\\",
        "a | b\n--|--\n1 | 2", "~~~\nx\n~~~", "~~x~~", "``x", "```open", "@ana wrote",
        "@channel is a word here", "_ _", "a\n:--\n", "&nbsp; &copy;", "<b>", "5 < 6 > 4", "\\# x",
    ],
)  # fmt: skip
def test_what_is_plain_in_slack_stays_plain(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    rendered = render(_body(escaped), Names())
    assert rendered.person_ids == ()
    assert not rendered.mentions_all
    tags = set(re.findall(r"<(\w+)", rendered.html)) - {"a"}
    assert tags <= {"p", "br"}
    assert _text(escaped).strip() == text.strip()


@given(st.text("ab *_~`#>-=+.1|[]()!\\:&;<\n", max_size=40))
@settings(max_examples=400, deadline=None)
def test_no_plain_text_becomes_structure(text: str) -> None:
    """Only what Slack itself formats is formatted."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    tags = set(re.findall(r"<(\w+)", _html(escaped)))
    assert not tags & {"h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "hr", "table", "img"}
    if "`" not in text and ">" not in text:
        assert not tags & {"code", "pre", "blockquote"}


def test_indented_lines_do_not_become_code() -> None:
    assert "<code" not in _html("see\n\n    indented\n\ttoo")
    assert "\u00a0\u00a0\u00a0\u00a0indented" in _body("see\n\n    indented")


def test_code_is_kept_verbatim() -> None:
    block = "```def f(a):\n    # *no* _markup_ &amp;&amp; &lt;b&gt; <https://x.example/y> ``` "
    assert (
        "def f(a):\n    # *no* _markup_ && <b> https://x.example/y"
        in render(_body(block), Names()).plain
    )


def test_a_scheme_that_runs_something_is_never_linked() -> None:
    assert "href" not in _html("<javascript:alert(1)|click> <data:text/html,x>")


def test_an_address_in_plain_text_is_taken_whole() -> None:
    assert 'href="https://x.example/__a__b_c"' in _html("see https://x.example/__a__b_c.")


def test_text_of_any_script_comes_through() -> None:
    text = "Grüße, 你好 *粗体* здравствуй 👩‍💻 مرحبا"
    assert _text(text) == text.replace("*", "")


def test_control_characters_can_not_pass_for_our_own_marks() -> None:
    assert _body("a\x00" + "0\x00 \x02b\x03") == "a0 b"


def test_a_topic_becomes_plain_text() -> None:
    topic = "ask <@U1> in <#C1|general> &amp; read <https://x.example|this>"
    assert to_plain(topic, Names()) == "ask @ana in #general & read this"
