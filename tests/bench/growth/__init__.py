"""How the application grows: the same pages and calls among more and more posts.

``python -m tests.bench growth`` on PostgreSQL, ``python -m tests.bench whoosh-growth`` on the
default set-up and its search. What was generated is kept, so that a run that was broken off goes
on, and the next one measures at once.
"""
