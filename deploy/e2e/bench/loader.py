"""Passes over JPEG files with PIL, torchvision and a DataLoader: the reference of `deploy/bench loader`."""

import argparse
from pathlib import Path

import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms as T
from turns import take


class Images(Dataset):
    def __init__(self, folder, size):
        # As many as Runyard's own split takes for train: the first half of each class.
        self.files = []
        for kind in sorted(p for p in folder.iterdir() if p.is_dir()):
            files = sorted(kind.glob("*.jpg"))
            self.files += files[: len(files) // 2]
        self.transform = T.Compose(
            [
                T.RandomResizedCrop(size, scale=(1, 1), interpolation=T.InterpolationMode.BICUBIC),
                T.RandomApply([T.ColorJitter(0.4, 0.4, 0.4, 0.4)], p=0.8),
                T.RandomGrayscale(0.2),
                T.RandomSolarize(128, p=0.2),
                T.RandomHorizontalFlip(),
                T.ToTensor(),
                T.Normalize((0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)),
            ]
        )

    def __len__(self):
        return len(self.files)

    def __getitem__(self, i):
        with Image.open(self.files[i]) as image:
            return self.transform(image.convert("RGB"))


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--data", type=Path, required=True)
    args.add_argument("--size", type=int, default=224)
    args.add_argument("--batch", type=int, default=64)
    args.add_argument("--workers", type=int, default=2)
    args.add_argument("--device", default="cpu")
    a = args.parse_args()
    torch.set_num_threads(1)
    images = Images(a.data, a.size)
    loader = DataLoader(images, batch_size=a.batch, num_workers=a.workers, persistent_workers=True, pin_memory=a.device != "cpu")

    def one():
        seen = 0
        for batch in loader:
            seen += len(batch.to(a.device))
        return float(seen)

    take({"loader": one})


if __name__ == "__main__":
    main()
