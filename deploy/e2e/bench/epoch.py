"""Epochs of PGN on the shipped small-vit with PIL, torchvision and a DataLoader: the reference of `deploy/bench epoch`.

The folder is read by its CoOp split file. The augmentations are the PGN code's, the weights are the same file's as Runyard's.
"""

import argparse
import json
from pathlib import Path

import torch
from model import Pgn, Vit, tensors
from PIL import Image
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms as T
from turns import take


class Images(Dataset):
    def __init__(self, folder, size, mean, std):
        split = next(folder.rglob("split_*.json"))
        entries = json.loads(split.read_text())["train"]
        root = next(d for d in [split.parent, *sorted(p for p in split.parent.rglob("*") if p.is_dir())] if (d / entries[0][0]).exists())
        self.items = [(root / path, label) for path, label, _ in entries]
        self.classes = 1 + max(label for _, label in self.items)
        self.transform = T.Compose(
            [
                T.RandomResizedCrop(size, scale=(1, 1), interpolation=T.InterpolationMode.BICUBIC),
                T.RandomApply([T.ColorJitter(0.4, 0.4, 0.4, 0.4)], p=0.8),
                T.RandomGrayscale(0.2),
                T.RandomSolarize(128, p=0.2),
                T.RandomHorizontalFlip(),
                T.ToTensor(),
                T.Normalize(mean, std),
            ]
        )

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        path, label = self.items[i]
        with Image.open(path) as image:
            return self.transform(image.convert("RGB")), label


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--data", type=Path, required=True)
    args.add_argument("--backbone", type=Path, required=True, help="folder with weights.safetensors and config.json")
    args.add_argument("--batch", type=int, default=64)
    args.add_argument("--threads", type=int, default=1)
    args.add_argument("--workers", type=int, default=2)
    args.add_argument("--device", default="cpu")
    a = args.parse_args()
    torch.set_num_threads(a.threads)
    torch.manual_seed(0)
    config = json.loads((a.backbone / "config.json").read_text())
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    weights = {name: array.to(a.device) for name, array in tensors(a.backbone / "weights.safetensors").items()}
    vit = Vit(weights, config["heads"], config["eps"], config["activation"] == "quick_gelu")
    pgn = Pgn(8, 64, config["width"]).to(a.device).train()
    loader, head, sgd = None, None, None

    def epoch():
        nonlocal loader, head, sgd
        if loader is None:
            data = Images(a.data, config["image_size"], config["mean"], config["std"])
            loader = DataLoader(data, a.batch, shuffle=True, num_workers=a.workers, persistent_workers=True, pin_memory=a.device != "cpu")
            head = nn.Linear(config["width"], data.classes).to(a.device)
            sgd = torch.optim.SGD([*pgn.parameters(), *head.parameters()], lr=0.1, momentum=0.9)
        losses = 0.0
        for x, y in loader:
            x, y = x.to(a.device, non_blocking=True), y.to(a.device, non_blocking=True)
            sgd.zero_grad(set_to_none=True)
            loss = F.cross_entropy(head(vit(x, pgn(x))), y)
            loss.backward()
            sgd.step()
            losses += loss.item()
        return losses / len(loader)

    take({"epoch": epoch})


if __name__ == "__main__":
    main()
