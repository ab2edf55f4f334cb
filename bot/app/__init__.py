"""The composition root: builds everything from the settings, runs it in one task group, stops it in order.

`ground` is what all sides stand on; `rules`, `chats`, `intake` and `site` build one side each, `sample` the
bundled day of news, `routine` the background work.
"""

from bot.app.ground import Mode, Role
from bot.app.intake import fetcher_of
from bot.app.main import Heraut, build, run

__all__ = ["Heraut", "Mode", "Role", "build", "fetcher_of", "run"]
