"""Heraut: a herald that tells chats, once and correctly, what the news feeds they follow say.

Imports go down this list only (``tests/test_layers.py`` checks it):

    __main__, cli   the command line
    app             builds everything from the settings, side by side, and runs it
    config, log     settings and logging
    chat | web      commands, rendering, the chat platforms | pages, the web chat, health
    services        use cases: poll, ingest, deliver, manage, explain
    store | feeds | jobs   all SQL | HTTP and parsing | background work
    ports           the few interfaces with several implementations
    domain          pure decisions: match, group, summarise, schedule
    errors          the exception tree
"""

__version__ = "0.1.0"
