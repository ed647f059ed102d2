"""The import rules of the rooms as one import-linter contract; its options stand in setup.cfg.

Every direct import inside the package is judged by where it starts and where it points to. As
each edge of an allowed graph points to the left or to a ground floor, chains need no rule of
their own. A room that doesn't exist yet needs nothing; a room that isn't in the order is an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from importlinter import Contract, ContractCheck, fields, output

PACKAGE = "enterprise_social"
# Part of the mechanism although it stands beside core: the settings and the order of the rooms.
SHARED = {f"{PACKAGE}.config"}
GROUND_NAMES = {"models", "events", "policy", "queries", "actions"}
# The program around the rooms.
TOP_NAMES = {"__main__", "cli", "collecting", "rooms", "serving"}


@dataclass(frozen=True)
class Place:
    """Where a module stands: its room and the floor in it.

    ``floor`` is one of core, top (the package's own modules), door (a room's ``__init__``),
    ground, upper, shared upper (knows the request, and upper floors of all rooms may ask it).
    """

    room: str
    floor: str


class House:
    """The order of the rooms and the names of the floors."""

    def __init__(
        self, rooms: list[str], upper: set[str], upper_rooms: set[str], shared_upper: set[str]
    ):
        """Take the order line by line; rooms on one line don't know each other."""
        self.rank = {room: rank for rank, line in enumerate(rooms) for room in line.split()}
        self.upper = upper
        self.upper_rooms = upper_rooms
        self.shared_upper = shared_upper

    def place(self, module: str) -> Place:
        """Say where a module stands."""
        parts = module.split(".")[1:]
        if parts[:1] == ["core"] or module in SHARED:
            return Place("core", "core")
        if not parts or (len(parts) == 1 and parts[0] in TOP_NAMES):
            return Place("", "top")
        if len(parts) == 1:
            return Place(parts[0], "door")
        room, name = parts[0], parts[1]
        if name in self.shared_upper:
            return Place(room, "shared upper")
        mostly_upper = room in self.upper_rooms and name not in GROUND_NAMES
        return Place(room, "upper" if mostly_upper or name in self.upper else "ground")

    def objection(self, importer: str, imported: str) -> str | None:
        """Say what is wrong with an import, or None."""
        start, end = self.place(importer), self.place(imported)
        for place in (start, end):
            if place.room not in self.rank and place.room not in {"core", ""}:
                return f"the room {place.room} is not in the order of rooms"
        if end.floor == "core":
            return None
        if start.floor == "core":
            return "core knows no room"
        if end.floor == "shared upper":
            knows_requests = start.floor in {"door", "upper", "shared upper"}
            return None if knows_requests else "only what answers requests may ask who makes them"
        if end.floor == "upper":
            at_home = start.room == end.room and start.floor in {"door", "upper"}
            # Rooms that are all upper floor have no actions to call: the program drives them.
            driven = start.floor == "top" and end.room in self.upper_rooms
            return None if at_home or driven else "nobody imports an upper floor of another"
        if start.floor == "top" or start.room == end.room:
            return None
        if end.floor == "top":
            return "rooms don't know the program around them"
        if end.floor == "door":
            return "a room's door is for the application alone"
        if start.floor == "ground" and self.rank[end.room] >= self.rank[start.room]:
            return "ground floors import leftward only; announce an event instead"
        if start.floor == "door":
            return "a door imports its own room only"
        return None


class HouseContract(Contract):  # type: ignore[misc]
    """Checks every import of the package against the house."""

    rooms = fields.ListField(subfield=fields.StringField())
    upper = fields.SetField(subfield=fields.StringField())
    upper_rooms = fields.SetField(subfield=fields.StringField())
    shared_upper = fields.SetField(subfield=fields.StringField())

    def check(self, graph: Any, verbose: bool) -> ContractCheck:
        """Judge the import graph."""
        house = House(
            list(self.rooms), set(self.upper), set(self.upper_rooms), set(self.shared_upper)
        )
        breaches = []
        for importer in sorted(graph.modules):
            for imported in sorted(graph.find_modules_directly_imported_by(importer)):
                if not imported.startswith(PACKAGE):
                    continue
                objection = house.objection(importer, imported)
                if objection:
                    details = graph.get_import_details(importer=importer, imported=imported)
                    lines = sorted(detail["line_number"] for detail in details)
                    breaches.append((importer, imported, lines, objection))
        return ContractCheck(kept=not breaches, metadata={"breaches": breaches})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print each breach with its lines."""
        for importer, imported, lines, objection in check.metadata["breaches"]:
            places = ", ".join(str(line) for line in lines)
            output.print_error(f"{importer} -> {imported} (line {places}): {objection}")
