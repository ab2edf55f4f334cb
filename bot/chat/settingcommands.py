"""The commands about what a chat has set: its language, its timezone, and all of it at a glance."""

from dataclasses import replace

from bot.chat.asking import Request, rows
from bot.chat.tellcommands import digest_line, limit_line, lost_line, quiet_line
from bot.domain.manner import Manner, Preview
from bot.domain.mannerwords import zones_like
from bot.domain.messages import Button, Message, Text, say
from bot.domain.models import Chat
from bot.domain.tongue import Tongue
from bot.errors import Phrase
from bot.services.tongues import languages, own_name, tongue_of

PREVIEWS = {
    Preview.PICTURE: Phrase("The article's picture stands under an alert."),
    Preview.PAGE: Phrase("The article's page is previewed under an alert."),
    Preview.NONE: Phrase("Nothing stands under an alert."),
}
OFFERED_ZONES = ("Europe/Amsterdam", "Europe/Brussels", "Europe/London", "America/New_York", "UTC")


async def language(request: Request) -> Message:
    """Show or set the language in which a chat is addressed."""
    if not request.argument:
        here = own_name(request.language)
        asked = request.tongue.spans("This chat is addressed in {language}.", language=Text(here, bold=True))
        return say(asked, buttons=[_language_buttons()], private=True)
    chat = await request.manager.manners.language(request.place, request.argument)
    done = say(tongue_of(chat.language)("From now on I speak English here."))
    return replace(done, language=chat.language)


async def timezone(request: Request) -> Message:
    """Show or set the timezone in which the hours of a chat are meant."""
    tongue = request.tongue
    if not request.argument:
        chat = await request.manager.manners.chat(request.place)
        buttons = [Button(zone, f"/timezone {zone}") for zone in OFFERED_ZONES if zone != chat.timezone]
        return say(zone_line(chat, tongue), buttons=rows(buttons, 2), private=True)
    chat = await request.manager.manners.timezone(request.place, request.argument)
    return say(zone_line(chat, tongue))


async def sound(request: Request) -> Message:
    """Show or set whether alerts make a sound."""
    tongue = request.tongue
    if not request.argument:
        chat = await request.manager.manners.chat(request.place)
        buttons = [[Button(tongue("With sound"), "/sound on"), Button(tongue("Silent"), "/sound off")]]
        return say(sound_line(chat.manner, tongue), buttons=buttons, private=True)
    manner = await request.manager.manners.sound(request.place, request.argument)
    return say(sound_line(manner, tongue))


async def preview(request: Request) -> Message:
    """Show or set what stands under an alert."""
    tongue = request.tongue
    if not request.argument:
        chat = await request.manager.manners.chat(request.place)
        buttons = [
            Button(tongue("The picture"), "/preview picture"),
            Button(tongue("The page"), "/preview page"),
            Button(tongue("Nothing"), "/preview off"),
        ]
        return say(preview_line(chat.manner, tongue), buttons=[buttons], private=True)
    manner = await request.manager.manners.preview(request.place, request.argument)
    return say(preview_line(manner, tongue))


async def settings(request: Request) -> Message:
    """Everything that a chat has set, with a button to change each."""
    tongue = request.tongue
    chat = await request.manager.manners.chat(request.place)
    buttons = [
        Button(tongue("Language"), "/language"),
        Button(tongue("Timezone"), "/timezone"),
        Button(tongue("Quiet hours"), "/quiet"),
        Button(tongue("Digest"), "/digest"),
        Button(tongue("Limit"), "/limit"),
        Button(tongue("Sound"), "/sound"),
        Button(tongue("Preview"), "/preview"),
        Button(tongue("Lost answers"), "/resend"),
    ]
    return say(
        [Text(tongue("Settings of this chat"), bold=True)],
        ["• ", *tongue.spans("This chat is addressed in {language}.", language=own_name(request.language))],
        f"• {zone_line(chat, tongue)}",
        f"• {quiet_line(chat, tongue)}",
        f"• {digest_line(chat, tongue)}",
        f"• {limit_line(chat.manner, tongue)}",
        f"• {sound_line(chat.manner, tongue)}",
        f"• {preview_line(chat.manner, tongue)}",
        f"• {lost_line(chat.manner.lost_answer, tongue)}",
        buttons=rows(buttons),
        private=True,
    )


def zone_line(chat: Chat, tongue: Tongue) -> str:
    """The timezone of a chat in a sentence."""
    return tongue("The hours here are those of {timezone}.", timezone=chat.timezone)


def sound_line(manner: Manner, tongue: Tongue) -> str:
    """Whether alerts make a sound, in a sentence."""
    if manner.silent:
        return tongue("Alerts come without a sound, except breaking news.")
    return tongue("Alerts come with a sound.")


def preview_line(manner: Manner, tongue: Tongue) -> str:
    """What stands under an alert, in a sentence."""
    return tongue(PREVIEWS[manner.preview])


def complete_language(typed: str) -> list[tuple[str, str]]:
    """The languages that fit what was typed so far, as (value, label)."""
    offers = [(code, own_name(code)) for code in languages()]
    return [offer for offer in offers if typed.lower() in " ".join(offer).lower()]


def complete_timezone(typed: str) -> list[tuple[str, str]]:
    """The timezones that fit what was typed so far, as (value, label)."""
    found = zones_like(typed) if typed.strip() else list(OFFERED_ZONES)
    return [(zone, zone) for zone in found]


def _language_buttons() -> list[Button]:
    return [Button(own_name(code), f"/language {code}") for code in languages()]
