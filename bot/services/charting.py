"""Drawing charts, in a process of its own: matplotlib is slow to load, large, and never loaded here.

The process is started for the first chart, is killed when one takes too long, and ends when nobody asked
for a while. It gets no secrets, and answers with the bytes of a picture.
"""

from types import TracebackType
from typing import Literal, Self

from bot.domain.chart import Chart
from bot.domain.messages import LARGEST_PICTURE
from bot.errors import ChartFailed, FeedError
from bot.feeds.process import ReaderProcess

DEADLINE_SECONDS = 20.0
IDLE_SECONDS = 120.0
_MODULE = "bot.services.chartchild"

Kind = Literal["png", "svg"]


class Painter:
    """Draws charts. Use it as a context manager: at the end its process is gone.

    Args:
        deadline: seconds that a chart may take, the start of the process included.
        idle: seconds after which an unused process is stopped.
    """

    def __init__(self, deadline: float = DEADLINE_SECONDS, idle: float = IDLE_SECONDS) -> None:
        self._child = ReaderProcess(_MODULE, deadline, idle)

    async def render(self, chart: Chart, kind: Kind = "png") -> bytes:
        """A chart as a picture: 1,080 × 720 pixels, or SVG of the same shape, light on both themes.

        Raises:
            ChartFailed: it could not be drawn in time.
        """
        try:
            answer = await self._child.read(kind.encode("ascii") + b"\n" + chart.to_json())
        except FeedError as error:
            raise ChartFailed(error.reason) from error
        if not answer or len(answer) > LARGEST_PICTURE:
            raise ChartFailed(f"the answer has {len(answer)} bytes")
        return answer

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._child.stop()
