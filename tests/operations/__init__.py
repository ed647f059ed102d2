"""Running an installation: health, stopping, settings, logs, back-ups."""
