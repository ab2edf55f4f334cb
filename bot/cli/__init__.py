"""The command line: one module per command or family of commands, registered in `bot/__main__.py`."""
