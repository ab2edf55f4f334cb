"""Words of grammar that decide what a name or title means, in Dutch, English, German and French.

Closed lists of function words and title words only, folded. Who holds which title is a fact, and stands
in the packs.
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ENDINGS: dict[str, frozenset[str]] = {
    "nl": frozenset({"s"}),
    "de": frozenset({"s"}),
    "en": frozenset({"s"}),
    "fr": frozenset(),
}
"""What a name may end in besides an apostrophe with or without s. English *Trumps* is a plural."""

ADJECTIVE_ENDINGS: dict[str, frozenset[str]] = {
    "nl": frozenset({"e", "s", "en", "ers"}),
    "en": frozenset({"s"}),
    "de": frozenset({"e", "en", "er", "em", "es", "in", "innen", "n", "s"}),
    "fr": frozenset({"s", "e", "es", "ne", "nes"}),
}

NO_HOLDER_BEFORE = _words("""
    oud ex voormalig voormalige toenmalig toenmalige gewezen vorige vice plaatsvervangend
    plaatsvervangende eerste first adjunct toekomstig toekomstige aanstaand aanstaande aspirant beoogd
    beoogde potentiele mogelijke elke iedere volgende eerdere kandidaat geen wijlen former then onetime
    previous deputy under assistant future next would aspiring potential possible any every another no
    late past prospective wannabe incoming pro anti aankomend aankomende een a an ein eine einen einem
    einer erster ersten un une ehemalige ehemaliger ehemaligen ehemaligem fruhere fruherer fruheren
    damalige damaliger damaligen stellvertretende stellvertretender stellvertretenden kunftige kunftiger
    kunftigen nachste nachster nachsten vize ancien ancienne anciens futur prochain prochaine feu
""")
"""Before a title, these say that its present holder is not meant."""

BECOMING = _words("""
    candidate candidates become becomes became becoming elected appointed named nominated tipped picked
    chosen bid race run running favourite favorite frontrunner succeed succeeds succeeded replace
    replaces replaced resigned resigns geworden benoemd gekozen verkozen voorgedragen getipt kandidaat
    kandidaten kandidatuur gooi favoriet opvolgen gewahlt ernannt kandidat kandidatin kandidatur devenir
    devient devenu deviendra elu elue nomme nommee candidat candidature
""")
"""Shortly before a title, these say that somebody gets, wants or leaves it, who need not be its holder."""

BETWEEN_BECOMING = _words("""
    the a an as for to be of job post role office position new first de het een als voor tot van naar
    baan functie ambt nieuwe eerste zum zur neuer neue neuen der die den des amt posten le la au du
    poste comme nouveau nouvelle premier
""")
"""What may stand between one of those and the title."""

BECOMING_BARE = _words("als comme wordt werd worden werden wird wurde")
"""As `BECOMING`, when no article follows or the title is new: *wordt NAVO-chef*, not *wordt de president*."""

NEW = _words("nieuwe new neuer neue neuen nouveau nouvelle")
"""Before a title: somebody else held it until now."""

NO_HOLDER_AFTER = _words("""
    candidate candidates candidacy hopeful hopefuls nominee nominees contender contenders election
    elections elect worden designate of race job post role debate vote primary kandidaat kandidaten
    kandidate kandidatuur verkiezing verkiezingen verkiezingsstrijd verkiezingscampagne verkiezingsdebat
    vacature kandidatin kandidatur wahl wahlen wahlkampf amt candidat candidats candidature
""")
"""Directly after a title, these turn it into something else than its holder."""

TITLES = _words("""
    president presidente premier minister ministerpresident secretaris generaal secretarisgeneraal chef baas
    topman leider partijleider fractieleider fractievoorzitter lijsttrekker voorzitter kanselier
    bondskanselier kabinet regering ministerie kandidaat meneer mijnheer heer mevrouw staatshoofd
    regeringsleider regeringschef zakenman miljardair republikein democraat republikeinse republikeinen
    democraten amerikaan nederlander vvder senator commissaris prime secretary general chief boss head
    leader chairman chair chancellor cabinet government administration candidate nominee mr mister mrs ms
    miss sir lord dr doctor prof professor commander governor mayor congressman representative ambassador
    commissioner speaker republican republicans democrat democrats billionaire tycoon businessman then now
    presidents prasident prasidentin ministerprasident kanzler kanzlerin bundeskanzler generalsekretar
    chefin herr herrn frau regierung kandidat kommissarin us premiere ministre secretaire monsieur madame
    chancelier candidat gouvernement
""")
"""Words with a capital that may stand before a surname without being a first name."""

CALLINGS = _words("""
    bakker slager voetballer voetbalster keeper doelman doelvrouw spits verdediger middenvelder coach
    bondscoach schaatser schaatsster wielrenner wielrenster tennisser zanger zangeres acteur actrice
    dominee pastoor boer visser baker butcher footballer goalkeeper striker defender midfielder cyclist
    skater singer actor actress farmer fisherman novelist vicar fussballer torwart sturmer backer
    fleischer sanger boulanger footballeur bakkerij slagerij kwekerij rederij brouwerij boerderij bakery
    brewery
""")
"""Callings and businesses that are not in this news: what bears one is a namesake's. None that is also
said of somebody's own people, as Dutch headlines do: *advocaat Trump* is Trump's lawyer."""

PERSONAL_TITLES = _words("""
    president premier minister ministerpresident secretaris generaal chef baas topman leider kanselier
    bondskanselier kabinet regering kabinetten prime secretary general chief boss chancellor administration
    pm potus commissievoorzitter prasident ministerprasident kanzler bundeskanzler generalsekretar ministre
    secretaire chancelier minister-president partijleider
""")
"""Before a surname these make it as good as a full name."""

FUNCTION_WORDS = _words("""
    monday tuesday wednesday thursday friday saturday sunday maandag dinsdag woensdag donderdag vrijdag
    zaterdag zondag vs versus contra montag dienstag mittwoch donnerstag freitag samstag sonntag
    de het een en of maar want dus ook als dat die dit deze wie wat waar waarom wanneer hoe toen nu dan met
    zonder voor tegen na om op in uit over onder door bij van aan tot naar volgens sinds tijdens tussen
    vanwege ondanks omdat terwijl is was zijn heeft had wil kan moet mag gaat komt zegt zei noemt vindt laat
    geeft krijgt maakt doet zou zal zo nog al niet geen wel toch alleen zelfs daarom hierdoor daarmee
    inmiddels eerder later vandaag gisteren morgen the a an and or but so as that this these those who what
    where why when how then now with without for against after before on at out under by from to into onto
    about since during between because despite while though if unless until are were be been has have do
    does did will would can could should may might must shall says said say calls called tells told wants
    wins won loses lost gives gets makes takes sees meets warns yes no not only even also just still yet
    again today yesterday tomorrow once like near per via than more most less all both each der das den dem
    des ein eine einen einem einer und oder aber wenn weil dass wo warum mit ohne fur gegen nach vor bei von
    zu aus uber unter durch um ist war sind hat hatte kann muss soll sagt nicht kein auch nur noch heute le
    la les un une et ou mais si que qui quand comment pourquoi avec sans pour contre apres avant sur sous
    dans par du est sont selon
""")
"""Never a first name, whatever its capital."""
