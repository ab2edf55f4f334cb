"""The pages: the web chat, health, and what else listens to HTTP. No rule of the product is decided here."""
