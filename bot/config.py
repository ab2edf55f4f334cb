"""Settings: one model, read from TOML and the environment, with all mistakes reported at once.

The environment wins over the file: `HERAUT_TELEGRAM__TOKEN` sets `token` in `[telegram]`. A secret may
stand in a file of its own: `HERAUT_TELEGRAM__TOKEN_FILE=/run/secrets/telegram`, or `token_file` in TOML.
Nothing here opens a database or a socket.
"""

import base64
import os
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from bot.domain.accounts import owner_named
from bot.domain.models import FeedSpec, Outlet
from bot.domain.salience import DEFAULT_THRESHOLD
from bot.domain.webhooks import Hook, secret_problem
from bot.errors import ConfigError, ConfigProblem

ENV_PREFIX = "HERAUT_"
DEFAULT_PATH = Path("config/heraut.toml")
MAX_FILE_BYTES = 4 * 1024 * 1024
MAX_ACCOUNTS = 100
"""Further accounts of one platform; each holds a connection, or asks for updates all the time."""


def _http_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("expected an address that begins with http:// or https://")
    return value


def _timezone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("expected a timezone such as Europe/Amsterdam")
    return value


def _split(value: Any) -> Any:
    """A list is written with commas in the environment."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def _with_secrets(table: Any, fields: Collection[str]) -> Any:
    """Replace `token_file = "path"` by `token = "what the file holds"`."""
    if not isinstance(table, dict):
        return table
    known = dict(table)
    for key in [key for key in table if isinstance(key, str) and key.endswith("_file")]:
        secret = key.removesuffix("_file")
        if secret in fields and known[key] is not None:
            known[secret] = _read_secret(key, Path(str(known.pop(key))))
    return known


def _read_secret(key: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf8").strip()
    except (OSError, UnicodeDecodeError):
        raise ValueError(f"{key}: expected a readable file, {path} is not") from None


HttpUrl = Annotated[str, Field(max_length=2048), AfterValidator(_http_url)]
Timezone = Annotated[str, AfterValidator(_timezone)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]
Texts = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
Languages = Annotated[tuple[Language, ...], NoDecode, BeforeValidator(_split)]
Secret = Annotated[SecretStr | None, BeforeValidator(lambda value: value or None)]
AccountName = Annotated[str, Field(pattern=r"^[a-z0-9]+([_-][a-z0-9]+)*$", max_length=30)]
Model = TypeVar("Model", bound=BaseModel)
Bot = TypeVar("Bot", "TelegramAccount", "DiscordAccount")


class Section(BaseModel):
    """A table of the file; unknown keys are mistakes, as they are usually misspelt ones."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _secrets_from_files(cls, table: Any) -> Any:
        return _with_secrets(table, cls.model_fields)


class TelegramAccount(Section):
    """`[telegram.accounts.NAME]`: a further bot. Without a token Heraut does not use it."""

    token: Secret = None
    api_base_url: HttpUrl | None = None
    webhook_url: HttpUrl | None = None
    webhook_secret: Secret = None
    paid_broadcast: bool = False

    @model_validator(mode="after")
    def _webhook_has_a_secret(self) -> Self:
        if self.webhook_url and not self.webhook_secret:
            raise ValueError("webhook_url needs webhook_secret, so that nobody else can post updates")
        return self


class TelegramSettings(TelegramAccount):
    """`[telegram]`: the first bot's account. Without a token Heraut does not use it."""

    api_base_url: HttpUrl = "https://api.telegram.org"
    accounts: dict[AccountName, TelegramAccount] = Field(default_factory=dict, max_length=MAX_ACCOUNTS)

    def used(self) -> dict[str, TelegramAccount]:
        """The accounts that have a token, by name, the first one under "".

        A further one has the Bot API server of the first, unless it names its own.
        """
        return _used(self, self.accounts, ("api_base_url",))


class DiscordAccount(Section):
    """`[discord.accounts.NAME]`: a further bot. Without a token Heraut does not use it."""

    token: Secret = None
    api_base_url: HttpUrl | None = None
    gateway_url: str | None = Field(default=None, pattern=r"^wss?://")


class DiscordSettings(DiscordAccount):
    """`[discord]`: the first bot's account. Without a token Heraut does not use it."""

    accounts: dict[AccountName, DiscordAccount] = Field(default_factory=dict, max_length=MAX_ACCOUNTS)

    def used(self) -> dict[str, DiscordAccount]:
        """The accounts that have a token, by name, the first one under "".

        A further one has the servers of the first, unless it names its own.
        """
        return _used(self, self.accounts, ("api_base_url", "gateway_url"))


def _used(first: Bot, more: Mapping[str, Bot], shared: Collection[str]) -> dict[str, Bot]:
    """The accounts with a token; what `shared` names is the first one's where another leaves it out."""
    servers = {key: getattr(first, key) for key in shared}
    found = {"": first} if first.token else {}
    for name, own in more.items():
        if own.token:
            open_ = {key: value for key, value in servers.items() if getattr(own, key) is None}
            found[name] = own.model_copy(update=open_)
    return found


class WebSettings(Section):
    """`[web]`: the web chat, the pages and the API. Other machines need login or token, and so do changes."""

    enabled: bool = True
    host: str = "127.0.0.1"
    port: int = Field(default=8017, ge=0, le=65535)
    allowed_hosts: Texts = ()
    token: Secret = None
    login: str = Field(default="", max_length=100)
    password_hash: Secret = None
    probes: bool = False

    @model_validator(mode="after")
    def _a_login_is_whole(self) -> "WebSettings":
        if bool(self.login) != bool(self.password_hash):
            raise ValueError("login and password_hash belong together")
        if self.password_hash and not self.password_hash.get_secret_value().startswith("$argon2"):
            raise ValueError("password_hash: expected what `heraut password` prints, not the password")
        return self

    @model_validator(mode="after")
    def _token_is_a_key(self) -> "WebSettings":
        if self.token and len(self.token.get_secret_value()) < 16:
            raise ValueError("token: expected at least 16 characters, such as `openssl rand -hex 16` makes")
        return self


class PollingSettings(Section):
    """`[polling]`: how feeds are read."""

    tick_seconds: float = Field(default=5, gt=0, le=60)
    min_interval_seconds: float = Field(default=120, ge=1)
    max_interval_seconds: float = Field(default=6 * 3600, ge=1)
    batch: int = Field(default=50, ge=1, le=1000)
    timeout_seconds: float = Field(default=20, gt=0, le=300)
    max_feed_bytes: int = Field(default=10 * 1024 * 1024, ge=10_000)
    per_host: int = Field(default=2, ge=1, le=50)
    host_spacing_seconds: float = Field(default=0.5, ge=0, le=60)
    contact: HttpUrl | None = None
    proxy: HttpUrl | None = None
    allow_hosts: Texts = ()
    articles: bool = True
    article_seconds: float = Field(default=3, gt=0, le=30)
    robots: bool = True


class SummarySettings(Section):
    """`[summary]`: a language model that may shorten summaries. Without an endpoint there is none."""

    endpoint: HttpUrl | None = None
    model: str = Field(default="", max_length=200)
    key: Secret = None
    seconds: float = Field(default=4, gt=0, le=30)

    @model_validator(mode="after")
    def _an_endpoint_has_a_model(self) -> "SummarySettings":
        if self.endpoint and not self.model:
            raise ValueError("endpoint needs model, the name of a model there")
        return self


class AlertSettings(Section):
    """`[alerts]`: defaults of a new subscription and of a chat."""

    threshold: float = Field(default=DEFAULT_THRESHOLD, ge=0, le=1)
    languages: Languages = ("nl", "en")
    language: Language = "en"
    timezone: Timezone = "Europe/Amsterdam"
    max_age_hours: float = Field(default=24, gt=0, le=720)
    expire_hours: float = Field(default=6, gt=0, le=720)
    meaning: bool = True


class AccessSettings(Section):
    """`[access]`: which chats are served, and what one chat may ask."""

    listed_only: bool = False
    allow: Texts = ()
    deny: Texts = ()
    commands_a_minute: int = Field(default=30, ge=0, le=10_000)
    subscriptions: int = Field(default=100, ge=1, le=10_000)
    rule_length: int = Field(default=500, ge=20, le=4_000)


class WebhookSettings(Section):
    """`[[webhook]]`: a receiver of alerts; see docs/webhooks.md."""

    name: Slug
    url: HttpUrl
    secret: Secret = None
    topics: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    private: bool = False

    @model_validator(mode="after")
    def _it_has_a_secret_and_something_to_tell(self) -> "WebhookSettings":
        if problem := secret_problem(self.secret.get_secret_value() if self.secret else ""):
            raise ValueError(f"secret: {problem}")
        if not (self.topics or self.rules):
            raise ValueError("topics or rules: expected at least one")
        return self

    def hook(self) -> Hook:
        """The receiver in the words of the domain."""
        return Hook(self.name, self.url, self.secret.get_secret_value() if self.secret else "", self.private)


class LogSettings(Section):
    """`[log]`: what is written to standard error."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "console", "json"] = "auto"


class Settings(BaseSettings):
    """Everything that can be set. Paths are relative to the working directory."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX, env_nested_delimiter="__", env_ignore_empty=True, extra="forbid", frozen=True
    )

    data_dir: Path = Path("data")
    database_url: Secret = None
    database_url_file: Path | None = None
    feeds_file: Path | None = None
    topics_file: Path | None = None
    packs_dir: Path | None = None
    sample: Literal["auto", "always", "never"] = "auto"
    sample_port: int = Field(default=8018, ge=0, le=65535)
    owners: Texts = ()
    retention_days: int = Field(default=90, ge=7, le=3650)
    telegram: TelegramSettings = TelegramSettings()
    discord: DiscordSettings = DiscordSettings()
    web: WebSettings = WebSettings()
    polling: PollingSettings = PollingSettings()
    alerts: AlertSettings = AlertSettings()
    access: AccessSettings = AccessSettings()
    summary: SummarySettings = SummarySettings()
    log: LogSettings = LogSettings()
    webhook: tuple[WebhookSettings, ...] = ()

    @model_validator(mode="after")
    def _webhooks_have_names_of_their_own(self) -> "Settings":
        names = [each.name for each in self.webhook]
        if len(set(names)) < len(names):
            raise ValueError("webhook: expected a name for each that no other has")
        return self

    @model_validator(mode="after")
    def _accounts_are_different_bots(self) -> "Settings":
        for platform, accounts in (("telegram", self.telegram.used()), ("discord", self.discord.used())):
            seen: dict[str, str] = {}
            for name, own in accounts.items():
                here, bot = _table(platform, name), _bot_of(platform, own)
                if bot in seen:
                    raise ValueError(f"{here} token: is of the same bot as that of {seen[bot]}")
                seen[bot] = here
        return self

    @model_validator(mode="after")
    def _webhooks_of_accounts_differ(self) -> "Settings":
        seen: dict[str, str] = {}
        for name, own in self.telegram.used().items():
            here = _table("telegram", name)
            path = urlsplit(own.webhook_url).path or "/" if own.webhook_url else here
            if (other := seen.setdefault(path, here)) != here:
                raise ValueError(f"{here} webhook_url: has the path of {other}; give each one of its own")
        return self

    @model_validator(mode="after")
    def _owners_name_accounts_that_exist(self) -> "Settings":
        known = {f"telegram.{name}" for name in self.telegram.accounts}
        known |= {f"discord.{name}" for name in self.discord.accounts}
        for owner in map(owner_named, self.owners):
            if owner.account and owner.key not in known:
                here = _table(owner.platform, owner.account)
                raise ValueError(f"owners: {owner.key} is no account; there is no {here}")
        return self

    @model_validator(mode="before")
    @classmethod
    def _secrets_from_files(cls, table: Any) -> Any:
        return _with_secrets(table, cls.model_fields)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment above what `load_config` read from files."""
        return env_settings, init_settings

    @property
    def account_titles(self) -> list[str]:
        """The accounts that are used, as people read them: Telegram, Telegram (sport), Discord."""
        used = (("Telegram", self.telegram.used()), ("Discord", self.discord.used()))
        return [title_of(platform, name) for platform, accounts in used for name in accounts]

    @property
    def database(self) -> str:
        """The SQLAlchemy URL of the database in use."""
        if self.database_url:
            return self.database_url.get_secret_value()
        return f"sqlite+aiosqlite:///{self.data_dir / 'heraut.sqlite3'}"


def title_of(platform: str, account: str) -> str:
    """An account as people read it: its platform, and its name when it has one."""
    return f"{platform} ({account})" if account else platform


def secrets_of(value: object) -> Iterator[str]:
    """Every secret that is set in a model and in what it holds: texts that must never be written."""
    if isinstance(value, SecretStr):
        yield value.get_secret_value()
    elif isinstance(value, BaseModel):
        for key in type(value).model_fields:
            yield from secrets_of(getattr(value, key))
    elif isinstance(value, dict | tuple):
        for each in value.values() if isinstance(value, dict) else value:
            yield from secrets_of(each)


def table_of(platform: str, account: str) -> str:
    """The table of an account in the file."""
    return f"{platform}.accounts.{account}" if account else platform


def _table(platform: str, account: str) -> str:
    """Its heading."""
    return f"[{table_of(platform, account)}]"


def _bot_of(platform: str, own: TelegramAccount | DiscordAccount) -> str:
    """The part of a token that stays the same when the platform makes the bot a new one: its own id."""
    token = own.token.get_secret_value() if own.token else ""
    return token.partition(":" if platform == "telegram" else ".")[0]


class FeedEntry(Section):
    """`[[feed]]` of the feeds file."""

    url: HttpUrl
    outlet: str = Field(min_length=1, max_length=200)
    owner: Slug
    language: Language | None = None
    title: str = ""
    headers: dict[str, str] = Field(default_factory=dict)
    username: str = ""
    password: Secret = None
    proxy: HttpUrl | None = None
    backup: HttpUrl | None = None
    article: bool = True
    enabled: bool = True

    @model_validator(mode="after")
    def _a_login_is_whole(self) -> "FeedEntry":
        if bool(self.username) != bool(self.password):
            raise ValueError("username and password belong together")
        return self

    def spec(self) -> FeedSpec:
        """The feed in the words of the domain."""
        outlet = Outlet(self.outlet, self.owner)
        headers = dict(self.headers)
        if self.password:
            pair = f"{self.username}:{self.password.get_secret_value()}".encode()
            headers["Authorization"] = f"Basic {base64.b64encode(pair).decode('ascii')}"
        return FeedSpec(
            self.url, outlet, self.language, self.title, headers, self.proxy, self.backup, self.article
        )


class FeedsFile(Section):
    """The feeds file."""

    feed: tuple[FeedEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Config:
    """The settings, and what the files they name hold."""

    settings: Settings
    feeds: tuple[FeedSpec, ...]
    path: Path | None


def load_config(path: Path | None = None) -> Config:
    """Read the configuration from the environment and the file.

    Args:
        path: the settings file; None takes `HERAUT_CONFIG`, else ``config/heraut.toml`` when it exists,
            else the defaults.

    Raises:
        ConfigError: with every mistake found, each with file, key and what was expected.
    """
    path = _chosen(path, os.environ)
    problems: list[ConfigProblem] = []
    table = _read_toml(path, problems) if path else {}
    settings = _validated(Settings, table, str(path or "defaults"), problems)
    feeds = _feeds(_beside(path, settings.feeds_file), problems) if settings else ()
    if problems or settings is None:
        raise ConfigError(problems)
    found = {key: _beside(path, getattr(settings, key)) for key in ("topics_file", "packs_dir")}
    return Config(settings.model_copy(update=found), feeds, path)


def _chosen(path: Path | None, environ: Mapping[str, str]) -> Path | None:
    if path is not None:
        return path
    if named := environ.get(f"{ENV_PREFIX}CONFIG"):
        return Path(named)
    return DEFAULT_PATH if DEFAULT_PATH.is_file() else None


def _beside(path: Path | None, named: Path | None) -> Path | None:
    """A file named in the settings; a relative name is looked up beside the settings file first."""
    if named is None or named.is_absolute() or path is None:
        return named
    beside = path.parent / named
    return beside if beside.exists() else named


def _feeds(path: Path | None, problems: list[ConfigProblem]) -> tuple[FeedSpec, ...]:
    if path is None:
        return ()
    file = _validated(FeedsFile, _read_toml(path, problems), str(path), problems)
    entries = file.feed if file else ()
    seen: set[str] = set()
    for number, entry in enumerate(entries):
        if entry.url in seen:
            problems.append(ConfigProblem(str(path), f"feed[{number}].url", f"{entry.url} stands here twice"))
        seen.add(entry.url)
    return tuple(entry.spec() for entry in entries if entry.enabled)


def _read_toml(path: Path, problems: list[ConfigProblem]) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
        if len(content) > MAX_FILE_BYTES:
            raise ValueError(f"expected at most {MAX_FILE_BYTES} bytes")
        return tomllib.loads(content.decode("utf8"))
    except OSError as error:
        problems.append(ConfigProblem(str(path), "file", f"cannot be read: {error.strerror}"))
    except ValueError as error:  # TOMLDecodeError and UnicodeDecodeError are ValueErrors
        problems.append(ConfigProblem(str(path), "file", f"is not valid TOML: {error}"))
    return {}


def settings_of(**values: Any) -> Settings:
    """These settings, with what the environment says; no file is read.

    Raises:
        ConfigError: with every mistake found; pydantic's own error holds the values too, which may be secret.
    """
    problems: list[ConfigProblem] = []
    settings = _validated(Settings, values, "settings", problems)
    if settings is None:
        raise ConfigError(problems)
    return settings


def _validated(
    model: type[Model], table: dict[str, Any], file: str, problems: list[ConfigProblem]
) -> Model | None:
    try:
        return model(**table)
    except ValidationError as error:
        problems.extend(_problems(error, file))
        return None


def _problems(error: ValidationError, file: str) -> Iterable[ConfigProblem]:
    for detail in error.errors(include_input=False, include_url=False):
        loc = detail["loc"]
        key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc).lstrip(".")
        variable = ENV_PREFIX + "__".join(str(part) for part in loc if isinstance(part, str)).upper()
        message = detail["msg"].removeprefix("Value error, ")
        if detail["type"] == "extra_forbidden":
            message = "is not a setting; the commented config/heraut.toml shows those that exist"
        if variable in os.environ:
            yield ConfigProblem("environment", variable, message)
        else:
            yield ConfigProblem(file, key or "file", message)
