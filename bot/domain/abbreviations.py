"""Words behind which a full stop says little: abbreviations, by whether they can end a sentence.

Dutch and English, with the commonest of German and French. All in small letters, without the last stop.
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NEVER_LAST = _words(
    """
    dhr mevr mevr mw mej mr mrs ms messrs dr drs dra prof ir ing ds st ste mgr
    gen sen rep gov col lt sgt maj capt cpl pres adm rev hon supt insp cmdr brig pvt atty
    hr fr frl th chr ph joh jac corn
    bijv bv d.w.z m.a.w o.a m.n i.p.v i.v.m m.b.t t.a.v n.a.v t.o.v t.g.v d.m.v z.g zgn o.l.v i.s.m a.d.h.v
    hr.ms zr.ms h.m z.m z.k.h h.r.h cf vgl resp incl excl evt ca circa plm ong vs viz i.e e.g z.b bzw
    """
)
"""Titles before names, and words that need something after them."""

NUMBERED = _words(
    "no nos nr nrs art artt blz p pp pag fig vol par lid hfst tel afb tab nº jan feb mrt mar apr jun jul "
    "aug sep sept okt oct nov dec"
)
"""Not the end when a number follows."""

SELDOM_LAST = _words(
    """
    jr sr inc ltd co corp bros plc llc gmbh b.v n.v s.a v.chr n.chr ph.d m.d b.sc m.sc c.q
    jan feb mrt mar apr jun jul aug sep sept okt oct nov dec mon tue tues wed thu thur thurs fri sat sun
    min max gem geb ged afd dept univ assn est approx
    """
)
"""The end only when a word follows that begins sentences."""

CAPITALISED = _words(
    """
    ala ariz ark calif colo conn del fla ga ill ind kan ky la mass md mich minn miss mo mont neb nev okla ore
    pa tenn tex va vt wash wis wyo mt ft u.s u.k u.n e.u d.c n.y n.j n.c s.c l.a r.i n.h n.m w.va
    """
)
"""As `SELDOM_LAST`, when written with a capital letter: states and places."""

HOURS = _words("a.m p.m")
"""The end unless the hour goes on."""

AFTER_HOURS = _words(
    """
    ET EST EDT CT CST CDT MT PT PST PDT GMT BST CET CEST UTC EET Eastern Central Mountain Pacific Greenwich
    Moscow Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July
    August September October November December
    """
)

PARTICLES = _words("De Den Der Het Le La Les Van The")
"""Words of `STARTERS` that stand in names as well: *J. De Vries*, *the U.S. The Hague*."""

MONTHS = _words(
    """
    Januar Februar März April Mai Juni Juli August September Oktober November Dezember
    """
)
"""After a German ordinal (*am 3. Oktober*)."""

STARTERS = _words(
    """
    De Het Een In Op Bij Met Voor Na Om Als Toen Dat Die Dit Deze Hij Zij Ze We Wij Ik Jij Je U Er Maar En
    Of Ook Volgens Daar Daarom Daarna Daarmee Daarnaast Door Uit Tijdens Sinds Vandaag Gisteren Morgen Nu
    Wie Wat Waar Hoe Waarom Wanneer Tot Over Naar Onder Tegen Niet Geen Zo Toch Dus Want Omdat Hoewel
    Terwijl Eerder Later Veel Sommige Alle Alleen Beide Zijn Haar Hun Ons Onze Mijn Inmiddels Intussen
    Vooral Zelfs Ondanks Binnen Buiten Zonder The A An On At He She It They You This That These Those But
    And Or For From With By To As After Before When While If Since His Her Their Its My Our I There Here
    What Who Why How Where Not No Some Many Most All Both Each Under During However Meanwhile According
    Also Yet So Now Then Still Another Other Earlier Last Until Although Because Despite Even Once Instead
    Der Das Ein Eine Sie Es Im Am Und Aber Mit Nach Bei Auf Für Le Les Un Une Il Elle Ils Elles Dans Mais
    Et Pour Selon
    """
)
"""Words with which sentences begin, as written there."""
