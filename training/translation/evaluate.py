"""BLEU and chrF of a checkpoint folder on the test sets.

    python evaluate.py --model ../../public/models/heed-marian-en-fr --data ../../data/text
    python evaluate.py --model FOLDER --data DIR --sets tatoeba-dev multi30k-val --limit 200 --beam 1

Prints one JSON line for each set. The text is detokenised and cased, the
references are as distributed: sacreBLEU's default signature. Of Tatoeba's test
there is a second line with all references that the collection has.
"""

import argparse
import json
import time
from pathlib import Path

import sacrebleu
import torch

import checkpoint
import decode
from corpora import read_lines, read_split

TEST_SETS = ["tatoeba-test", "multi30k-test-2016", "multi30k-test-2017", "newstest2014"]


def all_references(data: Path) -> list[list[str]]:
    """References of the Tatoeba test as columns, the first one being that of tatoeba-test."""
    rows = [line.split("\t")[1:] for line in read_lines(data / "tatoeba.en-fr.test-refs.tsv.xz")]
    return [[row[column] if column < len(row) else None for row in rows] for column in range(max(map(len, rows)))]


def report(name: str, translations: list[str], references: list[list[str]], **values) -> None:
    bleu = sacrebleu.metrics.BLEU()
    score = bleu.corpus_score(translations, references)
    chrf = sacrebleu.corpus_chrf(translations, references)
    line = {"set": name, "sentences": len(translations), "bleu": round(score.score, 2), "chrf": round(chrf.score, 2)}
    print(json.dumps({**line, **values, "signature": str(bleu.get_signature())}), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True, help="checkpoint folder")
    parser.add_argument("--data", type=Path, required=True, help="folder of the parallel text")
    parser.add_argument("--sets", nargs="+", default=TEST_SETS)
    parser.add_argument("--source", choices=("en", "fr"), default="en")
    parser.add_argument("--beam", type=int, default=4)
    parser.add_argument("--limit", type=int, default=0, help="sentences of each set, 0 for all")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--show", type=int, default=0, help="print so many translations")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)

    loaded = checkpoint.load(arguments.model)
    for name in arguments.sets:
        pairs = read_split(arguments.data, name)[: arguments.limit or None]
        sources, targets = zip(*(pair if arguments.source == "en" else pair[::-1] for pair in pairs))
        started = time.time()
        translations = decode.translate(
            loaded.model, loaded.tokenizer, list(sources), arguments.beam, checkpoint.MAX_LENGTH
        )
        seconds = round(time.time() - started, 1)
        for row in list(zip(sources, translations, targets))[: arguments.show]:
            print("\n  ".join(row))
        report(name, translations, [list(targets)], beam=arguments.beam, seconds=seconds)
        if name == "tatoeba-test" and arguments.source == "en" and not arguments.limit:
            report("tatoeba-test, all references", translations, all_references(arguments.data), beam=arguments.beam)


if __name__ == "__main__":
    main()
