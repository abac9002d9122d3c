"""Tests of the recipe, in seconds, without data.

    python -m unittest test_recipe
"""

import math
import tempfile
import unittest
from pathlib import Path

import numpy
import torch
from torch.nn import functional

import align
import batches
import checkpoint
import decode
import detokenise
import prepare
from gru.model import Gru, GruSettings
from losses import SmoothedCrossEntropy
from marian.model import Marian, MarianSettings
from optimizers import orthogonalise

MARIAN = MarianSettings(vocabulary_size=40, width=16, layers=2, heads=4, feed_forward=24)
GRU = GruSettings(40, 8, 6, 2, 10, 7)
SOURCE = torch.tensor([[5, 9, 7, 0], [6, 0, 2, 2], [11, 12, 0, 2]])
INPUTS = torch.tensor([[2, 8, 9, 30], [2, 8, 4, 4], [2, 7, 7, 7]])


def models() -> list[torch.nn.Module]:
    torch.manual_seed(3)
    return [Marian(MARIAN).eval(), Gru(GRU).eval()]


def logits_of(model, source, inputs) -> torch.Tensor:
    states, _ = model(source, inputs)
    weight, bias = model.output_layer()
    return states @ weight.t() + bias


class ModelTest(unittest.TestCase):
    @torch.no_grad()
    def test_stepping_gives_the_logits_of_teacher_forcing(self):
        for model in models():
            expected, state = logits_of(model, SOURCE, INPUTS), model.start(SOURCE)
            for position in range(INPUTS.shape[1]):
                logits, state = model.step(INPUTS[:, position], position, state)
                torch.testing.assert_close(logits, expected[:, position], atol=1e-5, rtol=0)

    @torch.no_grad()
    def test_padding_changes_nothing(self):
        for model in models():
            alone, together = logits_of(model, SOURCE[1:2, :2], INPUTS[1:2]), logits_of(model, SOURCE, INPUTS)
            torch.testing.assert_close(alone[0], together[1], atol=1e-5, rtol=0)

    @torch.no_grad()
    def test_rows_of_every_attention_sum_to_one(self):
        for model in models():
            for cross in model(SOURCE, INPUTS)[1]:
                torch.testing.assert_close(cross.sum(-1), torch.ones(cross.shape[:-1]))

    @torch.no_grad()
    def test_the_encoder_is_that_of_torch(self):
        model = models()[1]
        lengths = (SOURCE != 2).sum(1)
        packed = torch.nn.utils.rnn.pack_padded_sequence(model.embed(SOURCE), lengths, batch_first=True, enforce_sorted=False)
        expected, _ = torch.nn.utils.rnn.pad_packed_sequence(model.encoder.gru(packed)[0], batch_first=True)
        found = model.start(SOURCE)["annotations"] * (SOURCE != 2)[:, :, None]
        torch.testing.assert_close(found, expected, atol=1e-6, rtol=0)

    @torch.no_grad()
    def test_one_beam_is_greedy(self):
        for model in models():
            torch.nn.init.normal_(model.output_layer()[0], std=1.5)
            greedy = decode.beam_search(model, SOURCE, 1, 8)
            for row, found in enumerate(greedy):
                tokens, state = [], model.start(SOURCE[row : row + 1])
                while len(tokens) < 7:
                    logits, state = model.step(torch.tensor([tokens[-1] if tokens else 2]), len(tokens), state)
                    logits[0, 2] = -math.inf
                    if int(logits.argmax()) == 0:
                        break
                    tokens.append(int(logits.argmax()))
                self.assertEqual(found, tokens)
            self.assertNotEqual(greedy[0], [])

    def test_a_saved_checkpoint_is_read_back(self):
        tokenizer = prepare.build_tokenizer(["le chat dort", "the cat sleeps"], prepare.Settings(vocabulary_size=270))
        for model in models():
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "tokenizer.json"
                tokenizer.save(str(path))
                checkpoint.save(Path(folder) / "saved", model, path, torch.float32)
                loaded = checkpoint.load(Path(folder) / "saved").model
            with torch.no_grad():
                torch.testing.assert_close(logits_of(loaded, SOURCE, INPUTS), logits_of(model, SOURCE, INPUTS))


class TrainingTest(unittest.TestCase):
    def test_the_loss_and_its_gradients_are_those_of_torch(self):
        torch.manual_seed(1)
        targets = torch.randint(40, (300,))
        start = [torch.randn(300, 16), torch.randn(40, 16), torch.randn(40)]
        ours, theirs = ([part.clone().requires_grad_() for part in start] for _ in range(2))
        loss, plain = SmoothedCrossEntropy.apply(*ours, targets, 0.1, torch.float32)
        logits = theirs[0] @ theirs[1].t() + theirs[2]
        expected = functional.cross_entropy(logits, targets, label_smoothing=0.1)
        torch.testing.assert_close(loss, expected)
        torch.testing.assert_close(plain, functional.cross_entropy(logits, targets))
        loss.backward()
        expected.backward()
        for one, other in zip(ours, theirs):
            torch.testing.assert_close(one.grad, other.grad, atol=1e-6, rtol=1e-4)

    def test_newton_schulz_brings_singular_values_near_one(self):
        torch.manual_seed(1)
        values = torch.linalg.svdvals(orthogonalise(torch.randn(2, 16, 40), torch.float32))
        self.assertTrue(((values > 0.6) & (values < 1.3)).all())

    def test_an_epoch_holds_every_pair_and_no_batch_is_too_large(self):
        rng = numpy.random.default_rng(4)
        lengths = rng.integers(2, 9, (2, 50))
        arrays = {}
        for language, row in zip(("en", "fr"), lengths):
            arrays[language] = rng.integers(3, 40, row.sum()).astype(numpy.uint16)
            arrays[f"{language}_offsets"] = numpy.cumsum([0, *row])
        with tempfile.TemporaryDirectory() as folder:
            numpy.savez(Path(folder) / "corpus.npz", **arrays)
            corpus = batches.Corpus(Path(folder) / "corpus.npz", "en", "fr")
        plan = batches.plan_epoch([corpus], [1.5], 30, (1, 2))
        counts = numpy.bincount(numpy.concatenate(plan)[:, 1], minlength=50)
        self.assertEqual((counts.min(), counts.sum()), (1, 75))
        for entries in plan:
            batch = batches.collate([corpus], entries, 2)
            self.assertLessEqual(max(batch.source.numel(), batch.targets.numel()), 30)
            torch.testing.assert_close(batch.inputs[:, 1:], batch.targets[:, :-1])
        again = batches.plan_epoch([corpus], [1.5], 30, (1, 2))
        self.assertTrue(all((one == other).all() for one, other in zip(plan, again)))


class TextTest(unittest.TestCase):
    def test_pieces_join_to_the_text_they_came_from(self):
        texts = ["J'ai vu l'homme qu'il a vu aujourd'hui !", "Tom can't swim, can he?", "« Où ? » 1975 🙂 хай"]
        tokenizer = prepare.build_tokenizer(texts, prepare.Settings(vocabulary_size=300))
        for text in texts:
            encoding = tokenizer.encode(text)
            self.assertEqual(tokenizer.decode(encoding.ids), text)
            self.assertEqual(encoding.ids[-1], tokenizer.token_to_id("</s>"))
        self.assertEqual(tokenizer.encode("l\u2019homme").ids, tokenizer.encode("l'homme").ids)
        self.assertEqual(tokenizer.encode("e\u0301t\u00e9").ids, tokenizer.encode("été").ids)

    def test_detokenised_text_is_ordinary_and_spans_point_at_the_tokens(self):
        cases = [
            ("monsieur le Orateur , le ministre de le État", True, True, "monsieur l'Orateur, le ministre de l'État"),
            ("je parle à le chef de les députés .", True, True, "je parle au chef des députés."),
            ("y a - t - il des observations ?", True, False, "y a-t-il des observations ?"),
            ("it does n't matter ( much ) !", False, False, "it doesn't matter (much)!"),
        ]
        for line, french, expanded, expected in cases:
            joined = detokenise.join(line.split(), french, expanded)
            self.assertEqual(joined.text, expected)
            self.assertEqual(len(joined.spans), len(line.split()))
        spans = detokenise.join("à les amis".split(), True, True).spans
        self.assertEqual(spans, [(0, 2), (2, 3), (4, 8)])

    def test_alignment_error_rate_by_hand(self):
        one = numpy.ones((3, 3), dtype=numpy.float32)
        sentence = align.Sentence([], [], one, one, {(0, 0), (1, 1)}, {(0, 0), (1, 1), (2, 1)})
        # of three links one is sure, one possible: 1 - (1 + 2) / (3 + 2)
        result = align.score([{(0, 0), (2, 1), (2, 2)}], [sentence])
        self.assertEqual(result, {"aer": 0.4, "precision": 0.6667, "recall": 0.5})

    def test_merging_sums_over_source_pieces_and_averages_over_target_pieces(self):
        source = numpy.array([[1, 1, 0, 0], [0, 0, 1, 0]], dtype=numpy.float32)
        target = numpy.array([[1, 0, 0], [0, 1, 1]], dtype=numpy.float32)
        sentence = align.Sentence([], [], source, target, set(), set())
        weights = numpy.array([[0.5, 0.2, 0.2, 0.1], [0.1, 0.1, 0.6, 0.2], [0.3, 0.1, 0.4, 0.2]], dtype=numpy.float32)
        numpy.testing.assert_allclose(align.merge(weights, sentence), [[0.7, 0.2], [0.3, 0.5]], atol=1e-6)


if __name__ == "__main__":
    unittest.main()
