"""What the `tokenizers` library makes of 2,000 invented sentences: ids, offsets, and the text decoded again.

    python training/parity/tokenizer.py --tokenizer public/models/heed-marian-en-fr/tokenizer.json \\
        --out e2e/fixtures/tokenizer/heed-marian-en-fr.json.gz

Sentences are strung together here from word lists and characters: plain English and French, accents composed and
decomposed, apostrophes of several kinds, emoji joined by ZWJ, other scripts, controls, runs of spaces, long words,
digits, punctuation, the tokenizer's own special tokens as text. Nothing is taken from a corpus.

The file is gzipped JSON:
    tokenizerSha256  of the tokenizer.json it was made with: another vocabulary needs another fixture
    cases            [text, ids, offsets, decoded] each; offsets are start, end, start, end … in code points of text,
                     as the library gives them; decoded is null where it equals text
"""

import argparse
import gzip
import hashlib
import json
import random
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Tokenizer

ENGLISH = """the a this that my your her their some no every old small green quick quiet broken seven dog cat child
woman teacher river house window bridge garden letter train morning question answer mountain bread is was will be
has had runs sees makes gives takes finds opens breaks writes sleeps not never often under over behind with without
because when although and or but if slowly together yesterday don't isn't we'll they're I'm o'clock mother-in-law
Agreement European Economic Area London Marie Monday""".split()
FRENCH = """le la les un une des ce cette mon ta leur vieux petite vert chat chien enfant femme maîtresse rivière
maison fenêtre pont jardin lettre train matin question réponse montagne pain est était sera a avait court voit fait
donne prend trouve ouvre écrit dort ne pas jamais souvent sous sur derrière avec sans parce que quand et ou mais si
lentement ensemble hier l'eau d'abord qu'il j'ai n'est s'il aujourd'hui presqu'île lorsqu'on puisqu'elle jusqu'à
c'est-à-dire être où œuvre cœur naïve Noël garçon français ça déjà événement hôpital âgé Économique""".split()
GERMAN = "der die das schöne Straße über Größe Mädchen läuft nicht weiß fünf Äpfel Öl Übung".split()
OTHER_SCRIPTS = """привет мир книга Москва ёлка Київ γειά κόσμος שלום עולם مرحبا العالم سلام नमस्ते दुनिया สวัสดี 你好 世界 東京
ひらがな カタカナ ｶﾀｶﾅ 한국어 안녕 ქართული հայերեն አማርኛ ᏣᎳᎩ""".split()
EMOJI = ["😀", "👍🏽", "👩‍💻", "👨‍👩‍👧‍👦", "🏳️‍🌈", "❤️", "🇫🇷", "🇬🇧", "1️⃣", "☕", "🧑🏿‍🚀", "𝔘𝔫𝔦", "😀😀😀"]
MARKED = ["e\u0301te\u0301", "nai\u0308ve", "c\u0327a", "A\u030angstro\u0308m", "o\u0323\u0302", "z\u0310\u0321\u0334algo", "\u0301alone", "ﬁn", "½", "№", "①", "Ⅳ", "ǆ", "ﷺ"]
APOSTROPHES = ["l’été", "l'été", "lʼété", "l‘été", "don’t", "‘so’", "“quoted”", "«\u00a0oui\u00a0»", "„so“", "'tis", "rock 'n' roll", "dogs'"]
NUMBERS = ["0", "7", "42", "1999", "3.14", "1,000,000", "1\u202f000", "50%", "£20", "12:30", "2024-02-29", "x²", "१२३", "٤٥٦", "0x1F", "+33 1 23 45"]
PUNCTUATION = ["!", "?", "...", "…", "?!", "--", "—", "–", ";", ":", "(so)", "[x]", "{}", "/", "\\", "<b>", "</b>", "&amp;", "#tag", "@name", "***", "a_b", "~", "`x`", "a@b.example", "https://example.org/a?b=c#d", "C++", "l'«eau»"]
SPACES = [" ", "  ", "     ", "\t", "\n", "\r\n", "\n\n", "\u00a0", "\u2009", "\u3000", " \u00a0 ", "\u200b", "\u2028"]
CONTROLS = ["\u0000", "\u0007", "\u001b", "\u007f", "\u0085", "\ufeff", "\u200e", "\u202e", "\u2066", "\u00ad", "\ufffd", "\ue000", "\U0010fffd", "\ufe0f", "\u200d", "\u0300"]
SPECIAL = ["</s>", "<unk>", "<pad>", "<s>", "< / s >", "</S>"]


@dataclass(frozen=True)
class Settings:
    tokenizer: Path
    out: Path
    seed: int
    count: int = 2000


def sentence(words: list[str], generator: random.Random) -> str:
    """Some words with a capital, a comma now and then, and a mark at the end."""
    chosen = [generator.choice(words) for _ in range(generator.randint(2, 16))]
    chosen[0] = chosen[0][:1].upper() + chosen[0][1:]
    text = chosen[0]
    for word in chosen[1:]:
        text += generator.choice([" "] * 12 + [", ", " ; ", " - "]) + word
    return text + generator.choice([".", ".", ".", "!", "?", " !", " ?", "…", ""])


def long_word(generator: random.Random) -> str:
    """One to two hundred letters without a space."""
    letters = generator.choice(["abcdefghijklmnopqrstuvwxyz", "éèàùçœêîôû", "aaaab", "ABCdef", "0123456789", "漢字仮名", "😀👍"])
    return "".join(generator.choice(letters) for _ in range(generator.randint(20, 200)))


def mixture(generator: random.Random) -> str:
    """Pieces of every kind, joined by every kind of space or by none."""
    pools = [ENGLISH, FRENCH, GERMAN, OTHER_SCRIPTS, EMOJI, MARKED, APOSTROPHES, NUMBERS, PUNCTUATION, CONTROLS]
    text = generator.choice(["", "", "", " ", "\t", "  "])
    for _ in range(generator.randint(1, 12)):
        text += generator.choice(generator.choice(pools))
        text += generator.choice([" "] * 6 + [""] * 3 + SPACES)
    return text


def characters(generator: random.Random) -> str:
    """Code points drawn from all over Unicode, surrogates left out."""
    ranges = [(0x20, 0x7E), (0xA0, 0x24F), (0x300, 0x36F), (0x370, 0x58F), (0x600, 0x6FF), (0x4E00, 0x9FFF),
              (0xAC00, 0xD7A3), (0x1100, 0x11FF), (0x2000, 0x206F), (0xFB00, 0xFFFF), (0x1F300, 0x1FAFF), (0, 0xD7FF)]  # fmt: skip
    low, high = zip(*(generator.choice(ranges) for _ in range(generator.randint(1, 20))))
    return "".join(chr(generator.randint(a, b)) for a, b in zip(low, high))


def sentences(settings: Settings) -> list[str]:
    """`count` different texts."""
    generator = random.Random(settings.seed)
    single = EMOJI + MARKED + APOSTROPHES + NUMBERS + PUNCTUATION + SPACES + CONTROLS + SPECIAL
    texts = dict.fromkeys(["", *single])
    kinds = [
        (30, lambda: sentence(ENGLISH, generator)),
        (30, lambda: sentence(FRENCH, generator)),
        (5, lambda: sentence(GERMAN + ENGLISH, generator)),
        (5, lambda: sentence(OTHER_SCRIPTS, generator)),
        (15, lambda: sentence(FRENCH + ENGLISH + APOSTROPHES + NUMBERS + PUNCTUATION + EMOJI + MARKED, generator)),
        (20, lambda: mixture(generator)),
        (6, lambda: characters(generator)),
        (2, lambda: long_word(generator)),
        (3, lambda: generator.choice(ENGLISH) + generator.choice(SPECIAL) + generator.choice(FRENCH)),
    ]
    weights, makers = zip(*kinds)
    while len(texts) < settings.count:
        texts[generator.choices(makers, weights)[0]()] = None
    return list(texts)


def main(settings: Settings) -> None:
    tokenizer = Tokenizer.from_file(str(settings.tokenizer))
    cases = []
    for text in sentences(settings):
        encoding = tokenizer.encode(text)
        decoded = tokenizer.decode(encoding.ids)
        offsets = [place for pair in encoding.offsets for place in pair]
        cases.append([text, encoding.ids, offsets, None if decoded == text else decoded])
    listing = {
        "tokenizerSha256": hashlib.sha256(settings.tokenizer.read_bytes()).hexdigest(),
        "cases": cases,
    }
    body = json.dumps(listing, ensure_ascii=False, separators=(",", ":")).encode()
    settings.out.parent.mkdir(parents=True, exist_ok=True)
    settings.out.write_bytes(gzip.compress(body, 9, mtime=0))
    tokens = sum(len(ids) for _, ids, _, _ in cases)
    print(f"{settings.out}: {len(cases)} texts, {tokens} tokens, {settings.out.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokenizer", type=Path, required=True, help="tokenizer.json")
    parser.add_argument("--out", type=Path, required=True, help="file to write, .json.gz")
    parser.add_argument("--seed", type=int, default=20260)
    arguments = parser.parse_args()
    main(Settings(tokenizer=arguments.tokenizer, out=arguments.out, seed=arguments.seed))
