"""The counting task of the reference comparison in PyTorch: the reference of `deploy/bench shapes`. Prints {"top1": percent}."""

import argparse
import json
import math
from pathlib import Path

import numpy as np
import torch
from model import Block, Pgn, Vit, tensors
from PIL import Image
from torch import nn
from torch.nn import functional as F

PAD = 6


class Alone(nn.Module):
    """The PGN's network with a linear layer."""

    def __init__(self, classes):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(3, 16, 3, 2, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(3, 2, 1),
            Block(16, 16, 1), Block(16, 32, 2), Block(32, 64, 2), Block(64, 128, 2),
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, classes),
        )  # fmt: skip

    def forward(self, x):
        return self.net(x)


class Prompted(nn.Module):
    """The frozen transformer with eight prompts, and a linear classifier."""

    def __init__(self, vit, width, classes, pgn):
        super().__init__()
        self.vit, self.head = vit, nn.Linear(width, classes)
        self.pgn = Pgn(8, 64, width) if pgn else None
        self.prompts = None if pgn else nn.Parameter(torch.randn(8, width) * 0.02)

    def forward(self, x):
        prompts = self.pgn(x) if self.pgn else self.prompts.expand(len(x), -1, -1)
        return self.head(self.vit(x, prompts))


def split(folder, mean, std):
    files = sorted(folder.rglob("*.png"))
    classes = sorted({f.parent.name for f in files})
    pixels = np.stack([np.asarray(Image.open(f).convert("RGB")) for f in files])
    x = torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255
    x = (x - torch.tensor(mean).view(3, 1, 1)) / torch.tensor(std).view(3, 1, 1)
    return x, torch.tensor([classes.index(f.parent.name) for f in files]), len(classes)


def flip_crop(x):
    """One draw for the images that it is given."""
    if torch.rand(()) < 0.5:
        x = x.flip(-1)
    left, top = torch.randint(0, 2 * PAD + 1, (2,)).tolist()
    padded = F.pad(x, (PAD,) * 4, mode="reflect")
    return padded[:, :, top : top + x.shape[2], left : left + x.shape[3]]


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--data", type=Path, required=True, help="folder with train and test")
    args.add_argument("--backbone", type=Path, required=True, help="folder with weights.safetensors and config.json")
    args.add_argument("--method", choices=["pgn", "iip", "backbone-alone"], required=True)
    args.add_argument("--draws", choices=["image", "batch"], default="batch", help="what an augmentation is drawn for")
    args.add_argument("--epochs", type=int, default=15)
    args.add_argument("--seed", type=int, default=0)
    args.add_argument("--threads", type=int, default=1)
    a = args.parse_args()
    torch.set_num_threads(a.threads)
    torch.manual_seed(a.seed)
    config = json.loads((a.backbone / "config.json").read_text())
    x, y, classes = split(a.data / "train", config["mean"], config["std"])
    test, labels, _ = split(a.data / "test", config["mean"], config["std"])
    if a.method == "backbone-alone":
        model = Alone(classes)
    else:
        vit = Vit(tensors(a.backbone / "weights.safetensors"), config["heads"], config["eps"], False)
        model = Prompted(vit, config["width"], classes, a.method == "pgn")
    for part in model.modules():
        if isinstance(part, nn.Conv2d):
            nn.init.kaiming_normal_(part.weight, mode="fan_out", nonlinearity="relu")
    sgd = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    for epoch in range(a.epochs):
        rest = 0.5 * (1 + math.cos(math.pi * max(0, epoch - 3) / (a.epochs - 3)))
        sgd.param_groups[0]["lr"] = 0.1 * min((epoch + 1) / 3, rest)
        model.train()
        for batch in torch.randperm(len(x)).split(64):
            if a.draws == "batch":
                images = flip_crop(x[batch])
            else:
                images = torch.cat([flip_crop(x[i : i + 1]) for i in batch])
            sgd.zero_grad(set_to_none=True)
            F.cross_entropy(model(images), y[batch]).backward()
            sgd.step()
    model.eval()
    with torch.no_grad():
        right = sum((model(t).argmax(1) == l).sum().item() for t, l in zip(test.split(100), labels.split(100)))
    print(json.dumps({"top1": 100 * right / len(test)}))


if __name__ == "__main__":
    main()
