"""How people write: Markdown with gaps, and how often each kind of it stands among others.

In a gap stand `{s}` a sentence or two, `{p}` a few words, `{w}` a word, `{n}` a number, `{@}` a
mention, `{#}` a hashtag; `{everyone}` is a link to the channel that everyone is in. Every gap
stands between blanks, signs or the ends of the line, and none beside a hyphen.
"""

from __future__ import annotations

# The first one is the one without markup.
PATTERNS: tuple[tuple[str, float], ...] = (
    ("{s}.", 52),
    ("{s}?", 6),
    ("{s}!", 3),
    ("{s}.\n\n{s}.", 6),
    ("{@} {s}.", 8),
    ("{s}, {@}?", 3),
    ("{@} and {@}: {s}.", 1),
    ("**{p}**: {s}.", 3),
    ("{s}. See https://tickets.example.com/browse/{n} for the rest.", 3),
    ("[{p}](https://wiki.example.com/pages/{n}): {s}.", 2),
    ("{s} {#}", 3),
    ("{s}. {#} {#}", 1),
    ("> {s}\n\n{s}.", 1.5),
    ("{p}:\n\n- {p}\n- {p} `{w}`\n- {p}", 1.5),
    ("1. {p}\n2. {p}\n3. {p}\n\n{s}.", 0.7),
    ("{s} :+1:", 2),
    ("{s} 🎉", 1),
    ("## {p}\n\n{s}.\n\n{s}.\n\n{s}.", 0.5),
    ("`{w}` fails:\n\n```python\nfor part in parts:\n    ship(part)\n```\n\n{s}.", 0.5),
    ("| {w} | {w} |\n| --- | --- |\n| {n} | {n} |\n\n{s}.", 0.3),
    ("As said in {everyone}: {s}.", 0.5),
    ("_{p}_ ~~{w}~~ {s}.", 0.5),
)

# Of other scripts and languages: taken as they stand.
WHOLE: tuple[str, ...] = (
    "明日の会議は十時からです。よろしくお願いします。",
    "集装箱已经到港，海关今天下午放行。",
    "请在周五之前提交预算。",
    "오늘 회의는 세 시로 옮겼습니다.",
    "Контейнеры пришли, таможня выпустит их после обеда.",
    "Отчёт за неделю готов, посмотрите до понедельника.",
    "Το πλοίο φτάνει αύριο στις έξι το πρωί.",
    "الاجتماع غداً في الساعة العاشرة.",
    "המשלוח יגיע מחר בבוקר.",
    "कल की बैठक दस बजे है, कृपया समय पर आएँ।",
    "Żuraw numer trzy stoi, część zamienna przyjdzie w środę.",
    "Die Übergabe der Frühschicht ist um Viertel vor sechs.",
    "Le rapport d'incident est prêt, merci de le relire.",
    "İzmir deposunda sayım yarın sabah başlıyor.",
    "La grúa número cuatro está parada por el viento.",
    "Przesyłka z Gdańska dojedzie jutro, proszę o awizację.",
    "ขอเลื่อนประชุมไปบ่ายสามโมง",
    "Смяната започва в шест, моля не закъснявайте.",
)
