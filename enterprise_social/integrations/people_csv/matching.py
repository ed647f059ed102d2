"""Whose line is whose, who is whose manager, and what can't be: over a whole file at once.

A *node* is somebody who is here, by their id, or somebody new, by the negative of their line.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from flask_babel import gettext as _

from enterprise_social.people.usernames import username_key

MOST_ROUNDS = 50
MOST_NAMED = 8  # of a loop
DEEPEST = 50  # managers over one another, as people.actions has it


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who is here already."""

    id: int
    email: str
    number: str | None
    username: str
    manager_id: int | None
    is_active: bool
    is_bot: bool


@dataclass(frozen=True, slots=True)
class Given:
    """What a line says that others can be known by; ``manager`` is how it is named, and by what."""

    line: int
    email: str
    number: str
    username: str
    manager: tuple[str, str] | None
    is_sound: bool


@dataclass
class Match:
    """What was found out about the lines, by number.

    ``nodes`` says of whom a line is, also of refused ones where that is certain; ``managers`` whom
    it puts over them (None: nobody) where it says something; ``depths`` how many are over them in
    the end.
    """

    nodes: dict[int, int] = field(default_factory=dict)
    managers: dict[int, int | None] = field(default_factory=dict)
    depths: dict[int, int] = field(default_factory=dict)
    problems: dict[int, list[tuple[str, str]]] = field(default_factory=dict)

    def refuse(self, line: int, target: str, reason: str) -> None:
        """Note why a line can't be taken."""
        self.problems.setdefault(line, []).append((target, reason))


Names = Callable[[Iterable[int]], Mapping[int, str]]


def match(
    people: Iterable[Known], lines: list[Given], names_of: Names, groups: Collection[str] = ()
) -> Match:
    """Match a file's lines with the people who are here.

    ``names_of`` gives the names of nodes, ``groups`` are the @names that groups have.
    """
    return _Matching(people, lines, names_of, groups).run()


class _Matching:
    def __init__(
        self,
        people: Iterable[Known],
        lines: list[Given],
        names_of: Names,
        groups: Collection[str],
    ) -> None:
        self._groups = groups
        self._people = {each.id: each for each in people}
        self._by_email = {each.email: each.id for each in self._people.values()}
        self._by_number = {each.number: each.id for each in self._people.values() if each.number}
        self._by_username = {each.username: each.id for each in self._people.values()}
        self._lines = lines
        self._names_of = names_of
        self._found = Match()
        self._unsound = {each.line for each in lines if not each.is_sound}
        # The first line that has an address, a number or a username.
        self._first: dict[tuple[str, str], int] = {}

    def run(self) -> Match:
        for given in self._lines:
            self._refuse_doubles(given)
            self._place(given)
        for given in self._lines:
            if given.manager is not None and given.line in self._found.nodes:
                self._find_manager(given, *given.manager)
        self._refuse_loops()
        self._measure()
        return self._found

    def _is_refused(self, line: int) -> bool:
        return line in self._unsound or line in self._found.problems

    def _refuse_doubles(self, given: Given) -> None:
        keys = (("email", given.email), ("employee_number", given.number))
        for kind, text in (*keys, ("username", given.username)):
            if not text:
                continue
            first = self._first.setdefault((kind, text), given.line)
            if first != given.line:
                self._found.refuse(
                    given.line, kind, _("Line %(line)d has “%(text)s” too.", line=first, text=text)
                )

    def _place(self, given: Given) -> None:
        """Find of whom the line is: by number or by address, the other of which may change."""
        by_email = self._by_email.get(given.email)
        by_number = self._by_number.get(given.number)
        if by_email and by_number and by_email != by_number:
            other = self._people[by_email].username
            self._found.refuse(
                given.line,
                "email",
                _(
                    "The e-mail address is that of @%(other)s, the employee number that of "
                    "@%(one)s.",
                    other=other,
                    one=self._people[by_number].username,
                ),
            )
            # Of neither for certain, but neither of the two is missing.
            self._found.nodes[given.line] = by_number
            return
        node = by_email or by_number
        if node is None and not (given.email or given.number):
            self._found.refuse(
                given.line, "", _("There is neither an e-mail address nor an employee number.")
            )
            return
        self._found.nodes[given.line] = -given.line if node is None else node
        if given.username in self._groups:
            reason = _("A group is called @%(name)s.", name=given.username)
            self._found.refuse(given.line, "username", reason)
        elif self._by_username.get(given.username, node) != node:
            reason = _("Somebody else is @%(name)s already.", name=given.username)
            self._found.refuse(given.line, "username", reason)
        if node is None:
            return
        first = self._first.setdefault(("person", str(node)), given.line)
        if first != given.line and given.line not in self._found.problems:
            self._found.refuse(
                given.line, "", _("Line %(line)d is of the same person.", line=first)
            )
        if self._people[node].is_bot:
            self._found.refuse(given.line, "", _("This is a program, not a person."))

    def _find_manager(self, given: Given, kind: str, text: str) -> None:
        node = None
        if text:
            node = self._look_up(kind, text)
            if node is None:
                self._found.refuse(
                    given.line,
                    "manager",
                    _("Nobody is known as “%(manager)s”, here or in the file.", manager=text[:60]),
                )
                return
            known = self._people.get(node)
            own = self._people.get(self._found.nodes[given.line])
            unchanged = own is not None and own.manager_id == node
            if known is not None and not unchanged:
                if known.is_bot:
                    self._found.refuse(given.line, "manager", _("A program leads nobody."))
                elif not known.is_active and ("person", str(node)) not in self._first:
                    self._found.refuse(
                        given.line,
                        "manager",
                        _("@%(name)s is deactivated.", name=known.username),
                    )
        self._found.managers[given.line] = node

    def _look_up(self, kind: str, text: str) -> int | None:
        email, username = text.lower(), username_key(text.removeprefix("@"))
        tries = {
            "email": [("email", email, self._by_email)],
            "number": [("employee_number", text, self._by_number)],
            "username": [("username", username, self._by_username)],
        }
        ways = tries.get(kind) or [tries["email"][0], tries["number"][0], tries["username"][0]]
        for name, key, here in ways:
            line = self._first.get((name, key), 0)
            node = self._found.nodes.get(line)
            # A refused line takes no name from somebody who has it.
            if key in here and (node is None or self._is_refused(line)):
                return here[key]
            if node is not None:
                return node
        return None

    def _parents(self) -> dict[int, int | None]:
        """Who is over whom in the end, where refused lines change nothing."""
        over = {each.id: each.manager_id for each in self._people.values()}
        for line, manager in self._found.managers.items():
            if not self._is_refused(line):
                over[self._found.nodes[line]] = manager
        return over

    def _refuse_loops(self) -> None:
        """Refuse what would put somebody over themselves, and who would be under a refused one.

        What is refused leaves an old line in its place, which may make another loop with what is
        new: so it is looked at again until nothing is found.
        """
        for _round in range(MOST_ROUNDS):
            self._refuse_orphans()
            loops = list(_loops(self._parents(), self._changed()))
            if not loops:
                return
            self._tell(loops)
        for line in self._changed().values():
            self._found.refuse(line, "manager", _("The manager lines are too tangled."))
        self._refuse_orphans()

    def _changed(self) -> dict[int, int]:
        """The lines that say who is whose manager, by the node that is under them."""
        return {
            self._found.nodes[line]: line
            for line in self._found.managers
            if not self._is_refused(line)
        }

    def _refuse_orphans(self) -> None:
        under: dict[int, list[int]] = {}
        for line, manager in self._found.managers.items():
            if manager is not None and manager < 0 and not self._is_refused(line):
                under.setdefault(-manager, []).append(line)
        waiting = [line for line in under if self._is_refused(line)]
        while waiting:
            above = waiting.pop()
            for line in under.pop(above, ()):
                reason = _("The manager, on line %(line)d, is refused.", line=above)
                self._found.refuse(line, "manager", reason)
                waiting.append(line)

    def _tell(self, loops: list[list[int]]) -> None:
        names = self._names_of({node for loop in loops for node in loop[:MOST_NAMED]})
        changed = self._changed()
        for loop in loops:
            named = [names.get(node, "?") for node in loop[:MOST_NAMED]]
            more = ["…"] if len(loop) > MOST_NAMED else []
            reason = _(
                "Nobody can be above themselves: %(names)s.",
                names=" → ".join([*named, *more, named[0]]),
            )
            for node in loop:
                if node in changed:
                    self._found.refuse(changed[node], "manager", reason)

    def _measure(self) -> None:
        over = self._parents()
        depths: dict[int, int] = {}
        for line, node in self._found.nodes.items():
            if self._is_refused(line):
                continue
            depth = _depth(node, over, depths)
            self._found.depths[line] = depth
            if depth > DEEPEST and line in self._found.managers:
                reason = _("Too many managers would be over them.")
                self._found.refuse(line, "manager", reason)
        self._refuse_orphans()


def _loops(over: Mapping[int, int | None], changed: Mapping[int, int]) -> Iterator[list[int]]:
    """Give each loop that something changed is part of, once, the lowest first."""
    seen: set[int] = set()
    for start in changed:
        path: dict[int, None] = {}
        node: int | None = start
        while node is not None and node not in seen and node not in path:
            path[node] = None
            node = over.get(node)
        seen.update(path)
        if node is not None and node in path:
            steps = list(path)
            yield steps[steps.index(node) :]


def _depth(node: int, over: Mapping[int, int | None], depths: dict[int, int]) -> int:
    path: list[int] = []
    above: int | None = node
    while above is not None and above not in depths:
        depths[above] = 0  # an old loop ends here
        path.append(above)
        above = over.get(above)
    depth = depths[above] if above is not None else -1
    for each in reversed(path):
        depth += 1
        depths[each] = depth
    return depths[node]
