"""How the connections of accounts that listen on several are doing, for `/health` and `/metrics`."""

from collections.abc import Mapping, Sequence
from typing import Any

from prometheus_client.core import GaugeMetricFamily, Metric

from bot.ports import Connection
from bot.web.metrics import gauge

SLOW_SECONDS = 5.0


def details(accounts: Mapping[str, Sequence[Connection]]) -> dict[str, Any]:
    """For each account how many of its connections are up, and the numbers of those that are down or slow.

    >>> details({"discord:1": [Connection(0, 2, True, 0.1), Connection(1, 2, False)]})
    {'discord:1': {'shards': 2, 'up': 1, 'down': [1], 'slow': []}}
    """
    return {
        lane: {
            "shards": len(all_of_it),
            "up": sum(each.up for each in all_of_it),
            "down": [each.number for each in all_of_it if not each.up],
            "slow": [each.number for each in all_of_it if (each.lag or 0.0) > SLOW_SECONDS],
        }
        for lane, all_of_it in accounts.items()
    }


def measured(accounts: Mapping[str, Sequence[Connection]]) -> list[Metric]:
    """The same in numbers; nothing of accounts that another process listens for."""
    lag = GaugeMetricFamily(
        "heraut_shard_lag_seconds",
        "How long the platform took to answer a connection last.",
        labels=["lane", "shard"],
    )
    for lane, all_of_it in accounts.items():
        for each in all_of_it:
            if each.lag is not None:
                lag.add_metric([lane, str(each.number)], each.lag)
    counted = {lane: float(len(all_of_it)) for lane, all_of_it in accounts.items()}
    up = {lane: float(sum(each.up for each in all_of_it)) for lane, all_of_it in accounts.items()}
    return [
        gauge("heraut_shards", "Connections that the platform advises for the account.", "lane", counted),
        gauge("heraut_shards_up", "Connections that are up.", "lane", up),
        lag,
    ]
