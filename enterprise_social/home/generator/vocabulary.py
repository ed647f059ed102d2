"""Words as frequent as in a language: the n-th is about 1/n as frequent as the first (Zipf)."""

from __future__ import annotations

import random
from itertools import accumulate, product

# Of a workplace, the commonest first; the rest of the vocabulary is made of syllables.
_COMMON = """
the to we and for is on in it of shipment this with that are be have at from you not can as will up
today please team all our if they was but by need about there when new what one so who meeting out
now time customer order week more just your has report do check plan next update work still been
could after before some how see before monday friday done thanks data project server office
terminal crane container delivery invoice budget review release ticket issue change request system
access account vendor contract quality safety shift driver route warehouse port customs agent train
truck vessel schedule delay weather storm gate yard berth pilot engine repair spare part supplier
price offer quote margin forecast target growth market sales support service client feedback survey
training course onboarding policy holiday leave payroll expense travel booking hotel flight visa
passport badge laptop screen phone network password login backup database migration deployment
rollback incident outage alert metric dashboard latency capacity storage queue worker cluster
process thread memory index search query cache token certificate audit compliance privacy retention
export import spreadsheet document draft version approval signature board director manager lead
engineer designer analyst planner buyer nurse electrician welder mechanic cook canteen lunch coffee
birthday party football running cycling music photo video
"""
_ENDINGS = ("s", "ed", "ing", "er", "able")
_SYLLABLES = (
    *("ka", "lo", "mer", "ti", "san", "do", "ru", "vel", "pi", "nor", "ga", "esh", "bu", "cho"),
    *("fir", "hal", "jo", "ky", "wen", "zu", "mar", "tol", "ber", "lin", "os", "qua", "dri", "fex"),
)
# In every third post, in one of some thousand, in one of some hundred thousand; for measuring.
COMMON, RARE, RAREST = "shipment", "quetzal", "zymurgy"
SIZE = 30_000
_CARDS = 300_000


def vocabulary() -> list[str]:
    """Return the words, small ASCII letters only, the commonest first."""
    common = _COMMON.split()
    known = dict.fromkeys(common)
    for word in common[60:]:
        known |= dict.fromkeys(word + ending for ending in _ENDINGS)
    made = ["".join(parts) for parts in product(_SYLLABLES, repeat=3)]
    random.Random(11).shuffle(made)
    known |= dict.fromkeys(made)
    return [word for word in known if word not in (COMMON, RARE, RAREST)][:SIZE]


def deck() -> list[str]:
    """Return each word as many times as it is frequent, at least once: to draw from blindly."""
    words = vocabulary()
    weights = [1 / (rank + 4) for rank in range(len(words))]
    share = _CARDS / sum(weights)
    return [
        word
        for word, weight in zip(words, weights, strict=True)
        for _card in range(max(1, round(weight * share)))
    ]


def hashtags() -> tuple[list[str], list[float]]:
    """Return hashtags without their sign, and how often each is chosen, added up."""
    common = _COMMON.split()
    tags = [*(f"{word}talk" for word in common[60:260]), *(f"project{n}" for n in range(1, 800))]
    return tags, list(accumulate(1 / (rank + 2) for rank in range(len(tags))))
