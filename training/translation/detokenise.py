"""Tokenised text back to ordinary text, keeping where each token stands.

Gold alignments count the tokens of files in which punctuation stands apart and,
in the Hansards, French elisions and contractions are written out (`le ordre`,
`de le ministre`). A model trained on ordinary text should be given ordinary
text: `l'ordre`, `du ministre`.
"""

import re
from dataclasses import dataclass

Span = tuple[int, int]

BEFORE_NOTHING = re.compile(r"^(?:[,.)\]%…]|\.\.\.)$")  # no space before these, in either language
ENGLISH_TIGHT = re.compile(r"^(?:[?!;:]|'(?:s|t|re|ve|ll|d|m)?|n't)$", re.IGNORECASE)
AFTER_NOTHING = re.compile(r"^[(\[$]$")  # no space after these
ELIDED = re.compile(r"^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quelqu|presqu|aujourd)'$", re.IGNORECASE)
ELIDES = re.compile(r"^(?:le|la|de|je|ne|que|se|me|te|ce|jusque|lorsque|puisque|quelque)$", re.IGNORECASE)
VOWEL = re.compile(
    r"^(?:[aeiouàâéèêëîïôûùœ]|y$|hon|homme|heure|histoire|habit|hésit|hiver|hôpit|hypoth)", re.IGNORECASE
)
NOT_ELIDED = re.compile(r"^(?:onz|oui$)", re.IGNORECASE)
CONTRACTED = {("de", "le"): "du", ("de", "les"): "des", ("à", "le"): "au", ("à", "les"): "aux"}


@dataclass(frozen=True)
class Text:
    text: str
    spans: list[Span]  # of each token, in characters of the text; never empty


def elide(token: str, following: str) -> str:
    """`le` before `ordre` becomes `l'`; `ce` only before `est` and its like, `la` and `le` not before numbers."""
    if not ELIDES.match(token) or not VOWEL.match(following) or NOT_ELIDED.match(following):
        return token
    if token.lower() == "ce" and not re.match(r"^(?:est|était|étaient|en)$", following, re.IGNORECASE):
        return token
    if token.lower() == "quelque" and following.lower() not in ("un", "une"):
        return token
    return token[:-1] + "'"


def expanded_french(tokens: list[str]) -> list[str]:
    """Undoes the Hansards' spelling: elisions joined, contractions split over their two tokens (`d` + `u`)."""
    words = list(tokens)
    for index in range(len(words) - 1):
        words[index] = elide(words[index], tokens[index + 1])
    for index in range(len(words) - 1):
        pair = (words[index].lower(), words[index + 1].lower())
        if pair in CONTRACTED:
            contracted = CONTRACTED[pair]
            cut = 1 if len(contracted) == 2 else 2
            head = contracted[:cut]
            words[index] = head.capitalize() if words[index][0].isupper() else head
            words[index + 1] = "\0" + contracted[cut:]
    return words


def join(tokens: list[str], french: bool, expanded: bool = False) -> Text:
    """The sentence as one would write it. `expanded`: French in the spelling of the Hansards."""
    words = expanded_french(tokens) if french and expanded else tokens
    text, spans = "", []
    for index, word in enumerate(words):
        before = words[index - 1] if index else ""
        tight = not text or BEFORE_NOTHING.match(word) or AFTER_NOTHING.match(before) or word.startswith("\0")
        if french:
            hyphen = "-" in (word, before) and 0 < index
            tight = tight or ELIDED.match(before.replace("’", "'")) or hyphen or "'" in (word, before)
        else:
            tight = tight or ENGLISH_TIGHT.match(word)
        word = word.removeprefix("\0")
        text += "" if tight else " "
        spans.append((len(text), len(text) + len(word)))
        text += word
    return Text(text, spans)
