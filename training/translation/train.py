"""Trains the Transformer or the recurrent model; can be stopped and resumed at any step.

    python train.py --work work --config configs/marian-en-fr.json --run marian-en-fr
    python train.py --work work --config configs/marian-en-fr.json --run marian-en-fr --minutes 30
    python train.py --work work --config configs/marian-en-fr.json --run marian-en-fr-decayed \\
        --branch marian-en-fr --decay-steps 1500
    python train.py --work work --config configs/marian-fr-en.json --run marian-fr-en \\
        --init ../../public/models/heed-marian-en-fr

The same command resumes. The rate is constant after the warm-up, so that no
length has to be chosen before; usable weights are the running mean (EMA), or
what a branch ends with whose rate falls linearly to zero (--decay-steps).
SIGTERM and --minutes save the state and stop.

Writes <work>/runs/<run>/state.pt and log.jsonl. prepare.py comes first.
"""

import argparse
import json
import os
import signal
import subprocess
import time
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

import torch

import batches
import checkpoint
import optimizers
from gru.model import Gru, GruSettings
from losses import SmoothedCrossEntropy
from marian.model import Marian, MarianSettings


@dataclass(frozen=True)
class Settings:
    model: str = "marian"  # or "gru"
    shape: dict = field(default_factory=dict)  # changes to MarianSettings or GruSettings
    source: str = "en"
    target: str = "fr"
    # How often an epoch takes each corpus. General text keeps long sentences from breaking without
    # taking the time of the two that are targets.
    shares: dict = field(default_factory=lambda: {"tatoeba-train": 1.0, "multi30k-train": 1.0, "general-train": 0.08})
    batch_tokens: int = 4096
    label_smoothing: float = 0.1
    # One head of the cross-attention is shown what word_model.py found (Garg et al. 2019), so that a
    # head that aligns exists by design: guide_layer and guide_head, counted from 0. A weight of 0
    # leaves all heads to themselves.
    guide_weight: float = 0.0
    guide_layer: int = 1
    guide_head: int = 0
    matrix_rate: float = 0.02  # Muon
    other_rate: float = 0.0015  # AdamW: embeddings, biases, norms
    weight_decay: float = 0.05
    warmup_steps: int = 300
    ema_decay: float = 0.999
    clip: float = 1.0  # norm of AdamW's gradients; Muon's step has its own size
    log_steps: int = 50
    dev_steps: int = 500
    save_minutes: float = 4
    seed: int = 1706


def build_model(settings: Settings) -> torch.nn.Module:
    if settings.model == "marian":
        return Marian(MarianSettings(**settings.shape))
    if settings.model == "gru":
        return Gru(GruSettings(**settings.shape))
    raise ValueError(f'model: expected "marian" or "gru", got "{settings.model}"')


def set_output_bias(model: torch.nn.Module, corpora: list[batches.Corpus], shares: list[float]) -> None:
    """Starts the output bias at the log frequency of each token: the first hundred steps would learn little else."""
    counts = torch.ones_like(model.final_logits_bias[0])
    for corpus, share in zip(corpora, shares):
        counts += share * torch.from_numpy(corpus.target.astype("int64")).bincount(minlength=len(counts)).to(counts)
    with torch.no_grad():
        model.final_logits_bias[0] = (counts / counts.sum()).log()


def read_settings(path: Path) -> Settings:
    """A config names only what differs from the defaults above."""
    values = json.loads(path.read_text())
    unknown = set(values) - {item.name for item in fields(Settings)}
    if unknown:
        raise ValueError(f"{path}: unknown settings {sorted(unknown)}")
    return Settings(**values)


def guide_loss(probs: torch.Tensor, links: torch.Tensor) -> torch.Tensor:
    """Mean of -log of the attention at the linked position; probs [batch, T, S], links [batch, T], -1 for none."""
    linked = links >= 0
    chosen = probs.float().gather(2, links.clamp(min=0)[:, :, None])[:, :, 0]
    return -(chosen[linked] + 1e-6).log().mean()


def batch_loss(model, batch: batches.Batch, smoothing: float, settings: Settings):
    """Loss to descend, plain cross-entropy per target token, count of those, and the guide's loss."""
    pad = model.settings.pad
    with torch.autocast(batch.source.device.type, torch.bfloat16):
        states, crosses = model(batch.source, batch.inputs)
    weight, bias = model.output_layer()
    real = (batch.targets != pad).flatten().nonzero()[:, 0]
    states, targets = states.flatten(0, 1).index_select(0, real), batch.targets.flatten()[real]
    smoothed, plain = SmoothedCrossEntropy.apply(states, weight, bias, targets, smoothing, torch.bfloat16)
    if batch.links is None:
        return smoothed, plain, len(targets), torch.zeros(())
    guide = guide_loss(crosses[settings.guide_layer][:, settings.guide_head], batch.links)
    return smoothed + settings.guide_weight * guide, plain, len(targets), guide.detach()


@torch.no_grad()
def dev_losses(model, ema: dict, work: Path, settings: Settings, device: str) -> dict[str, float]:
    """Cross-entropy per token, of the EMA weights, on each development set."""
    trained = {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(ema)
    model.eval()
    losses = {}
    for name in ("tatoeba-dev", "multi30k-val"):
        corpus = [batches.Corpus(work / f"{name}.npz", settings.source, settings.target)]
        total = count = 0
        for entries in batches.plan_epoch(corpus, [1.0], settings.batch_tokens, (0,)):
            batch = to_device(batches.collate(corpus, entries, model.settings.pad), device)
            _, plain, tokens, _ = batch_loss(model, batch, 0.0, settings)
            total, count = total + plain.item() * tokens, count + tokens
        losses[name] = round(total / count, 4)
    model.load_state_dict(trained)
    model.train()
    return losses


def to_device(batch: batches.Batch, device: str) -> batches.Batch:
    links = None if batch.links is None else batch.links.to(device)
    return batches.Batch(batch.source.to(device), batch.inputs.to(device), batch.targets.to(device), links)


def rate_factor(step: int, settings: Settings, decay_from: int, decay_steps: int) -> float:
    """1 after the warm-up, falling to 0 over decay_steps where a decay was asked for."""
    factor = min(1.0, (step + 1) / settings.warmup_steps)
    return factor * max(0.0, 1 - (step - decay_from) / decay_steps) if decay_steps else factor


def commit() -> str:
    result = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, cwd=Path(__file__).parent)
    return result.stdout.strip()


def save(path: Path, state: dict) -> None:
    """Writes beside, then renames: a run that is killed while writing keeps its last state."""
    torch.save(state, path.with_suffix(".part"))
    os.replace(path.with_suffix(".part"), path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="folder that prepare.py wrote")
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--run", required=True, help="name; its folder is resumed where it exists")
    parser.add_argument("--branch", help="start from the state of this other run")
    parser.add_argument("--init", type=Path, help="checkpoint folder of the same shape whose weights a new run begins with")
    parser.add_argument("--decay-steps", type=int, default=0, help="let the rate fall to zero in so many steps, then stop")
    parser.add_argument("--steps", type=int, default=0, help="stop at this step (0: never)")
    parser.add_argument("--minutes", type=float, default=0, help="stop after so many minutes (0: never)")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    arguments = parser.parse_args()
    settings = read_settings(arguments.config)
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(settings.seed)

    folder = arguments.work / "runs" / arguments.run
    folder.mkdir(parents=True, exist_ok=True)
    state_path, log_path = folder / "state.pt", folder / "log.jsonl"
    corpora = [
        batches.Corpus(arguments.work / f"{name}.npz", settings.source, settings.target, settings.guide_weight > 0)
        for name in settings.shares
    ]
    model = build_model(settings)
    if arguments.init:
        model.load_state_dict(checkpoint.load(arguments.init).model.state_dict())
    model.to(arguments.device).train()
    set_output_bias(model, corpora, list(settings.shares.values()))
    muon, adam = optimizers.build(model, settings.matrix_rate, settings.other_rate, settings.weight_decay)
    ema = {name: value.clone() for name, value in model.state_dict().items()}
    step = epoch = position = tokens_seen = 0
    decay_from = None

    start_from = state_path if state_path.exists() else None
    if start_from is None and arguments.branch:
        start_from = arguments.work / "runs" / arguments.branch / "state.pt"
    if start_from:
        state = torch.load(start_from, map_location=arguments.device, weights_only=True)
        model.load_state_dict(state["model"])
        muon.load_state_dict(state["muon"])
        adam.load_state_dict(state["adam"])
        ema, step, epoch, position = state["ema"], state["step"], state["epoch"], state["position"]
        tokens_seen, decay_from = state["tokens_seen"], state["decay_from"]
        torch.set_rng_state(state["rng"].cpu())
    if arguments.decay_steps and decay_from is None:
        decay_from = step
    rates = [(group, rate) for optimizer, rate in ((muon, settings.matrix_rate), (adam, settings.other_rate)) for group in optimizer.param_groups]
    others = [parameter for group in adam.param_groups for parameter in group["params"]]

    stopping = []
    signal.signal(signal.SIGTERM, lambda *_: stopping.append(True))
    signal.signal(signal.SIGINT, lambda *_: stopping.append(True))

    def current_state() -> dict:
        return dict(
            model=model.state_dict(), muon=muon.state_dict(), adam=adam.state_dict(), ema=ema, step=step, epoch=epoch,
            position=position, tokens_seen=tokens_seen, decay_from=decay_from, rng=torch.get_rng_state(),
            settings=asdict(settings), commit=commit(),
        )  # fmt: skip

    def log(**values) -> None:
        line = json.dumps({"step": step, "epoch": epoch, **values})
        print(line, flush=True)
        with log_path.open("a") as file:
            file.write(line + "\n")

    started = saved = logged = time.time()
    recent_loss = recent_tokens = 0
    done = False
    log(event="start", parameters=sum(parameter.numel() for parameter in model.parameters()), threads=arguments.threads)
    while not done:
        plan = batches.plan_epoch(corpora, list(settings.shares.values()), settings.batch_tokens, (settings.seed, epoch))
        while position < len(plan) and not done:
            factor = rate_factor(step, settings, decay_from or 0, arguments.decay_steps)
            for group, rate in rates:
                group["lr"] = rate * factor
            batch = to_device(batches.collate(corpora, plan[position], model.settings.pad), arguments.device)
            loss, plain, tokens, guide = batch_loss(model, batch, settings.label_smoothing, settings)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(others, settings.clip)
            muon.step()
            adam.step()
            muon.zero_grad()
            adam.zero_grad()
            decay = min(settings.ema_decay, (1 + step) / (10 + step))
            torch._foreach_lerp_(list(ema.values()), list(model.state_dict().values()), 1 - decay)
            step, position, tokens_seen = step + 1, position + 1, tokens_seen + tokens
            recent_loss, recent_tokens = recent_loss + plain.item() * tokens, recent_tokens + tokens
            if not torch.isfinite(loss):
                raise FloatingPointError(f"step {step}: the loss is {loss.item()}")

            now = time.time()
            if step % settings.log_steps == 0:
                log(loss=round(recent_loss / recent_tokens, 4), guide=round(guide.item(), 3), tokens_per_second=round(recent_tokens / (now - logged)),
                    of_epoch=round(position / len(plan), 3), tokens_seen=tokens_seen, rate=round(factor, 3))  # fmt: skip
                recent_loss = recent_tokens = 0
                logged = now
            if step % settings.dev_steps == 0:
                log(dev=dev_losses(model, ema, arguments.work, settings, arguments.device))
                logged = time.time()
            done = bool(stopping) or bool(arguments.steps and step >= arguments.steps)
            done = done or bool(arguments.minutes and now - started > arguments.minutes * 60)
            done = done or bool(arguments.decay_steps and step >= decay_from + arguments.decay_steps)
            if done or now - saved > settings.save_minutes * 60:
                save(state_path, current_state())
                saved = time.time()
        if position >= len(plan):
            epoch, position = epoch + 1, 0
    log(event="stop", dev=dev_losses(model, ema, arguments.work, settings, arguments.device))


if __name__ == "__main__":
    main()
