"""Everything that checks Enterprise Social; a folder a room, plus journeys, faults and benches."""
