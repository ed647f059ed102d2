"""Names in several scripts, with the Latin letters that an address of theirs is made of."""

from __future__ import annotations

import random
from typing import NamedTuple

from anyascii import anyascii

_GIVEN = """
Anna Maria Jan Piotr Élodie Łukasz Hana Deniz Amara Kofi Priya Lucía Samuel Ingrid Joost Tomasz Lan
Karim Zoë Björn Aoife Mateus Noor Ivo Greta Agnieszka Magdalena Daan Femke Sven Åsa Jürgen Chloé
Rhys Siobhán Nuno Inês Giulia Marco Katarína Ondřej Zsófia Gábor Ștefan Ioana Thandiwe Chidi Fatima
Yusuf Leila Omar Aisha Minh Linh Kenta Yuki Sofia Emma Liam Noah Olivia William James Grace Henry
"""
_FAMILY = """
Kowalska Nowak Wiśniewski Zając Wójcik Mazur Sikora de·Vries van·den·Berg Jansen Bakker Visser
Müller Schmidt Weber Fischer Öztürk Yılmaz Şahin Kaya Mensah Okafor Adeyemi Nkosi Dlamini Sharma
Patel Iyer Fernández García Núñez Silva Santos Oliveira Rossi Bianchi Ferrari Novák Dvořák Horváth
Nagy Szabó Popescu Ionescu Andersson Lindqvist Hansen Sørensen Jónsdóttir Magnússon O'Brien
O'Sullivan Murphy Smith Jones Taylor Brown Wilson Evans Dupont Lefèvre Moreau Nguyen Tran Haddad
Khalil Mansour Tanaka
"""
# Written as they write themselves: family name first where that is so.
_ABROAD = (
    (("Ольга", "Мария", "Дмитрий", "Иван", "Анна"), ("Новак", "Шевченко", "Коваль", "Бойко"), " "),
    (("Ελένη", "Γιώργος", "Νίκος"), ("Παπαδάκη", "Νικολάου", "Οικονόμου"), " "),
    (("伟", "芳", "娜", "敏", "静", "强"), ("王", "李", "张", "刘", "陈"), ""),
    (("美咲", "翔太", "陽菜", "健二"), ("佐藤", "鈴木", "高橋", "田中"), " "),
    (("민준", "서연", "지우"), ("김", "이", "박"), ""),
    (("अनिता", "राहुल", "सीता"), ("शर्मा", "वर्मा", "गुप्ता"), " "),
    (("ليلى", "عمر", "فاطمة"), ("حداد", "خليل", "منصور"), " "),
)
TITLES = (
    *("Crane driver", "Yard planner", "Software engineer", "Account manager", "Customs agent"),
    *("Data steward", "Nurse", "Night shift lead", "Legal counsel", "Electrician", "Buyer"),
    *("Driver coach", "Terminal planner", "Payroll clerk", "Test engineer", "Cook", "Dispatcher"),
)
DIVISIONS = (
    *("Operations", "Engineering", "Sales", "Finance", "People", "Customs", "Fleet", "Legal"),
    *("Terminals", "Safety", "Procurement", "Customer service", "Marketing", "IT"),
)
# Places with their time zones.
PLACES = (
    ("Rotterdam", "Europe/Amsterdam"),
    ("Gdańsk", "Europe/Warsaw"),
    ("Felixstowe", "Europe/London"),
    ("İzmir", "Europe/Istanbul"),
    ("Valencia", "Europe/Madrid"),
    ("Pune", "Asia/Kolkata"),
    ("Kobe", "Asia/Tokyo"),
    ("Lyon", "Europe/Paris"),
    ("Constanța", "Europe/Bucharest"),
    ("Durban", "Africa/Johannesburg"),
    ("Santos", "America/Sao_Paulo"),
    ("Savannah", "America/New_York"),
)
LANGUAGES = ("en", "de", "nl", "pl", "fr", "ja", "ru", "es", "tr", "hi")


class FullName(NamedTuple):
    """A name as it is shown, and in Latin letters with a dot, in small ones."""

    shown: str
    handle: str


class Names:
    """Gives names; handles never twice."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._given, self._family = _GIVEN.split(), _FAMILY.split()
        self._used: dict[str, int] = {}
        self._latin: dict[str, str] = {}

    def next(self) -> FullName:
        """Return somebody's name."""
        dice = self._dice
        if dice.random() < 0.88:
            given, family = dice.choice(self._given), dice.choice(self._family).replace("·", " ")
            if dice.random() < 0.06:
                given = f"{given}-{dice.choice(self._given)}"
            shown = f"{given} {family}"
        else:
            firsts, families, between = dice.choice(_ABROAD)
            given, family = dice.choice(firsts), dice.choice(families)
            first = not between or family in ("佐藤", "鈴木", "高橋", "田中")
            shown = between.join((family, given) if first else (given, family))
        return FullName(shown, self._free(f"{self._letters(given)}.{self._letters(family)}"))

    def _letters(self, word: str) -> str:
        if word not in self._latin:
            written = anyascii(word).casefold()
            self._latin[word] = "".join(each for each in written if each.isalnum()) or "x"
        return self._latin[word]

    def _free(self, handle: str) -> str:
        times = self._used[handle] = self._used.get(handle, 0) + 1
        return handle if times == 1 else f"{handle}{times}"
