"""A classifier in Lightning on made-up pictures of ten classes, with Lightning's own MLflow logger."""
import argparse
import time

import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import ModelCheckpoint
from pytorch_lightning.loggers import MLFlowLogger
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

options = argparse.ArgumentParser()
options.add_argument("--lr", type=float, default=0.1)
options.add_argument("--steps", type=int, default=60)
options.add_argument("--pause", type=float, default=0.12, help="seconds that a step takes at least")
options.add_argument("--every", type=int, default=80, help="steps between checkpoints")
options.add_argument("--out", default="kept")
options = options.parse_args()


def pictures(count, seed):
    draws = torch.Generator().manual_seed(seed)
    classes = torch.randn(10, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    labels = torch.randint(10, (count,), generator=draws)
    return TensorDataset(classes[labels] + torch.randn(count, 1, 28, 28, generator=draws), labels)


class Digits(pl.LightningModule):
    def __init__(self, lr):
        super().__init__()
        self.save_hyperparameters()
        self.net = nn.Sequential(nn.Conv2d(1, 8, 3, 2, 1), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 14 * 14, 10))

    def training_step(self, batch, index):
        time.sleep(options.pause)
        loss = nn.functional.cross_entropy(self.net(batch[0]), batch[1])
        self.log("train/loss", loss)
        return loss

    def validation_step(self, batch, index):
        self.log("val/acc", (self.net(batch[0]).argmax(1) == batch[1]).float().mean())

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=self.hparams.lr)


pl.seed_everything(0)
trainer = pl.Trainer(
    max_steps=options.steps,
    accelerator="auto",
    devices=1,
    log_every_n_steps=1,
    enable_progress_bar=False,
    enable_model_summary=False,
    callbacks=[ModelCheckpoint(dirpath=options.out, every_n_train_steps=options.every, save_last=True)],
    logger=MLFlowLogger(experiment_name="digits", run_name="small net"),
)
trainer.fit(
    Digits(options.lr),
    DataLoader(pictures(20 * 32, seed=1), batch_size=32, shuffle=True),
    DataLoader(pictures(200, seed=2), batch_size=100),
    ckpt_path="last",
)
