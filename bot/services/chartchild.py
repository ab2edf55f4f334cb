"""The process that draws (`python -m bot.services.chartchild`): charts on its input, pictures on its output.

Nothing else imports this module, so that matplotlib is never part of the program itself.
"""

import io
import os
import sys
import tempfile
import textwrap
from typing import Any

# Before matplotlib is loaded: one thread is enough, and it wants a folder to keep its list of fonts in, which
# nobody needs afterwards.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
with tempfile.TemporaryDirectory(prefix="heraut-charts-") as _folder:
    os.environ["MPLCONFIGDIR"] = _folder
    import matplotlib as mpl
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine
    from matplotlib.ticker import MaxNLocator

from bot.domain.chart import Chart, chart_from_json
from bot.feeds.parsing.child import bound_memory, serve

INCHES, DOTS, PADDING = (7.2, 4.8), 150, 0.15
TITLE_WIDTH = 42
"""Characters in a line of the title."""
APART = 92
"""Columns that still have a gap between them."""
INK, FAINT, COLUMN, PEAK = "#1f2933", "#d5dbe1", "#7b95b5", "#2f5d8c"
SETTINGS: Any = {
    "font.size": 15,
    "text.usetex": False,
    "text.parse_math": False,
    "svg.fonttype": "path",
    "svg.hashsalt": "heraut",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
}


def draw(chart: Chart, kind: str) -> bytes:
    """The chart as a file; the same chart gives the same bytes."""
    with mpl.rc_context(SETTINGS):
        layout = ConstrainedLayoutEngine(w_pad=PADDING, h_pad=PADDING)
        figure = Figure(figsize=INCHES, dpi=DOTS, facecolor="white", layout=layout)
        axes = figure.add_subplot()
        most = max(chart.counts)
        colours = [PEAK if count == most else COLUMN for count in chart.counts]
        width = 0.78 if len(chart.counts) <= APART else 1
        axes.bar(range(len(chart.counts)), chart.counts, width=width, color=colours, zorder=2)
        title = textwrap.fill(chart.title, TITLE_WIDTH)
        axes.set_title(f"{title}\n", loc="left", fontsize=19, fontweight="bold", color=INK)
        axes.text(0, 1.03, chart.note, transform=axes.transAxes, fontsize=14, color="#52606d")
        axes.set_xticks([day for day, _ in chart.ticks], [label for _, label in chart.ticks])
        axes.set_xlim(-0.6, len(chart.counts) - 0.4)
        axes.set_ylim(0, max(most * 1.08, 1))
        axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
        axes.grid(axis="y", color=FAINT, zorder=0)
        axes.tick_params(length=0, colors=INK)
        axes.spines["bottom"].set_color(FAINT)
        out = io.BytesIO()
        figure.savefig(out, format=kind, metadata={"Date": None} if kind == "svg" else {"Software": None})
    return out.getvalue()


def answer(question: bytes) -> bytes:
    """A kind and a chart in, a picture out; nothing for what cannot be drawn."""
    kind, _, chart = question.partition(b"\n")
    try:
        return draw(chart_from_json(chart), "svg" if kind == b"svg" else "png")
    except Exception:  # noqa: BLE001  whoever asked is told that there is no picture
        return b""


if __name__ == "__main__":
    bound_memory()
    serve(sys.stdin.buffer, sys.stdout.buffer, answer)
