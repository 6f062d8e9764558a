"""The recogniser of street addresses as English writes them, and what tells one from a count of pills.

"12 Oak Close" and "40 pills close to the end" have the same shape. To take the second for an address hides
an overdose from detection, so a number must stand before words that can name a street, and a word such as
`way` or `close`, which is no street by itself, needs a sign that one is meant.
"""

from __future__ import annotations

import re

from pipelines.ingest.redaction.recogniser import CAPITAL, Recogniser, Span

WORD = r"[^\W\d_][\w'’-]{0,30}"
POSTCODE = r"[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}"
UNIT = r"(?:,? (?i:apt|apartment|flat|unit|suite|ste|#)\.? ?#?\w{1,5})?"
TOWN = rf"(?!{POSTCODE}\b){CAPITAL}"
PLACE = rf"(?:,? {TOWN}(?:[ -]{TOWN}){{0,2}})?"
ZIP = r"(?:,? (?:[A-Z]{2,3} )?\d{4,5}(?:-\d{4})?(?!\d))?"
CODE = rf"(?:(?:,? [a-z]{{3,20}}){{0,2}},? (?i:{POSTCODE})\b)?"
"""A postcode in any case, with a town in lower case before it."""
SURE = (
    "street|avenue|ave|road|rd|lane|ln|boulevard|blvd|plaza|terrace|crescent|cres|gardens|grove|highway|hwy"
    "|parkway|pkwy|mews"
)
UNSURE = "st|drive|dr|court|ct|place|pl|square|sq|way|close|circle|cir|row|walk|parade"
"""Words for a street that are as often something else, or short for it."""
STREET = rf"(?:{SURE}|{UNSURE})"
ENGLISH = re.compile(
    r"(?<![\w.,/-])(?:(?i:flat|unit) (?:\d{1,4}[a-zA-Z]?|[A-Z]),? )?"
    r"(?:\d{1,4}/)?[0-9]{1,5}[a-d]?,? (?:[NSEW]\.? )?"
    rf"(?P<name>(?:{WORD} |\d{{1,3}}(?:st|nd|rd|th) ){{1,3}}?)"
    rf"(?P<street>(?i:{STREET}))\b\.?(?P<where>{UNIT}{PLACE}{ZIP}{CODE})"
)

JOINING = frozenset(
    word
    for line in (
        "a about after again all alone already also an and another any are as at away back be because been",
        "before but by can come could did different do every extra feel feeling felt few for from get go",
        "going gone good got had has have he help her here him his how if im in into is it it's its ive",
        "just last left less like long lots many maybe me more most much my near need never no not now of",
        "off on one or other our out over per please pls plus she so some someone still straight than that",
        "the their them then there they this to today together tonight too total two until up us very want",
        "was we went were what when where which who with without you your",
    )
    for word in line.split()
)
"""Words that join a sentence. With a capital many begin a street: Back Lane, The Crescent, All Saints."""
COUNTED = frozenset(
    word
    for line in (
        # A person who speaks, and what is counted of time, people and ways.
        "am day days hour hours hr hrs i i'd i'll i'm i've kids km miles min mins minute minutes month",
        "months night nights people pm steps time times week weeks year years",
        # What is counted of a medicine, a drink or a drug, and its measures.
        "beer beers benzo benzos blister blisters bottle bottles box boxes bucks cans caps capsule",
        "capsules cigarettes cm dollars dose doses drinks drops drugs edibles euros g gel gram grams grand",
        "gummies hits joints kg kilo kilos lb lbs lines mcg meds mg microgram micrograms milligram",
        "milligrams ml mph oz pack packet packets packs painkiller painkillers patches percent pill pills",
        "pints pounds puffs quid reps sachets shot shots sleepers strips tab tablet tablets tabs units",
        "vials",
        # Medicines and drugs that people name when they say how many, with their usual short names.
        "acetaminophen adderall addys advil aleve alprazolam ambien amitriptyline anadin aspirin aspirins",
        "ativan benadryl buprenorphine bupropion celexa citalopram clonazepam co-codamol cocodamol codeine",
        "codeines cymbalta depakote diazepam diphenhydramine duloxetine effexor escitalopram fentanyl",
        "fluoxetine gabapentin gabapentins gabbies heroin hydrocodone hydroxyzine ibuprofen ibuprofens",
        "ketamine klonopin lamictal lamotrigine lexapro lithium lorazepam lyrica melatonin metformin",
        "methadone mirtazapine morphine naproxen norco nortriptyline nurofen nytol olanzapine oxy",
        "oxycodone oxycontin oxys panadol paracetamol paracetamols paroxetine paxil percocet percocets",
        "percs pregabalin promethazine propranolol prozac quetiapine risperidone seroquel sertraline",
        "subutex sumatriptan temazepam tramadol tramadols trazodone trazodones tylenol tylenols unisom",
        "valium valiums valproate venlafaxine vicodin wellbutrin xanax xannies xans zoloft zolpidem",
        "zopiclone zopiclones",
    )
    for word in line.split()
)
"""Words between a number and a word for a street that show that something is counted, whatever their case."""
TAKEN = re.compile(
    r"\b(?:took|take[ns]?|taking|swallow(?:ed|ing)?|ate|eat(?:en)?|popp?(?:ed|ing)?|down(?:ed|ing)|drank|drunk"
    r"|drink(?:ing)?|overdos(?:ed?|ing)(?: on)?|od(?:['’]?e?d)?(?: on)?|snort(?:ed|ing)?|inject(?:ed|ing)?"
    r"|smoked|chugged|necked|scoffed|had)"
    r"(?: (?:up|like|about|around|over|almost|nearly|maybe|another|all|only|exactly"
    r"|at least|more than|close to|some|roughly|probably|already|just|my|the|these|those|of|in|him|her|me))*"
    r" $",
    re.I,
)
"""Before a number: it counts what somebody took."""
LIVES = re.compile(
    r"\b(?:liv(?:e|es|ed|ing)|resid(?:e|es|ing)|stay(?:s|ed|ing)?|moved|address|addy|located|flat|apartment|apt"
    r"|unit|house|home|place|parked|meet|find|pick|send|come|police|ambulance|deliver\w*|ship|mail)\b"
    r"[^\d\n.!?]{0,25}$|\b(?:at|@|outside)(?: number| no\.?)? $",
    re.I,
)
"""Before a number: somebody says where a place is."""
SAYS_PLACE = re.compile(
    rf"(?i:{POSTCODE})\b|\b\d{{5}}(?!\d)|^,? (?i:apt|apartment|flat|unit|suite|ste)\b|^, [A-Z][a-z]{{2,}}"
)
"""In what follows a street: a postcode, a flat, or a town behind a comma."""
RUNS_ON = re.compile(
    r"^\.? (?:to|too|than|me|him|her|us|them|over|more|past|beyond|enough|home|away|back|off|up|down|out|by"
    r"|safe|under|below|i|said|says|because|cuz)\b",
    re.I,
)
"""After `way`, `close`, `drive`: they were no street."""
SENTENCE_BEGINS, SENTENCE_ENDS = re.compile(r"(?:^|[.!?:] )$"), re.compile(r"(?<=\.)|[.,!?]*\s*(?:\n|$)")
"""Around a number and a street that are all that somebody says, as an answer to where they are."""
NEAR = 50
"""Characters before a number in which a cue for it may stand."""


def find_english(match: re.Match[str], _country: str) -> Span | None:
    """All of a match, or None for a number beside a word that only looks like a street."""
    text = match.string
    before = text[max(0, match.start() - NEAR) : match.start()].rpartition("\n")[2]
    names = match["name"].split()
    is_shouted = match["name"].isupper() and match["street"].isupper()
    if any(name.lower() in COUNTED or (name.lower() if is_shouted else name) in JOINING for name in names):
        return None
    has_name = not is_shouted and all(name[0].isupper() or name[0].isdigit() for name in names)
    if TAKEN.search(before) and not (has_name and match["street"][0].isupper()):
        return None
    is_sure = re.fullmatch(SURE, match["street"], re.I) is not None
    if is_sure or (has_name and match["street"][0].isupper()):
        return match.span()
    return match.span() if _is_placed(match, before, has_name=has_name) else None


def _is_placed(match: re.Match[str], before: str, *, has_name: bool) -> bool:
    """Whether what stands around `way`, `close` or `st` says that it is a street."""
    after = match.string[match.end("street") : match.end() + NEAR]
    if RUNS_ON.match(after):
        return False
    is_alone = SENTENCE_BEGINS.search(before) and SENTENCE_ENDS.match(match.string, match.end())
    return has_name or bool(is_alone) or bool(LIVES.search(before)) or bool(SAYS_PLACE.search(match["where"]))


ENGLISH_ADDRESS = Recogniser(
    rf"[0-9][a-d]?,? (?:[^ \n]+ ){{1,4}}{STREET}[^a-z]", ENGLISH, "address", find_english
)
