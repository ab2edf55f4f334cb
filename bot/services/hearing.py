"""What the rules say of the items of one feed document; each item is asked about once."""

from bot.domain.models import Document, MatchResult, ParsedItem
from bot.services.rulebook import RuleBook


class Hearing:
    """The answers so far. It lives no longer than the document whose items it is asked about.

    Args:
        rulebook: the rules. When others come into force meanwhile, all is asked anew.
    """

    def __init__(self, rulebook: RuleBook) -> None:
        self._rulebook = rulebook
        self._matcher = rulebook.current
        self._results: dict[int, MatchResult] = {}

    def of(self, found: ParsedItem, document: Document) -> MatchResult:
        """What the rules say of an item of the document.

        Args:
            found: the item.
            document: the same as matching reads it.
        """
        current = self._rulebook.current
        if current is not self._matcher:
            self._matcher, self._results = current, {}
        result = self._results.get(id(found))
        if result is None:
            result = self._results[id(found)] = current.match(document)
        return result
