"""A toy BERT that learns which of two words a sentence begins with, by Hugging Face's Trainer with its own MLflow callback."""
import argparse
import os
import time

import torch
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainerCallback, TrainingArguments
from transformers.trainer_utils import get_last_checkpoint

options = argparse.ArgumentParser()
options.add_argument("--lr", type=float, default=0.1)
options.add_argument("--steps", type=int, default=60)
options.add_argument("--pause", type=float, default=0.12, help="seconds that a step takes at least")
options.add_argument("--every", type=int, default=80, help="steps between checkpoints")
options.add_argument("--out", default="kept")
options = options.parse_args()


class Sentences(torch.utils.data.Dataset):
    def __init__(self, count, seed):
        self.words = torch.randint(2, 50, (count, 8), generator=torch.Generator().manual_seed(seed))
        self.words[:, 0] = torch.arange(count) % 2

    def __len__(self):
        return len(self.words)

    def __getitem__(self, i):
        return {"input_ids": self.words[i], "labels": self.words[i, 0]}


class Slow(TrainerCallback):
    def on_step_end(self, args, state, control, **kwargs):
        time.sleep(options.pause)


network = BertForSequenceClassification(
    BertConfig(vocab_size=50, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32, num_labels=2)
)
trainer = Trainer(
    model=network,
    args=TrainingArguments(
        output_dir=options.out,
        run_name="toy bert",
        max_steps=options.steps,
        learning_rate=options.lr,
        per_device_train_batch_size=16,
        logging_steps=1,
        save_steps=options.every,
        save_total_limit=2,
        eval_strategy="steps",
        eval_steps=options.steps,
        report_to=["mlflow"],
        disable_tqdm=True,
        seed=0,
    ),
    train_dataset=Sentences(320, seed=1),
    eval_dataset=Sentences(64, seed=2),
    compute_metrics=lambda p: {"acc": float((p.predictions.argmax(-1) == p.label_ids).mean())},
    callbacks=[Slow()],
)
last = get_last_checkpoint(options.out) if os.path.isdir(options.out) else None
print("goes on from", last or "the beginning", flush=True)
trainer.train(resume_from_checkpoint=last)
