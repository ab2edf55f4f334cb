"""Settings: every mistake at once, the environment over the file, secrets from files of their own."""

import re
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from bot.config import Settings, load_config, secrets_of, settings_of
from bot.errors import ConfigError


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf8")
    return path


def problems_of(path: Path | None = None) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    return [str(problem) for problem in caught.value.problems]


def test_without_a_file_the_defaults_hold() -> None:
    config = load_config()
    assert config.settings.database == "sqlite+aiosqlite:///data/heraut.sqlite3"
    assert config.feeds == ()
    assert config.path is None


def test_the_file_in_the_working_directory_is_found(tmp_path: Path) -> None:
    path = write(tmp_path / "config/heraut.toml", "[web]\nport = 9000\n")
    config = load_config()
    assert config.settings.web.port == 9000
    assert config.path is not None
    assert config.path.resolve() == path


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "heraut.toml", "[web]\nport = 9000\nhost = '127.0.0.2'\n")
    monkeypatch.setenv("HERAUT_WEB__PORT", "9001")
    monkeypatch.setenv("HERAUT_OWNERS", "telegram:1, discord:2")
    settings = load_config(path).settings
    assert (settings.web.port, settings.web.host) == (9001, "127.0.0.2")
    assert settings.owners == ("telegram:1", "discord:2")


def test_a_secret_may_stand_in_a_file_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = write(tmp_path / "secret", "123:abc\n")
    monkeypatch.setenv("HERAUT_TELEGRAM__TOKEN_FILE", str(secret))
    token = load_config().settings.telegram.token
    assert token is not None
    assert token.get_secret_value() == "123:abc"
    assert "abc" not in repr(load_config())


def test_a_secret_file_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HERAUT_DISCORD__TOKEN_FILE", "/nowhere/token")
    (problem,) = problems_of()
    assert "discord: token_file: expected a readable file, /nowhere/token is not" in problem


def test_every_mistake_is_reported_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(
        tmp_path / "feeds.toml",
        "[[feed]]\nurl = 'ftp://a'\noutlet = 'A'\nowner = 'a'\n[[feed]]\noutlet = 'B'\n",
    )
    path = write(
        tmp_path / "heraut.toml",
        "feeds_file = 'feeds.toml'\ncolour = 'red'\n[web]\nport = 'high'\n[alerts]\ntimezone = 'Mars/Base'\n",
    )
    monkeypatch.setenv("HERAUT_POLLING__BATCH", "0")
    found = "\n".join(problems_of(path))
    for key in ("colour", "web.port", "alerts.timezone", "HERAUT_POLLING__BATCH"):
        assert key in found


def test_mistakes_in_the_feeds_file_are_named_with_their_place(tmp_path: Path) -> None:
    feeds = write(
        tmp_path / "feeds.toml",
        "[[feed]]\nurl = 'ftp://a'\noutlet = 'A'\nowner = 'a'\n[[feed]]\noutlet = 'B'\nowner = 'b'\n",
    )
    path = write(tmp_path / "heraut.toml", "feeds_file = 'feeds.toml'\n")
    assert problems_of(path) == [
        f"{feeds}: feed[0].url: expected an address that begins with http:// or https://",
        f"{feeds}: feed[1].url: Field required",
    ]


def test_a_feed_that_stands_twice_is_a_mistake(tmp_path: Path) -> None:
    entry = "[[feed]]\nurl = 'https://a.example/rss'\noutlet = 'A'\nowner = 'a'\n"
    write(tmp_path / "feeds.toml", entry * 2)
    path = write(tmp_path / "heraut.toml", "feeds_file = 'feeds.toml'\n")
    assert "stands here twice" in problems_of(path)[0]


def test_a_feed_that_is_switched_off_is_left_out(tmp_path: Path) -> None:
    entry = "[[feed]]\nurl = 'https://a.example/rss'\noutlet = 'A'\nowner = 'a'\nenabled = false\n"
    write(tmp_path / "feeds.toml", entry)
    assert load_config(write(tmp_path / "heraut.toml", "feeds_file = 'feeds.toml'\n")).feeds == ()


def test_a_feed_may_need_a_login_and_a_proxy_of_its_own(tmp_path: Path) -> None:
    write(tmp_path / "password", "ge:heim\n")
    entry = (
        "[[feed]]\nurl = 'https://a.example/rss'\noutlet = 'A'\nowner = 'a'\nheaders = { X-Key = 'k' }\n"
        f"username = 'anna'\npassword_file = '{tmp_path / 'password'}'\n"
        "proxy = 'http://proxy.example:3128'\nbackup = 'https://a.example/news.xml'\n"
    )
    write(tmp_path / "feeds.toml", entry)
    (feed,) = load_config(write(tmp_path / "heraut.toml", "feeds_file = 'feeds.toml'\n")).feeds
    assert feed.headers == {"X-Key": "k", "Authorization": "Basic YW5uYTpnZTpoZWlt"}
    assert (feed.proxy, feed.backup) == ("http://proxy.example:3128", "https://a.example/news.xml")


def test_a_login_without_a_password_is_a_mistake_that_shows_no_secret(tmp_path: Path) -> None:
    entry = "[[feed]]\nurl = 'https://a.example/rss'\noutlet = 'A'\nowner = 'a'\npassword = 'geheim'\n"
    write(tmp_path / "feeds.toml", entry)
    (problem,) = problems_of(write(tmp_path / "heraut.toml", "feeds_file = 'feeds.toml'\n"))
    assert "belong together" in problem
    assert "geheim" not in problem


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"= = =", b"[web", b"x" * 5_000_000])
def test_a_file_that_is_not_toml_is_one_clear_mistake(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "heraut.toml"
    path.write_bytes(content)
    (problem,) = problems_of(path)
    assert problem.startswith(f"{path}: file: is not valid TOML")


def test_a_file_that_is_missing_is_named() -> None:
    assert problems_of(Path("nowhere.toml")) == [
        "nowhere.toml: file: cannot be read: No such file or directory"
    ]


def test_a_webhook_without_a_secret_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "heraut.toml", "[telegram]\nwebhook_url = 'https://bot.example/hook'\n")
    assert "needs webhook_secret" in problems_of(path)[0]


def test_no_mistake_shows_a_secret(tmp_path: Path) -> None:
    path = write(tmp_path / "heraut.toml", "[telegram]\ntoken = ['123:very-secret']\n")
    assert "very-secret" not in "".join(problems_of(path))


SHIPPED = Path(__file__).parent.parent / "config" / "heraut.toml"


def test_the_shipped_settings_hold_and_name_every_key(tmp_path: Path) -> None:
    shown = tomllib.loads(SHIPPED.read_text(encoding="utf8"))
    assert len(load_config(SHIPPED).feeds) >= 25
    uncommented = re.sub(r"^# (\w+ = |\[)", r"\1", SHIPPED.read_text(encoding="utf8"), flags=re.MULTILINE)
    everything = tomllib.loads(uncommented)
    assert shown.keys() <= everything.keys()
    for section, model in [
        ("", Settings),
        *((name, field.annotation) for name, field in Settings.model_fields.items()),
    ]:
        if isinstance(model, type) and issubclass(model, BaseModel):
            table = everything[section] if section else everything
            assert {key for key in model.model_fields if not key.endswith("url_file")} <= table.keys()


def test_the_shipped_settings_show_the_defaults() -> None:
    uncommented = re.sub(r"^# (\w+ = |\[)", r"\1", SHIPPED.read_text(encoding="utf8"), flags=re.MULTILINE)
    shown = tomllib.loads(uncommented)
    for section in ("polling", "alerts", "log", "web"):
        defaults = getattr(Settings(), section).model_dump()
        for key, value in shown[section].items():
            if defaults[key] is not None:
                assert (section, key, value) == (
                    section,
                    key,
                    list(defaults[key]) if isinstance(value, list) else defaults[key],
                )


def test_files_named_in_the_settings_are_looked_up_beside_them(tmp_path: Path) -> None:
    (tmp_path / "mine" / "packs").mkdir(parents=True)
    write(tmp_path / "mine/topics.toml", "")
    path = write(tmp_path / "mine/heraut.toml", "topics_file = 'topics.toml'\npacks_dir = 'packs'\n")
    settings = load_config(path).settings
    assert settings.topics_file == tmp_path / "mine/topics.toml"
    assert settings.packs_dir == tmp_path / "mine/packs"


def test_a_language_model_needs_a_name_and_its_key_is_a_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "heraut.toml", "[summary]\nendpoint = 'http://127.0.0.1:11434/v1'\n")
    assert "endpoint needs model" in problems_of(path)[0]
    monkeypatch.setenv("HERAUT_SUMMARY__MODEL", "klein")
    monkeypatch.setenv("HERAUT_SUMMARY__KEY", "geheim")
    summary = load_config(path).settings.summary
    assert (summary.endpoint, summary.model) == ("http://127.0.0.1:11434/v1", "klein")
    assert "geheim" not in repr(summary)


def test_a_feed_may_keep_its_pages_to_itself(tmp_path: Path) -> None:
    feed = "[[feed]]\nurl = 'https://a.example/rss'\noutlet = 'A'\nowner = 'a'\n"
    write(tmp_path / "feeds.toml", f"{feed}article = false\n{feed.replace('a.example', 'b.example')}")
    path = write(tmp_path / "heraut.toml", "feeds_file = 'feeds.toml'\n")
    assert [spec.article for spec in load_config(path).feeds] == [False, True]


HOOK = "[[webhook]]\nname = 'desk'\nurl = 'https://desk.example/in'\n"


def test_a_webhook_is_read_with_its_secret_from_a_file(tmp_path: Path) -> None:
    secret = write(tmp_path / "secret", "sixteen characters or more\n")
    path = write(tmp_path / "heraut.toml", HOOK + f"secret_file = '{secret}'\ntopics = ['nato']\n")
    [webhook] = load_config(path).settings.webhook
    assert webhook.hook().secret == "sixteen characters or more"
    assert "sixteen" not in repr(webhook) + repr(webhook.hook())


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("topics = ['nato']", "secret: expected at least 16"),
        ("secret = 'short'\ntopics = ['nato']", "secret: expected at least 16"),
        ("secret = 'whsec_!!!'\ntopics = ['nato']", "secret: expected base64"),
        ("secret = 'sixteen characters or more'", "topics or rules: expected at least one"),
        ("secret = 'sixteen characters or more'\ntopics = ['nato']\n" + HOOK, "webhook[1]"),
    ],
)
def test_a_webhook_that_is_not_whole_is_a_mistake(tmp_path: Path, keys: str, expected: str) -> None:
    assert expected in "\n".join(problems_of(write(tmp_path / "heraut.toml", HOOK + keys)))


def test_two_webhooks_of_one_name_are_a_mistake(tmp_path: Path) -> None:
    one = HOOK + "secret = 'sixteen characters or more'\ntopics = ['nato']\n"
    assert "a name for each" in problems_of(write(tmp_path / "heraut.toml", one * 2))[0]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("login = 'anna'", "belong together"),
        ("password_hash = '$argon2id$x'", "belong together"),
        ("login = 'anna'\npassword_hash = 'the password itself'", "heraut password"),
    ],
)
def test_a_sign_in_is_a_name_and_the_hash_of_a_password(tmp_path: Path, keys: str, expected: str) -> None:
    [problem] = problems_of(write(tmp_path / "heraut.toml", f"[web]\n{keys}\n"))
    assert expected in problem
    assert "the password itself" not in problem


# --- several accounts

FIRST = "[telegram]\ntoken = '110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw'\n"
SPORT = "[telegram.accounts.sport]\ntoken = '220201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw'\n"


def test_a_further_account_has_the_server_of_the_first_and_its_own_webhook(tmp_path: Path) -> None:
    first = (
        FIRST
        + "api_base_url = 'http://bots.example'\nwebhook_url = 'https://a.example/t'\nwebhook_secret = 's'\n"
    )
    settings = load_config(write(tmp_path / "heraut.toml", first + SPORT)).settings
    used = settings.telegram.used()
    assert list(used) == ["", "sport"]
    assert used["sport"].api_base_url == "http://bots.example"
    assert used["sport"].webhook_url is None
    assert settings.account_titles == ["Telegram", "Telegram (sport)"]


def test_a_further_account_may_have_servers_of_its_own(tmp_path: Path) -> None:
    text = (
        "[discord]\ntoken = 'a.b.c'\ngateway_url = 'wss://one.example'\n"
        "[discord.accounts.desk-2]\ntoken = 'd.e.f'\ngateway_url = 'wss://two.example'\n"
    )
    used = load_config(write(tmp_path / "heraut.toml", text)).settings.discord.used()
    assert [own.gateway_url for own in used.values()] == ["wss://one.example", "wss://two.example"]


def test_an_account_in_the_environment_has_its_secret_in_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = write(tmp_path / "secret", "220201543:very-secret\n")
    monkeypatch.setenv("HERAUT_TELEGRAM__ACCOUNTS__SPORT__TOKEN_FILE", str(secret))
    monkeypatch.setenv("HERAUT_TELEGRAM__ACCOUNTS__SPORT__PAID_BROADCAST", "true")
    monkeypatch.setenv("HERAUT_DISCORD__ACCOUNTS__DESK__TOKEN", "d.very-secret.f")
    settings = load_config(write(tmp_path / "heraut.toml", FIRST)).settings
    assert settings.account_titles == ["Telegram", "Telegram (sport)", "Discord (desk)"]
    assert settings.telegram.used()["sport"].paid_broadcast
    assert "very-secret" not in repr(settings)
    assert {"220201543:very-secret", "d.very-secret.f"} <= set(secrets_of(settings))


def test_an_account_without_a_token_is_left_out(tmp_path: Path) -> None:
    empty = write(tmp_path / "empty", "")
    text = f"[telegram.accounts.sport]\ntoken_file = '{empty}'\n[discord.accounts.desk]\n"
    assert load_config(write(tmp_path / "heraut.toml", text)).settings.account_titles == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            FIRST + SPORT.replace("220201543", "110201543"),
            "[telegram.accounts.sport] token: is of the same bot",
        ),
        (
            # A token that was made anew is still that bot's.
            FIRST + "[telegram.accounts.again]\ntoken = '110201543:BBHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw'\n",
            "[telegram.accounts.again] token: is of the same bot as that of [telegram]",
        ),
        (
            "[discord.accounts.one]\ntoken = 'MTIz.a.b'\n[discord.accounts.two]\ntoken = 'MTIz.c.d'\n",
            "[discord.accounts.two] token: is of the same bot as that of [discord.accounts.one]",
        ),
        (
            FIRST
            + "webhook_url = 'https://a.example/t'\nwebhook_secret = 's'\n"
            + SPORT
            + "webhook_url = 'https://b.example/t'\nwebhook_secret = 's'\n",
            "[telegram.accounts.sport] webhook_url: has the path of [telegram]",
        ),
        (SPORT + "webhook_url = 'https://a.example/t'\n", "webhook_url needs webhook_secret"),
        (SPORT.replace("sport", '"Sport nieuws"'), "should match pattern"),
        (SPORT + "colour = 'red'\n", "telegram.accounts.sport.colour: is not a setting"),
        ("owners = ['telegram.sport:1']\n" + FIRST, "there is no [telegram.accounts.sport]"),
    ],
)
def test_accounts_that_cannot_be_told_apart_or_are_not_there_are_mistakes(
    tmp_path: Path, text: str, expected: str
) -> None:
    found = "\n".join(problems_of(write(tmp_path / "heraut.toml", text)))
    assert expected in found
    assert "PALDsaw" not in found


def test_a_mistake_in_the_environment_is_told_without_the_secret_that_it_may_be(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HERAUT_WEB__TOKEN", "geheim")
    with pytest.raises(ConfigError) as caught:
        settings_of(retention_days=30)
    (problem,) = caught.value.problems
    assert "web: token" in str(problem)
    assert "geheim" not in str(problem)
