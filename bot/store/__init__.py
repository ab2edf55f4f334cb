"""ALL SQL of the product, and nothing else: no decisions, no network.

Each module holds the statements about one noun, as functions that take an open transaction. Callers
compose them inside `Database.write()` and see only values of `bot.domain.models`, never a row.
"""
