"""Who may ask, by HTTP? Events in, feeds out, probes; nothing here decides anything."""
