# Cases for the loaders of towers: positions resized by timm and as DINO does, and small vision transformers of timm.
# Made with torch 2.7.1 and timm 1.0.20: python make.py towers.safetensors
import math, sys
import torch
from safetensors.torch import save_file
from timm.layers import resample_abs_pos_embed
from timm.models.vision_transformer import VisionTransformer

torch.manual_seed(0)
out = {}


def dino(pos, to):
    """facebookresearch/dino, vision_transformer.py, interpolate_pos_encoding"""
    n = pos.shape[1] - 1
    w0 = to + 0.1
    grid = int(math.sqrt(n))
    patch = torch.nn.functional.interpolate(
        pos[:, 1:].reshape(1, grid, grid, -1).permute(0, 3, 1, 2),
        scale_factor=(w0 / math.sqrt(n), w0 / math.sqrt(n)),
        mode="bicubic",
    )
    assert patch.shape[-1] == to
    return torch.cat((pos[:, :1], patch.permute(0, 2, 3, 1).reshape(1, to * to, -1)), 1)


pos = torch.randn(1, 1 + 49, 8)
out["positions.table"] = pos
for to in (3, 5, 10, 16):
    out[f"positions.timm_{to}"] = resample_abs_pos_embed(pos, new_size=[to, to], num_prefix_tokens=1)
    out[f"positions.dino_{to}"] = dino(pos, to)


def case(name, size, **options):
    model = VisionTransformer(img_size=12, patch_size=4, embed_dim=16, depth=2, num_heads=2, num_classes=0, **options)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    model.eval()
    for key, value in model.state_dict().items():
        out[f"{name}.weights.{key}"] = value.clone()
    for side in size:
        pixels = torch.randn(2, 3, side, side)
        model.set_input_size(img_size=side) if side != 12 else None
        with torch.no_grad():
            out[f"{name}.pixels_{side}"] = pixels
            out[f"{name}.features_{side}"] = model.forward_head(model.forward_features(pixels), pre_logits=True)


case("plain", (12, 20), init_values=1e-5)
case("registers", (12,), init_values=1e-5, reg_tokens=4, no_embed_class=True)
case("embedded", (12,), reg_tokens=3)
save_file({k: v.contiguous().float() for k, v in out.items()}, sys.argv[1])
