"""Pure decisions: same input, same output; no clock, no network, no database, no configuration."""
