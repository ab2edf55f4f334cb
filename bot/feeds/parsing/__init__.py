"""Reading feed documents: bytes to `ParsedFeed`, one module per format. No network here."""
