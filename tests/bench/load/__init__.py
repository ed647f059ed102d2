"""A load generator: people who behave as people do, a check of what reaches them, and a report.

**Active** is somebody who is signed in with a page open and a socket connected, and who does
something every 20 seconds on average (``profile``). Whoever is only connected is not counted.

The generator runs in processes of its own (``shard``), which the command conducts (``conductor``).
Every client follows the rules of ``static/js/core/live.js`` and ``posts/outbox.js``: numbers
without gaps in what is open, catching up after a gap or a reconnection, unsent posts repeated with
the same ``client_id``. What each of them gets to see is kept by number and compared in the end
with what the database holds (``ledger``).
"""
