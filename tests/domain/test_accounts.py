"""The names of accounts and of the people who run the bot."""

import pytest

from bot.domain.accounts import OwnerName, key_of, owner_named


@pytest.mark.parametrize(
    ("text", "named", "who", "key"),
    [
        ("telegram:123", OwnerName("telegram", "", "123"), "telegram:123", "telegram"),
        ("telegram.sport:123", OwnerName("telegram", "sport", "123"), "telegram:123", "telegram.sport"),
        ("web:owner", OwnerName("web", "", "owner"), "web:owner", "web"),
        ("nonsense", OwnerName("nonsense", "", ""), "nonsense:", "nonsense"),
    ],
)
def test_an_owner_is_one_person_whichever_account_warns_them(
    text: str, named: OwnerName, who: str, key: str
) -> None:
    assert owner_named(text) == named
    assert (named.who, named.key) == (who, key)


def test_a_further_account_is_named_behind_its_platform() -> None:
    assert [key_of("discord", ""), key_of("discord", "desk")] == ["discord", "discord.desk"]
