"""What people type, and the HTML, references and plain text that it becomes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enterprise_social.core.text import (
    ChannelRef,
    PersonRef,
    Rendered,
    normalise,
    render,
    rendering,
)

PEOPLE = {
    "ana": PersonRef(12, "ana", "Ana Lúcia"),
    "ana.b": PersonRef(13, "ana.b", "Ana <B>"),
    "josé": PersonRef(14, "josé", "José"),
    "王伟": PersonRef(15, "王伟", "王伟"),
    "สมชาย": PersonRef(16, "สมชาย", "สมชาย"),
    "प्रिया": PersonRef(17, "प्रिया", "प्रिया"),
    "سارة": PersonRef(18, "سارة", "سارة"),
    "김철수": PersonRef(19, "김철수", "김철수"),
    "tail_": PersonRef(20, "tail_", "Tail"),
}
CHANNELS = {
    "general": ChannelRef(5, "general", "general"),
    "rotterdam-gate": ChannelRef(6, "rotterdam-gate", "Rotterdam gate"),
    "営業": ChannelRef(7, "営業", "営業"),
}


class Directory:
    """A resolver that counts how often it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def people(self, usernames: set[str]) -> dict[str, PersonRef]:
        self.asked.append("people")
        return {name: PEOPLE[name] for name in usernames if name in PEOPLE}

    def channels(self, slugs: set[str]) -> dict[str, ChannelRef]:
        self.asked.append("channels")
        return {slug: CHANNELS[slug] for slug in slugs if slug in CHANNELS}


def rendered(source: str) -> Rendered:
    return render(source, Directory())


@pytest.mark.parametrize(
    ("source", "ids"),
    [
        ("@ana", (12,)),
        ("@ANA and @ana", (12,)),
        ("Thanks @ana.", (12,)),
        ("@ana, @ana.b!", (12, 13)),
        ("@ana.b then @ana", (13, 12)),
        ("@ana... what now", (12,)),
        ("@ana's lamp, (@josé)", (12, 14)),
        ("cc:@ana", (12,)),
        ("@jose\u0301 decomposed", (14,)),
        ("**@ana** _@ana.b_ ~~@josé~~", (12, 13, 14)),
        ("_thanks @ana_", (12,)),
        ("@tail_ keeps its underscore", (20,)),
        ("# Heading for @ana", (12,)),
        ("> - quoted @ana", (12,)),
        ("|a|\n|-|\n|@ana|", (12,)),
        ("@ana/@josé", (12,)),
        ("请@王伟看一下", (15,)),
        ("@王伟你好", (15,)),
        ("@ana你好", (12,)),
        ("你好@ana", (12,)),
        ("ขอบคุณ @สมชาย ครับ", (16,)),
        ("@สมชายครับ", (16,)),
        ("धन्यवाद @प्रिया जी", (17,)),
        ("شكرا @سارة،", (18,)),
        ("@김철수님 감사합니다", (19,)),
        ("@unknown", ()),
        ("@ana.c", ()),
        ("@anab", ()),
        ("x@ana", ()),
        ("mail ana@ana.example or me@ana.com", ()),
        ("@ana@social.example", ()),
        ("https://example.com/@ana", ()),
        ("www.example.com/@ana", ()),
        ("example.com/?to=@ana", ()),
        ("[see @ana](https://example.com)", ()),
        ("![@ana](https://example.com/a.png)", ()),
        ("`@ana`", ()),
        ("```\n@ana\n```", ()),
        ("    @ana", ()),
        (r"\@ana", ()),
        ("snake_@ana", ()),
        ("@", ()),
        ("@.ana", ()),
    ],
)
def test_mentions_are_found_where_people_mean_them(source: str, ids: tuple[int, ...]) -> None:
    result = rendered(source)
    assert result.person_ids == ids
    assert result.html.count('class="at"') >= len(ids)
    assert ids or 'class="at"' not in result.html


def test_a_mention_links_to_the_profile_by_name() -> None:
    assert rendered("@ana.b").html == (
        '<p dir="auto"><a class="at" href="/people/ana.b" data-person="13">@Ana &lt;B&gt;</a></p>'
    )
    assert 'href="/people/%E7%8E%8B%E4%BC%9F"' in rendered("@王伟").html


def test_what_follows_a_mention_without_a_space_stays() -> None:
    assert rendered("@王伟你好").plain == "@王伟你好"
    assert rendered("@ana你好").plain == "@Ana Lúcia你好"
    assert rendered("_hi @ana_ x").html.endswith("</em> x</p>")


@pytest.mark.parametrize("name", ["channel", "all", "everyone", "here", "Channel"])
def test_everyone_can_be_addressed(name: str) -> None:
    result = rendered(f"@{name}: lunch")
    assert result.mentions_all
    assert f'<span class="at at-all">@{name.lower()}</span>: lunch' in result.html


@pytest.mark.parametrize("source", ["`@channel`", "@channels", "a@all.com", "[@all](/x)", "@al"])
def test_everyone_is_not_addressed_by_accident(source: str) -> None:
    assert not rendered(source).mentions_all


@pytest.mark.parametrize(
    ("source", "channels", "hashtags"),
    [
        ("#general", (5,), ()),
        ("#General, #rotterdam-gate.", (5, 6), ()),
        ("#営業です", (7,), ()),
        ("#general里", (5,), ()),
        ("#Safety #safety #SAFETY", (), ("safety",)),
        ("#straße #STRASSE", (), ("strasse",)),
        ("#cafe\u0301 #café", (), ("café",)),
        ("#تجربة #ทดสอบ #परीक्षण #上线", (), ("تجربة", "ทดสอบ", "परीक्षण", "上线")),
        ("#v2 #2026q1 #a-b_c", (), ("v2", "2026q1", "a-b_c")),
        ("_#note_", (), ("note",)),
        ("#1 #2026 C# a#b &#65; ## #", (), ()),
        ("`#general` [#general](/x)\n\n    #safety", (), ()),
        ("https://example.com/#general example.com/#safety x/#safety", (), ()),
        (r"\#safety", (), ()),
    ],
)
def test_channels_and_hashtags(
    source: str, channels: tuple[int, ...], hashtags: tuple[str, ...]
) -> None:
    result = rendered(source)
    assert result.channel_ids == channels
    assert result.hashtags == hashtags


def test_channels_and_hashtags_are_links() -> None:
    html = rendered("#rotterdam-gate #Straße").html
    assert (
        '<a class="channel-link" href="/channels/rotterdam-gate" data-channel="6">'
        "#Rotterdam gate</a>" in html
    )
    assert '<a class="tag" href="/hashtags/strasse">#Straße</a>' in html


def test_the_resolver_is_asked_at_most_once_a_kind() -> None:
    directory = Directory()
    render("@ana @josé @nobody #general #other " * 20, directory)
    assert sorted(directory.asked) == ["channels", "people"]
    directory = Directory()
    render("Nothing to look up here, @all", directory)
    assert directory.asked == []


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        (":+1: :tada:", "👍 🎉"),
        (":+1::skin-tone-3:", "👍🏼"),
        (":TADA:", "🎉"),
        ("好:tada:好", "好🎉好"),
        (":no_such_emoji:", ":no_such_emoji:"),
        ("10:30:45 a:b:c std::on::x x:100:3", "10:30:45 a:b:c std::on::x x:100:3"),
        ("`:tada:`", ":tada:"),
        (":::: : :", ":::: : :"),
    ],
)
def test_emoji_shortcodes(source: str, plain: str) -> None:
    assert rendered(source).plain == plain


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("a\nb", '<p dir="auto">a<br>\nb</p>'),
        ("**a** _b_ ~~c~~ `d`", "<strong>a</strong> <em>b</em> <s>c</s> <code>d</code>"),
        ("# a", '<h3 dir="auto">a</h3>'),
        ("###### a", '<h6 dir="auto">a</h6>'),
        ("a\n===", '<h3 dir="auto">a</h3>'),
        ("a\n---", '<h4 dir="auto">a</h4>'),
        ("3. a", '<ol start="3" dir="auto">'),
        ("> a", '<blockquote dir="auto">\n<p>a</p>'),
        ("|a|\n|-:|\n|1|", '<td class="align-right">1</td>'),
        ("|a|\n|-|\n|1|", '<div class="table-wrap" tabindex="0"><table dir="auto">'),
        ("- [ ] a", '<li class="task"><label><input type="checkbox" disabled=""> a</label></li>'),
        ("- [x] **a**", 'disabled="" checked=""> <strong>a</strong></label>'),
        ("<b>a</b>", "&lt;b&gt;a&lt;/b&gt;"),
        ("main.py run.sh README.md done.it", '<p dir="auto">main.py run.sh README.md done.it</p>'),
        (
            "www.example.com",
            '<a href="https://www.example.com" rel="nofollow noopener ugc" target="_blank">',
        ),
        ("[a](/posts/1)", '<a href="/posts/1">a</a>'),
        ("me@example.com", '<a href="mailto:me@example.com" rel="nofollow noopener ugc">'),
        (
            "![A plate](https://example.com/a.png)",
            'a.png" rel="nofollow noopener ugc" target="_blank">A plate</a>',
        ),
        ("[![in](/a.png)](/posts/1)", '<a href="/posts/1">in</a>'),
        ("", ""),
    ],
)
def test_markup(source: str, html: str) -> None:
    assert html in rendered(source).html


def test_code_has_its_language_as_caption_and_few_classes() -> None:
    html = rendered('```json\n{"lane": 4} \n```').html
    assert html == (
        '<figure class="code"><figcaption><span>JSON</span></figcaption>'
        '<pre tabindex="0" aria-label="JSON"><code>{<span class="k">"lane"</span>: '
        '<span class="m">4</span>} \n</code></pre></figure>'
    )


@pytest.mark.parametrize(
    ("source", "part"),
    [
        ("```\na < b\n```", '<figure class="code"><pre tabindex="0"><code>a &lt; b\n</code>'),
        ("```klingon\na\n```", "<span>klingon</span></figcaption>"),
        ("```<img>\"'&\na\n```", "<span>&lt;img&gt;\"'&amp;</span>"),
        ("```{.python}\ndef a\n```", '<span class="k">def</span>'),
        ("    indented", "<code>indented\n</code>"),
        ("```python\n\n  x = 1\n```", "<code>\n  x = "),
    ],
)
def test_code_of_any_language(source: str, part: str) -> None:
    assert part in rendered(source).html


def test_very_long_code_is_shown_whole_but_not_coloured() -> None:
    code = "def f(): pass\n" * 1000
    html = rendered(f"```python\n{code}```").html
    assert html.count("def f(): pass") == 1000
    assert '<span class="k">' not in html


def test_code_reads_in_the_order_in_which_it_runs() -> None:
    assert "\u202e" not in rendered("```\nif a\u202e b\n```").html


def test_links_are_listed_once_without_mail_addresses() -> None:
    result = rendered(
        "https://example.com/a?b=1&c=2 [x](https://example.com/a?b=1&c=2) [p](/posts/3) a@b.com"
    )
    assert result.links == ("https://example.com/a?b=1&c=2", "/posts/3")


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        ("**a** [b](https://example.com) `c`\nd", "a b c\nd"),
        ("# a\n\n- b\n- c\n\n> d", "a\nb\nc\nd"),
        ("|a|b|\n|-|-|\n|1|2|", "a\tb\n1\t2"),
        ("- [ ] a\n- [x] b", "☐ a\n☑ b"),
        ("```py\na = 1\n```", "a = 1"),
        ("![alt](https://example.com/a.png)", "alt"),
        ("&amp; &lt;b&gt; <i>", "& <b> <i>"),
        ("@ana #general #Tag", "@Ana Lúcia #general #Tag"),
        ("a\u202eb\u2066c", "abc"),
        ("---", ""),
    ],
)
def test_plain_text_has_no_markup(source: str, plain: str) -> None:
    assert rendered(source).plain == plain


def test_too_deep_nesting_keeps_its_words() -> None:
    for source in ("> " * 100 + "word", "- " * 100 + "word", "**a " * 200 + "word" + "**" * 200):
        result = rendered(source)
        assert "word" in result.plain
        assert "word" in result.html


@settings(max_examples=400, deadline=None)
@given(
    st.text(st.sampled_from("aZéß漢аا٣²1 .,;!?'()%€$–—…’“”„-:/@#*_~`|\\[]<>&\"+=\n"), max_size=30)
    | st.lists(
        st.sampled_from(["The", "truck", "is", "here.", "Who?", "10", "a.b", "www", "x.de"])
    ).map(" ".join)
)
def test_a_line_of_plain_words_is_what_the_parser_makes_of_it(text: str):
    assert render(text, Directory()) == rendering._parsed(normalise(text), Directory())
