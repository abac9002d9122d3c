"""Makes a small corpus and sacreBLEU's scores of it, for the test of src/math/bleu.ts.

    python bleu.py --out ../../e2e/fixtures/bleu/expected.json

Each case holds "hypotheses", "references" (of each sentence a string, or a list
where there are several), and what sacreBLEU says: "score",
"precisions", "brevityPenalty", "lengths". Takes a second.
"""

import argparse
import json
from pathlib import Path

from sacrebleu.metrics import BLEU

REFERENCES = [
    "Le chat dort sur le mur de pierre, n'est-ce pas ?",
    "Il pleut encore ; prends ton parapluie !",
    "Elle a acheté 3,5 kg de pommes pour 4.50 euros (le kilo).",
    "« Où sont les livres ? » demanda-t-il.",
    "L'hôtel d'à côté est fermé depuis le 12-03-2019.",
    "Nous n'avons rien vu à cause du brouillard.",
    "Tom & Marie ont 50 % de chances de gagner.",
    "C'est 😀 drôle… vraiment !",
    "a, b, c. d.e f,g 1,000 1.5 .5 5. -x x-y 3-y",
    "Le <b>gras</b> &amp; le &lt;reste&gt; &quot;cité&quot;",
]
CLOSE = [
    "Le chat dort sur un mur de pierre, n'est-ce pas ?",
    "Il pleut encore, prends un parapluie !",
    "Elle a acheté 3,5 kg de pommes à 4.50 euros le kilo.",
    "« Où sont les livres ? » demanda-t-elle.",
    "L'hôtel d'à côté est fermé depuis 12-03-2019.",
    "Nous ne pouvions rien voir à cause du brouillard.",
    "Tom et Marie ont 50 % de chances de gagner.",
    "C'est 😀 drôle… vraiment.",
    "a, b, c. d.e f,g 1,000 1.5 .5 5. -x x-y 3-y",
    'Le <b>gras</b> & le <reste> "cité"',
]
SHORT = [" ".join(line.split()[:3]) for line in REFERENCES]
CASES = {
    "same": (REFERENCES, REFERENCES),
    "close": (CLOSE, REFERENCES),
    "short": (SHORT, REFERENCES),
    "long": ([f"{line} {line}" for line in REFERENCES], REFERENCES),
    "shuffled": ([" ".join(sorted(line.split())) for line in REFERENCES], REFERENCES),
    "no four in common": (["un chat noir dort", "deux mots seulement ici"], ["le chat dort bien", "trois mots seulement là"]),
    "nothing in common": (["x y z", "u v w"], ["a b c", "d e f"]),
    "empty": (["", ""], ["a b c", "d e f"]),
    "one empty": (["", *CLOSE[1:]], REFERENCES),
    "several": (CLOSE, [list(pair) for pair in zip(REFERENCES, CLOSE[1:] + CLOSE[:1])]),
    "several lengths": (["a b c d e", "f g h"], [["a b c", "a b c d e f g", "a b"], ["f g h i j", "f", "g h i k"]]),
    "several share": (["a a b b c d"], [["a b c d", "a a c d e", "b b b"]]),
    "spaces": (["  a\u00a0b\u3000c\td  ", "e\u2003f g h i"], ["a b c d", "e f g h i"]),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    out: Path = parser.parse_args().out
    cases = []
    for name, (hypotheses, references) in CASES.items():
        metric = BLEU()
        rows = [[row] if isinstance(row, str) else row for row in references]
        result = metric.corpus_score(hypotheses, [list(column) for column in zip(*rows)])
        cases.append(
            {
                "name": name,
                "hypotheses": hypotheses,
                "references": references,
                "score": result.score,
                "precisions": result.precisions,
                "brevityPenalty": result.bp,
                "lengths": [result.sys_len, result.ref_len],
                "signature": str(metric.get_signature()),
            }
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(cases, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
