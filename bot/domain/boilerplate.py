"""What stands in articles without being of them: links to others, calls to subscribe, credits, datelines.

Patterns for Dutch and English. They look at one sentence at a time, and mostly at its beginning, so that
news *about* cookies, subscriptions or newsletters is news.
"""

import re
from collections.abc import Collection


def _any(*patterns: str) -> str:
    """One pattern for any of these; a space stands for any whitespace, and " ?" for none too."""
    return "(?:" + "|".join(patterns).replace(" ?", r"\s*").replace(" ", r"\s+") + ")"


_ELSEWHERE = _any(
    r"lees\b",
    r"(?:be)?luister\b",
    r"bekijk\b",
    r"kijk (?:ook|hier|mee|terug)",
    r"klik\b",
    r"zie ook",
    r"ook interessant",
    r"(?:meer|verder) lezen",
    r"meer (?:over|nieuws|weten)\b[^.]{0,60}$",
    r"volg (?:ons|het laatste|hier|het liveblog|de laatste|alles|nos|nu)\b",
    r"volg\b.{0,60}\bliveblog",
    r"read (?:more|also|next|on\b|the full|our\b|this\b|:)",
    r"(?:see|also) (?:also|read)\b",
    r"(?:also|more on this|related|recommended|most read|trending|up next) ?:",
    r"related (?:stories|articles|content|topics)",
    r"more (?:from|on|stories|like this)\b[^.]{0,60}$",
    r"(?:to )?(?:continue|keep) reading",
    r"(?:click|tap) (?:here|on|to)\b",
    r"watch (?:the video|live|our|now|more|below)",
    r"listen (?:to our|now|here)",
    r"view (?:all|more|comments)",
    r"skip to\b",
    r"follow (?:us|@|our|along|live|the latest|\w+ on (?:twitter|x|facebook|instagram))",
    r"(?:matched titles|covered by \d)",
    r"(?:the|this) post\b.{0,300}\bappeared\b",
    r"submitted by\b",
    r"\[link\]",
    r"artikel gaat verder",
    r"(?:de )?tekst (?:gaat|loopt) (?:hieronder|onder|verder|door)\b",
    r"ga (?:direct )?naar (?:de )?(?:hoofd)?inhoud\b",
    r"leestijd\b[^.]{0,20}$",
    r"\d+ min(?:uten|utes)? (?:read|leestijd|lezen)\b",
    r"(?:gepubliceerd|bijgewerkt|laatste? (?:update|wijziging|gewijzigd|bijgewerkt)|published"
    r"|last (?:updated|modified))\b[^.]{0,20}\d.{0,30}$",
)
_READERS = _any(
    r"abonneer\b",
    r"(?:neem|word) (?:nu )?(?:een )?(?:abonne|lid\b)",
    r"(?:al|nog geen) abonnee",
    r"(?:dit|deze) (?:artikel|verhaal|bericht|video|inhoud|podcast) (?:is|zijn) (?:alleen|exclusief|gratis)",
    r"(?:log|registreer|meld je|meld u|schrijf je|schrijf u)\b.{0,80}\b(?:in|aan|lezen)\b",
    r"maak (?:gratis )?een account",
    r"ontvang (?:dagelijks|elke|wekelijks|het laatste|onze)",
    r"download (?:de|our|the|nu)\b",
    r"deel (?:dit|deze)\b",
    r"(?:reageren|reacties)\W*$",
    r"heb (?:je|u) (?:een tip|een fout|vragen|opmerkingen)",
    r"tip de redactie",
    r"(?:u|je) (?:moet|heeft|hebt|kunt|kan)\b.{0,60}\b(?:cookies|abonne|inloggen|javascript|deze inhoud)",
    r"om deze?\b.{0,40}\b(?:inhoud|video|artikel|content|pagina)\b",
    r"sign (?:up|in)\b",
    r"subscribe\b",
    r"log ?in\b",
    r"register (?:now|for|to)\b",
    r"already (?:a|have)\b.{0,20}(?:subscri|member|account)",
    r"this (?:article|story|content|video) is (?:for|only|available|exclusive|reserved)",
    r"you(?:[’']ve| have)? (?:reached|used)\b.{0,40}(?:limit|articles)",
    r"you (?:can|may) (?:unsubscribe|opt out)",
    r"share this",
    r"join (?:us on|our (?:newsletter|whatsapp))",
    r"get (?:the app|our|all the|unlimited)\b",
    r"do you have a (?:tip|story)",
    r"(?:contact us|have your say)\b",
    r"(?:support (?:us|our|quality|independent|the work)|donate)\b.{0,40}(?:journalism|today)",
    r"(?:aanmelden|inschrijven|registreer je(?: nu)?) (?:voor|op) (?:de|onze) nieuwsbrief",
    r"\d+ (?:comments|reacties)",
)
_PICTURES = _any(
    r"(?:foto|foto[’']s|beeld|fotograaf|fotografie|video|illustratie) ?:",
    r"(?:photo|photograph|photography|images?|picture|credits?|graphic|caption|video|illustration) ?:",
    r"(?:foto|image|photo|picture) ?(?:\([^)]*\)|[|/])",
    r"(?:©|\(c\)|copyright\b)",
)
_CREDITS = _any(
    _PICTURES,
    r"(?:bron|tekst|door|auteur|redactie|watch|listen|sources?|via|author|topics|tags) ?:",
    r"(?:door|van) onze (?:\w+ )?(?:redact|verslagge|correspond)\w+\b[^.]{0,40}\.?$",
    r"(?:additional )?(?:reporting|editing|writing|compiled) by\b",
    r"our standards",
    r"(?:advertentie|advertisement)\b",
    r"in samenwerking met adverteerder",
)
_CONSENT = _any(
    r"(?:wij|we)\b.{0,30}\b(?:gebruiken|plaatsen)\b.{0,40}cookies",
    r"(?:accepteer|weiger|beheer)\b.{0,30}cookies",
    r"deze (?:web)?site (?:maakt gebruik van|gebruikt)\b.{0,30}cookies",
    r"(?:je|u) kunt (?:je|uw) toestemming\b.{0,40}(?:intrekken|wijzigen)",
    r"we\b.{0,20}\buse (?:\w+ )?cookies",
    r"by (?:continuing|clicking|signing|subscribing)\b.{0,60}(?:agree|accept|consent|cookies)",
    r"accept (?:all|cookies)",
    r"(?:manage|cookie) (?:preferences|settings|cookies)",
    r"please (?:enable|turn|disable|log|sign|subscribe|wait)",
    r"enable javascript",
)
_PICTURE = re.compile(rf"[\W_]{{0,6}}{_PICTURES}", re.I)
_START = re.compile(rf"[\W_]{{0,6}}{_any(_ELSEWHERE, _READERS, _CREDITS, _CONSENT)}", re.I)
_ANYWHERE = re.compile(
    _any(
        r"getty images",
        r"\b(?:afp|ap|epa|anp|reuters|belga|hollandse hoogte) ?/ ?(?!ipsos)\w",
        r"all rights reserved",
        r"alle rechten voorbehouden",
        r"opens? (?:in )?(?:a )?new (?:tab|window)\W*$",
        r"onder deze? (?:foto|video|advertentie|tweet)",
        r"below (?:this )?(?:ad|advertisement)\b",
        r"\b(?:toestemming|consent|accepteer|accept)\b.{0,60}\bcookies\b",
        r"\bcookies\b.{0,60}\b(?:accepteren|toestemming|weigeren|consent|accept|preferences)\b",
        r"(?:lezen|artikel|verhaal|article|story|inhoud|content) (?:\w+ ){0,3}(?:alleen|only|exclusively"
        r"|exclusief) (?:\w+ ){0,2}(?:voor|for|to) (?:\w+ )?(?:abonnees|leden|subscribers|members)",
        r"(?:schrijf|meld|sign)\b.{0,40}\b(?:nieuwsbrief|newsletter)",
        r"(?:nieuwsbrief|newsletter)\b.{0,30}(?:aanmelden|inbox|mailbox|sign up)",
        r"(?:volg|follow)\b.{0,30}\b(?:liveblog|live blog|instagram|whatsapp)",
        r"appeared first on",
    ),
    re.I,
)
_PAY = re.compile(
    _any(
        r"(?:dit|deze) (?:artikel|verhaal|bericht|content|inhoud|column) (?:is|zijn)"
        r" (?:\w+ ){0,3}(?:alleen|exclusief|enkel|uitsluitend) (?:\w+ ){0,3}(?:abonnees|leden)",
        r"(?:alleen|exclusief|uitsluitend) (?:toegankelijk |beschikbaar |te lezen )?voor"
        r" (?:\w+ )?(?:abonnees|leden)",
        r"(?:abonnee|lid|abonnement)\b.{0,20} om (?:dit artikel (?:verder |door )?|(?:verder|door) )te lezen",
        r"(?:verder|doorlezen|(?:verder|artikel) lezen)\W+(?:word|neem|kies|start)\b.{0,30}\babonne",
        r"(?:doorlezen|(?:verder|artikel) lezen)\?\W+(?:al abonnee|log|inloggen|neem|word|kies|start|maak"
        r"|probeer)\b",
        r"(?:lees|lezen) (?:dit artikel |je |u )?(?:verder |door |gratis |nu )*(?:met|via) (?:een|je|uw)"
        r" (?:\w+ )?\w*abonnement",
        r"lees verder (?:voor|vanaf) (?:slechts |maar )?(?:€|\d)",
        r"(?:account|log|inloggen|registreer)\b.{0,25} om (?:verder|door) te lezen",
        r"artikel voor (?:onze )?abonnees",
        r"dit is een (?:premium|plus|betaald)[ -]?(?:artikel|verhaal)",
        r"(?:hebt|heeft) (?:\w+ ){0,4}gratis artikelen (?:\w+ ){0,2}(?:gelezen|bereikt)",
        r"om (?:dit artikel |verder )(?:te|verder) (?:kunnen )?lezen.{0,40}(?:abonne|inloggen|log in)",
        r"(?:subscribe|sign up|register|log in|become a (?:member|subscriber))\b.{0,30}\bto"
        r" (?:continue|keep|read|unlock|access)",
        r"(?:(?:free|your) trial|sign in)\b.{0,20} to"
        r" (?:continue|keep|unlock|read (?:the (?:full|rest)|this))",
        r"(?:continue|keep) reading (?:with (?:a|your)|for (?:just|only|\$|£|€|free))",
        r"to read (?:the full|this|the rest of (?:the|this)) (?:article|story)\W.{0,40}"
        r"\b(?:subscribe|sign|register|log)",
        r"unlock (?:this|the full) (?:article|story)",
        r"to (?:continue|keep) reading\W.{0,40}\b(?:subscribe|sign|register|log in|subscription)",
        r"this (?:article|story|content) is (?:\w+ ){0,3}(?:for|to) (?:\w+ ){0,2}(?:subscribers|members)",
        r"(?:only|exclusively) (?:available )?(?:for|to) (?:\w+ )?(?:subscribers|members)",
        r"(?:subscriber|member)s?[- ]only (?:article|content|story)",
        r"(?:already|al) (?:a )?(?:subscriber|abonnee)\W+(?:log|sign|inloggen)",
        r"you(?:[’']ve| have) (?:reached|read) .{0,30}\bfree (?:articles?|story|stories)",
    ),
    re.I,
)
_SOLD = ("abonne", "leden", "subscri", "member")
_PAY_HINTS = (
    *_SOLD,
    "lezen",
    "sign up",
    "register",
    "log in",
    "become a",
    "reading",
    "free ",
    "verder",
    "premium",
    "trial",
    "sign in",
    "unlock",
)
_ANYWHERE_HINTS = (
    *_SOLD, "getty images", "/", "rights reserved", "rechten voorbehouden", "new ", "onder de", "below ",
    "cookies", "nieuwsbrief", "newsletter", "liveblog", "live blog", "instagram", "whatsapp",
    "appeared first on",
)  # fmt: skip
"""One of these stands, in small letters, in whatever matches; looking for them takes a tenth of the time."""
_BAIT = re.compile(
    r"[^\w\"'“‘„»]{0,4}"
    + _any(
        r"dit (?:is|zijn) (?:waarom|wat|hoe|de reden|een overzicht)",
        r"dit moet (?:je|u)",
        r"zo (?:werkt|zit|doe|kun|ziet)\b",
        r"wat (?:je|u|we)\b",
        r"alles (?:over|wat)\b",
        r"hier (?:lees|zie|vind|volg)",
        r"in (?:dit|deze) (?:artikel|aflevering|editie|podcast|video|liveblog|overzicht|nieuwsbrief|verhaal)",
        r"(?:u|je) leest\b",
        r"\w+ vragen over\b",
        r"here(?:[’']s| is| are) (?:what|why|how|everything)",
        r"what (?:you|we)\b",
        r"this is (?:why|what|how)\b",
        r"everything (?:you|we)\b",
        r"you won[’']t\b",
        r"(?:find out|discover)\b",
        r"in this (?:article|episode|edition|video|podcast|week|explainer|newsletter|story)",
        r"welcome to\b",
        r"welkom (?:bij|in)\b",
        r"good(?:e ?| )(?:morning|afternoon|evening|morgen|middag|navond)",
        r"we (?:look|explain|break|zetten|leggen|vertellen|kijken)\b",
        r"stay tuned",
    ),
    re.I,
)

_AGENCY = (
    r"\((?:ANP|Reuters|REUTERS|AP|AFP|dpa|DPA|Belga|BELGA|Novum|Bloomberg|UPI|Xinhua|EFE|ANSA|PA|NOS|CNN|BBC)"
    r"(?:/[A-Z]{2,8})?\)"
)
_CITY = r"[A-ZÀ-Þ][\w'’.À-ÿ-]*(?:[ /][\w'’.À-ÿ-]+){0,3}"
_SHOUTED = r"(?:['’]S-)?[A-ZÀ-Þ'’]{3,}(?:[ /-][A-ZÀ-Þ'’.-]+){0,4}"
_WHERE_WHEN = r"(?:, [\w'’.À-ÿ ]{2,25}){0,3}"
_DATELINE = re.compile(
    rf"(?:(?:{_CITY}|{_SHOUTED}){_WHERE_WHEN} ?{_AGENCY}(?: ?[-–—:]+|,)?\s+"
    rf"|{_AGENCY} ?[-–—:]*\s*"
    rf"|{_SHOUTED}{_WHERE_WHEN} ?(?:\([A-Z][\w ]{{1,20}}\) ?)?[-–—]{{1,2}}\s+"
    rf"|{_CITY}{_WHERE_WHEN} ?—\s*(?=[A-ZÀ-Þ][a-zà-ÿ]* )"
    r"|[^.!?]{0,150}\b(?:Getty Images|Shutterstock|AP Photo)(?: for [A-Z]\w+)? (?=[\"“]?[A-Z][\w’' ])"
    r"|[\[(](?:LIVE|UPDATE|Update|BREAKING|Breaking|VIDEO|Video|video)\b[^\])\n]{0,20}[\])]\s+"
    r"|(?:LIVE|UPDATE|Update|BREAKING|Breaking|VIDEO)\b[^a-z|:–-]{0,12}[|:–-]\s+)"
    r"(?=(?:[\"'“‘„]|,,)?[A-ZÀ-Þ0-9'’])",
)


def is_credit(sentence: str) -> bool:
    """Whether a sentence says who made a picture, so that the one before it is its caption."""
    return bool(_PICTURE.match(sentence))


def is_boilerplate(sentence: str) -> bool:
    """Whether a sentence is about the page, not about the news."""
    return bool(_START.match(sentence)) or (
        _hinted(sentence, _ANYWHERE_HINTS) and bool(_ANYWHERE.search(sentence))
    )


def asks_to_pay(text: str) -> bool:
    """Whether a page's text says that the rest is for subscribers."""
    return _hinted(text, _PAY_HINTS) and bool(_PAY.search(text))


def _hinted(text: str, hints: Collection[str]) -> bool:
    small = " ".join(text.lower().split())
    return any(hint in small for hint in hints)


def is_bait(sentence: str) -> bool:
    """Whether a sentence only announces what the article will tell."""
    return bool(_BAIT.match(sentence))


def after_dateline(sentence: str) -> int:
    """The offset at which the sentence proper begins: behind *AMSTERDAM (ANP) -*; 0 without a dateline."""
    found = _DATELINE.match(sentence)
    return found.end() if found else 0
