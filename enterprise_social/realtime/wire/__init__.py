"""The wire: WebSocket and Engine.IO with one thread a connection, and none that waits to send.

python-engineio with simple-websocket takes four threads (or greenlets) a connection, frames and
compresses every message anew for each recipient, and keeps without bound what a client doesn't
read. Here a message is framed once for all its recipients, it is given to the kernel at once
where there is room, and a client that falls too far behind is let go.
"""

from __future__ import annotations
