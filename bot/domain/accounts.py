"""The names of accounts in the settings, and of the people who run the bot. Pure.

A platform's first account is named as the platform is; each further one has a name of its own behind a dot:
``telegram``, ``telegram.sport``.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OwnerName:
    """Somebody who runs the bot, as the settings name them.

    Args:
        platform: such as ``telegram``.
        account: the name of the account that warns them; "" for the first.
        person: their id on the platform.
    """

    platform: str
    account: str
    person: str

    @property
    def who(self) -> str:
        """The person, whichever account they speak with."""
        return f"{self.platform}:{self.person}"

    @property
    def key(self) -> str:
        """The account that warns them."""
        return key_of(self.platform, self.account)


def owner_named(text: str) -> OwnerName:
    """Read ``telegram:123456``, or with an account ``telegram.sport:123456``."""
    where, _, person = text.partition(":")
    platform, _, account = where.partition(".")
    return OwnerName(platform, account, person)


def key_of(platform: str, account: str) -> str:
    """The name of an account.

    >>> key_of("telegram", ""), key_of("telegram", "sport")
    ('telegram', 'telegram.sport')
    """
    return f"{platform}.{account}" if account else platform
