"""Times one training step of PGN + ViT-B/32 in PyTorch: the reference of `deploy/bench step`.

The operations are those of workers/vision, one by one, with random weights. Prints a line of JSON for each "step" that it reads on
standard input, so that the caller can alternate with another program on the same machine.
"""

import argparse
import json
import resource
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    def __init__(self, cin, cout, stride):
        super().__init__()
        self.c1 = nn.Conv2d(cin, cout, 3, stride, 1, bias=False)
        self.b1 = nn.BatchNorm2d(cout)
        self.c2 = nn.Conv2d(cout, cout, 3, 1, 1, bias=False)
        self.b2 = nn.BatchNorm2d(cout)
        self.down = nn.Conv2d(cin, cout, 1, stride) if stride > 1 else None

    def forward(self, x):
        y = self.b2(self.c2(F.relu(self.b1(self.c1(x)))))
        return F.relu(y + (x if self.down is None else self.down(x)))


class Pgn(nn.Module):
    def __init__(self, prompts, library, width):
        super().__init__()
        self.prompts, self.library_size = prompts, library
        self.stem = nn.Conv2d(3, 16, 3, 2, 1, bias=False)
        self.bn = nn.BatchNorm2d(16)
        self.pool = nn.MaxPool2d(3, 2, 1)
        self.blocks = nn.Sequential(Block(16, 16, 1), Block(16, 32, 2), Block(32, 64, 2), Block(64, 128, 2))
        self.fc = nn.Linear(128, prompts * library)
        self.library = nn.Parameter(torch.randn(library, width) * 0.02)

    def forward(self, x):
        f = self.blocks(self.pool(F.relu(self.bn(self.stem(x))))).mean((2, 3))
        a = self.fc(f).view(-1, self.prompts, self.library_size).softmax(-1)
        return a @ self.library


class Vit(nn.Module):
    """ViT-B/32 as CLIP has it; attention written out (`sdpa` uses the fused one)."""

    def __init__(self, sdpa, width=768, layers=12, heads=12, patch=32, side=224, out=512):
        super().__init__()
        p = lambda *shape: nn.Parameter(torch.randn(*shape) * 0.02, requires_grad=False)
        self.sdpa, self.layers, self.heads, self.patch = sdpa, layers, heads, patch
        n = (side // patch) ** 2 + 1
        self.w = nn.ParameterDict({"conv": p(width, 3, patch, patch), "cls": p(width), "pos": p(n, width), "proj": p(width, out)})
        for name in ["pre", "post"] + [f"{i}.{k}" for i in range(layers) for k in ("ln1", "ln2")]:
            key = name.replace(".", "_")
            self.w[key + "_g"] = nn.Parameter(torch.ones(width), requires_grad=False)
            self.w[key + "_b"] = nn.Parameter(torch.zeros(width), requires_grad=False)
        for i in range(layers):
            for k, (o, c) in {"qkv": (3 * width, width), "out": (width, width), "up": (4 * width, width), "down": (width, 4 * width)}.items():
                self.w[f"{i}_{k}_w"], self.w[f"{i}_{k}_b"] = p(o, c), p(o)

    def norm(self, x, key):
        return F.layer_norm(x, x.shape[-1:], self.w[key + "_g"], self.w[key + "_b"], 1e-5)

    def linear(self, x, key):
        return F.linear(x, self.w[key + "_w"], self.w[key + "_b"])

    def forward(self, x, prompts):
        w = self.w
        x = F.conv2d(x, w["conv"], stride=self.patch).flatten(2).transpose(1, 2)
        x = torch.cat([w["cls"].expand(x.shape[0], 1, -1), x], 1) + w["pos"]
        x = self.norm(torch.cat([x, prompts], 1), "pre")
        b, t, d = x.shape
        for i in range(self.layers):
            q, k, v = self.linear(self.norm(x, f"{i}_ln1"), f"{i}_qkv").view(b, t, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
            if self.sdpa:
                y = F.scaled_dot_product_attention(q, k, v)
            else:
                y = (q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5).softmax(-1) @ v
            x = x + self.linear(y.transpose(1, 2).reshape(b, t, d), f"{i}_out")
            h = self.linear(self.norm(x, f"{i}_ln2"), f"{i}_up")
            x = x + self.linear(h * torch.sigmoid(1.702 * h), f"{i}_down")
        return self.norm(x[:, 0], "post") @ w["proj"]


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--batch", type=int, default=16)
    args.add_argument("--threads", type=int, default=1)
    args.add_argument("--sdpa", action="store_true")
    a = args.parse_args()
    torch.set_num_threads(a.threads)
    torch.manual_seed(0)
    pgn, vit, head = Pgn(16, 256, 768), Vit(a.sdpa), nn.Linear(512, 100)
    params = list(pgn.parameters()) + list(head.parameters())
    sgd = torch.optim.SGD(params, lr=0.01, momentum=0.9)
    x, y = torch.randn(a.batch, 3, 224, 224), torch.randint(0, 100, (a.batch,))
    for line in sys.stdin:
        if line.strip() != "step":
            break
        start = time.perf_counter()
        sgd.zero_grad(set_to_none=True)
        loss = F.cross_entropy(head(vit(x, pgn(x))), y)
        loss.backward()
        sgd.step()
        rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"ms": (time.perf_counter() - start) * 1e3, "peak_mb": rss, "loss": loss.item()}), flush=True)


if __name__ == "__main__":
    main()
