"""Who imports whom."""

from __future__ import annotations

import ast
import configparser
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from enterprise_social import rooms
from tests.architecture.house_contract import House
from tests.architecture.sources import PACKAGE, ROOT, module_name, name, python_files, tree

KEYS = ("rooms", "upper", "upper_rooms", "shared_upper")
AMBIENT = {"request", "session", "current_user", "login_user", "logout_user", "g"}


LOAD_LATE = {
    "enterprise_social/cli.py": "most commands start faster without the server",
    "enterprise_social/search/engines.py": "only the engine that the settings name is loaded",
    "enterprise_social/admin/cli.py": "what the doctor looks with is needed by no other command",
}


def _house() -> House:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg")
    contract = parser["importlinter:contract:house"]
    values = {key: contract[key].strip().splitlines() for key in KEYS}
    return House(values.pop("rooms"), **{key: set(values[key]) for key in values})


HOUSE = _house()


def test_the_import_contracts_hold() -> None:
    program = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run(
        [str(program), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("importer", "imported", "allowed"),
    [
        ("posts.actions", "channels.queries", True),
        ("posts.actions.editing", "core.events", True),
        ("posts.actions", "feed.queries", False),
        ("posts.actions", "posts.views", False),
        ("polls.models", "kudos.models", False),
        ("people.views", "feed.queries", True),
        ("people.views", "people.forms", True),
        ("posts.views", "people.views", False),
        ("posts.views", "accounts.identity", True),
        ("realtime.endpoint", "accounts.identity", True),
        ("posts.actions", "accounts.identity", False),
        ("core.events", "people.models", False),
        ("core.web", "config", True),
        ("posts", "posts.listeners", True),
        ("posts", "people.models", False),
        ("api.posts", "posts.actions", True),
        ("api.posts", "home.views", False),
        ("search.engine", "api.posts", False),
        ("cli", "accounts.actions", True),
        ("cli", "accounts.views", False),
        ("serving", "realtime.endpoint", True),
        ("posts.actions", "cli", False),
        ("sauna.models", "core.db", False),
    ],
)
def test_the_contract_tells_right_from_wrong(importer: str, imported: str, allowed: bool) -> None:
    objection = HOUSE.objection(f"enterprise_social.{importer}", f"enterprise_social.{imported}")
    assert (objection is None) is allowed, objection


def test_the_order_of_rooms_in_the_program_is_that_of_the_contract() -> None:
    ranks = [HOUSE.rank[room] for room in rooms.ORDER]
    assert ranks == sorted(ranks)


def test_every_room_is_registered_and_has_a_door() -> None:
    found = {
        path.parent.name
        for path in PACKAGE.glob("*/__init__.py")
        if path.parent.name not in {"core", "translations"}
    }
    assert found == set(rooms.ORDER)
    for room in rooms.ORDER:
        assert callable(import_module(f"enterprise_social.{room}").register)


def _ambient_imports(path: Path) -> set[str]:
    return AMBIENT & {
        alias.name
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and node.module in {"flask", "flask_login"}
        for alias in node.names
    }


def test_ground_floors_know_no_request_and_no_signed_in_user() -> None:
    ground = [path for path in python_files() if HOUSE.place(module_name(path)).floor == "ground"]
    assert {name(path): found for path in ground if (found := _ambient_imports(path))} == {}


def _inner_imports(body: ast.AST, function: str | None = None) -> list[tuple[str, int]]:
    found = []
    for node in ast.iter_child_nodes(body):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found += _inner_imports(node, function or node.name)
        elif function is not None and _of_the_package(node):
            found.append((function, node.lineno))
        else:
            found += _inner_imports(node, function)
    return found


def _of_the_package(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom):
        return node.level > 0 or str(node.module).startswith("enterprise_social")
    return isinstance(node, ast.Import) and any(
        alias.name.startswith("enterprise_social") for alias in node.names
    )


def test_only_register_imports_parts_of_the_house_inside_a_function() -> None:
    """A program that runs as a process of its own may choose in main what it loads."""
    wrong = []
    for path in python_files():
        if name(path) in LOAD_LATE:
            continue
        allowed = {"register"}
        if 'if __name__ == "__main__":' in path.read_text():
            allowed.add("main")
        found = _inner_imports(tree(path))
        wrong += [f"{name(path)}:{line}" for function, line in found if function not in allowed]
    assert wrong == []
