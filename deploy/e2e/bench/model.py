"""PGN and the frozen vision transformer as workers/vision has them, for the benchmarks' references in PyTorch."""

import json
import struct

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
    """ResNet10 in front of a token library: images to `prompts` tokens each."""

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


class Vit:
    """A frozen transformer from a dict of tensors under timm's names, with `norm_pre` and `projection` where it has them."""

    def __init__(self, weights, heads, eps, quick_gelu, sdpa=True):
        self.w, self.heads, self.eps, self.quick_gelu, self.sdpa = weights, heads, eps, quick_gelu, sdpa
        self.patch = weights["patch_embed.proj.weight"].shape[-1]
        self.layers = sum(name.endswith(".norm1.weight") for name in weights)

    def norm(self, x, name):
        return F.layer_norm(x, x.shape[-1:], self.w[name + ".weight"], self.w[name + ".bias"], self.eps)

    def linear(self, x, name):
        return F.linear(x, self.w[name + ".weight"], self.w[name + ".bias"])

    def __call__(self, x, prompts):
        w = self.w
        x = F.conv2d(x, w["patch_embed.proj.weight"], w.get("patch_embed.proj.bias"), stride=self.patch)
        x = x.flatten(2).transpose(1, 2)
        x = torch.cat([w["cls_token"].expand(x.shape[0], -1, -1), x], 1) + w["pos_embed"]
        x = torch.cat([x, prompts], 1)
        if "norm_pre.weight" in w:
            x = self.norm(x, "norm_pre")
        b, t, d = x.shape
        for i in range(self.layers):
            block = f"blocks.{i}."
            qkv = self.linear(self.norm(x, block + "norm1"), block + "attn.qkv")
            q, k, v = qkv.view(b, t, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
            if self.sdpa:
                y = F.scaled_dot_product_attention(q, k, v)
            else:
                y = (q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5).softmax(-1) @ v
            x = x + self.linear(y.transpose(1, 2).reshape(b, t, d), block + "attn.proj")
            h = self.linear(self.norm(x, block + "norm2"), block + "mlp.fc1")
            h = h * torch.sigmoid(1.702 * h) if self.quick_gelu else F.gelu(h)
            x = x + self.linear(h, block + "mlp.fc2")
        x = self.norm(x[:, 0], "norm")
        return x @ w["projection"] if "projection" in w else x


def tensors(path):
    """A safetensors file in half or single precision, in single."""
    data = path.read_bytes()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + size])
    header.pop("__metadata__", None)
    body = bytearray(data[8 + size :])
    types = {"F16": torch.float16, "F32": torch.float32}
    read = lambda info, at: torch.frombuffer(body, dtype=types[info["dtype"]], count=max(1, torch.Size(info["shape"]).numel()), offset=at)
    return {name: read(info, info["data_offsets"][0]).float().view(info["shape"]) for name, info in header.items()}


def random_vit(width=768, layers=12, patch=32, side=224, out=512):
    """Random weights of CLIP's ViT-B/32, small enough that twelve blocks keep them finite."""
    small = lambda *shape: torch.randn(*shape) * 0.02
    w = {
        "patch_embed.proj.weight": small(width, 3, patch, patch),
        "cls_token": small(1, 1, width),
        "pos_embed": small(1, (side // patch) ** 2 + 1, width),
        "projection": small(width, out),
    }
    blocks = [f"blocks.{i}." for i in range(layers)]
    for name in ["norm_pre", "norm"] + [block + norm for block in blocks for norm in ("norm1", "norm2")]:
        w[name + ".weight"], w[name + ".bias"] = torch.ones(width), torch.zeros(width)
    shapes = {"attn.qkv": (3, 1), "attn.proj": (1, 1), "mlp.fc1": (4, 1), "mlp.fc2": (1, 4)}
    for block in blocks:
        for name, (o, i) in shapes.items():
            w[block + name + ".weight"], w[block + name + ".bias"] = small(o * width, i * width), small(o * width)
    return w
