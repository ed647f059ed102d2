"""What people see and do, in Chromium against the real server process."""
