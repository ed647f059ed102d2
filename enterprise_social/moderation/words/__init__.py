"""Word rules: what the organisation, or a channel, doesn't want to be said."""
