"""The real program with pumps that do not look by themselves: what they send, they were told of."""

from datetime import timedelta

from bot.__main__ import main
from bot.services.delivery import LanePump

if __name__ == "__main__":
    defaults = LanePump.__init__.__kwdefaults__
    assert defaults is not None
    defaults["idle"] = timedelta(days=1)
    main()
