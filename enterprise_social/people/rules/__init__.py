"""Rules over people, as colleagues write them: ``department is Operations and location is Lyon``.

``parse`` reads one into plain JSON, ``condition`` makes one SQL condition of that, ``written`` and
``in_words`` say it again. Whatever is meant for some of the people asks here who they are.
"""

from __future__ import annotations

from enterprise_social.people.rules.conditions import (
    Spellings,
    condition,
    follows_managers,
    is_self_written,
    is_usable,
)
from enterprise_social.people.rules.language import (
    DEEPEST,
    LONGEST_RULE,
    MOST_TESTS,
    MOST_VALUES,
    Rule,
    RuleError,
    cleaned,
    parse,
)
from enterprise_social.people.rules.names import KnownNames, Names, Operand
from enterprise_social.people.rules.rows import Row, in_rows, of_rows
from enterprise_social.people.rules.wording import in_words, written

__all__ = [
    "DEEPEST",
    "LONGEST_RULE",
    "MOST_TESTS",
    "MOST_VALUES",
    "KnownNames",
    "Names",
    "Operand",
    "Row",
    "Rule",
    "RuleError",
    "Spellings",
    "cleaned",
    "condition",
    "follows_managers",
    "in_rows",
    "in_words",
    "is_self_written",
    "is_usable",
    "of_rows",
    "parse",
    "written",
]
