"""One training step, or one batch of evaluation, of PGN + ViT-B/32 in PyTorch: the reference of `deploy/bench step` and `evaluate`."""

import argparse

import torch
from model import Pgn, Vit, random_vit
from torch import nn
from torch.nn import functional as F
from turns import take


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--batch", type=int, default=16)
    args.add_argument("--threads", type=int, default=1)
    args.add_argument("--sdpa", action="store_true", help="fused attention in place of attention written out")
    a = args.parse_args()
    torch.set_num_threads(a.threads)
    torch.manual_seed(0)
    vit = Vit(random_vit(), heads=12, eps=1e-5, quick_gelu=True, sdpa=a.sdpa)
    pgn, head = Pgn(16, 256, 768), nn.Linear(512, 100)
    sgd = torch.optim.SGD([*pgn.parameters(), *head.parameters()], lr=0.01, momentum=0.9)
    x, y = torch.randn(a.batch, 3, 224, 224), torch.arange(a.batch) % 100

    def step():
        pgn.train()
        sgd.zero_grad(set_to_none=True)
        loss = F.cross_entropy(head(vit(x, pgn(x))), y)
        loss.backward()
        sgd.step()
        return loss.item()

    @torch.inference_mode()
    def evaluate():
        pgn.eval()
        return head(vit(x, pgn(x))).mean().item()

    take({"step": step, "evaluate": evaluate})


if __name__ == "__main__":
    main()
