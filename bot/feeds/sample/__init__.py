"""The bundled day of news, invented by us, and a feed server on loopback that plays it.

It is what `heraut demo` shows and what a first start without a network has to look at. Nothing here
may be used for a real feed.
"""

from bot.feeds.sample.day import Day, Format, Publisher, Report, load_day
from bot.feeds.sample.server import DEMO_PACE, SLOW_PACE, SampleServer
from bot.feeds.sample.timeline import Timeline

__all__ = [
    "DEMO_PACE",
    "SLOW_PACE",
    "Day",
    "Format",
    "Publisher",
    "Report",
    "SampleServer",
    "Timeline",
    "load_day",
]
