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
    args.add_argument("--vit", choices=["b32", "ti16"], default="b32")
    args.add_argument("--side", type=int, default=224)
    args.add_argument("--device", default="cpu")
    args.add_argument("--amp", action="store_true", help="autocast to bf16")
    args.add_argument("--sdpa", action="store_true", help="fused attention in place of attention written out")
    a = args.parse_args()
    torch.set_num_threads(a.threads)
    torch.manual_seed(0)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    width, patch, heads = (192, 16, 3) if a.vit == "ti16" else (768, 32, 12)
    tower = random_vit(width=width, patch=patch, side=a.side)
    weights = {name: array.to(a.device) for name, array in tower.items()}
    cast = torch.autocast(a.device, torch.bfloat16, enabled=a.amp)
    vit = Vit(weights, heads=heads, eps=1e-5, quick_gelu=True, sdpa=a.sdpa)
    pgn, head = Pgn(16, 256, width).to(a.device), nn.Linear(512, 100).to(a.device)
    sgd = torch.optim.SGD([*pgn.parameters(), *head.parameters()], lr=0.01, momentum=0.9)
    x, y = torch.randn(a.batch, 3, a.side, a.side).to(a.device), (torch.arange(a.batch) % 100).to(a.device)

    seen = lambda x: x if a.side == 224 else F.interpolate(x, 224, mode="bilinear", align_corners=False)

    def step():
        pgn.train()
        sgd.zero_grad(set_to_none=True)
        with cast:
            loss = F.cross_entropy(head(vit(x, pgn(seen(x)))), y)
        loss.backward()
        sgd.step()
        return loss.item()

    @torch.inference_mode()
    def evaluate():
        pgn.eval()
        with cast:
            return head(vit(x, pgn(seen(x)))).mean().item()

    take({"step": step, "evaluate": evaluate})


if __name__ == "__main__":
    main()
