"""Texts to measure with: words as frequent as in a language, some with markup."""

from __future__ import annotations

import random
from itertools import accumulate, product

COMMON = "shipment"  # in every third post
RARE = "quetzal"  # in one of 2,000
VOCABULARY = 8_000


class Texts:
    """Makes posts, the same ones for the same seed."""

    def __init__(self, seed: int = 7) -> None:
        self._dice = random.Random(seed)
        syllables = ["ka", "lo", "mer", "ti", "san", "do", "ru", "vel", "pi", "nor", "ga", "esh"]
        syllables += ["bu", "cho", "fir", "hal", "jo", "ky", "wen", "zu"]
        words = ["".join(parts) for parts in product(syllables, repeat=3)]
        self._dice.shuffle(words)
        self._words = words[:VOCABULARY]
        # Zipf's law: the n-th word is 1/n as frequent as the first.
        self._weights = list(accumulate(1 / rank for rank in range(1, len(self._words) + 1)))

    def plain(self, number: int) -> str:
        """Return the words of post ``number``, 5 to 60 of them."""
        count = min(60, 5 + int(self._dice.expovariate(1 / 14)))
        found = self._dice.choices(self._words, cum_weights=self._weights, k=count)
        if number % 3 == 0:
            found.insert(self._dice.randrange(count), COMMON)
        if number % 2_000 == 1_000:
            found.insert(self._dice.randrange(count), RARE)
        return " ".join(found).capitalize() + "."

    def written(self, number: int, username: str = "") -> str:
        """Return post ``number`` as somebody would write it: now and then with markup."""
        text = self.plain(number)
        kind = number % 10
        if kind == 3 and username:
            return f"@{username} {text}"
        if kind == 5:
            return f"{text} See https://example.com/tickets/{number} for **more**."
        if kind == 7:
            return f"{text}\n\n- first `step{number}`\n- second\n- third"
        if kind == 9 and number % 20 == 9:
            return f"{text}\n\n```python\nfor part in parts:\n    ship(part, {number})\n```"
        return text
