"""Records: exports, erasing, retention, holds."""
