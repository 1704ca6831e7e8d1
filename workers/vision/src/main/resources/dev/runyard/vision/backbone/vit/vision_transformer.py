# The whole vision transformer as one call, in the dialect that TorchScript archives hold. It has no weights: they come with each call
# as a flat list w, in this order:
#   0 patch weight, 1 patch bias, 2 class token, 3 positional embedding,
#   gain and bias of the norm in front of the blocks, where the model has one,
#   twelve of each block: norm1, qkv, proj, norm2, fc1, fc2, weight and bias of each,
#   gain and bias of the last norm, and the projection, where the model has one.
# facts are whole numbers on the CPU: heads, 1 for quick_gelu, 1 for a norm in front. eps is a float64 on the CPU.
# The type of a layer's weight is the type it computes in; between the layers everything is float32.
# After a change put the archive's new SHA-256 into FusedModule.
class VisionTransformer(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  def plain(self: __torch__.VisionTransformer,
    pixels: Tensor,
    w: List[Tensor],
    facts: Tensor,
    eps: Tensor) -> Tensor:
    x = (self).tokens(pixels, w)
    return (self).tower(x, [], w, facts, eps)

  # prompts [n, K, D] behind the tokens
  def prompted(self: __torch__.VisionTransformer,
    pixels: Tensor,
    prompts: Tensor,
    w: List[Tensor],
    facts: Tensor,
    eps: Tensor) -> Tensor:
    x = torch.cat([(self).tokens(pixels, w), prompts], 1)
    return (self).tower(x, [], w, facts, eps)

  # prompts [L, K, D] behind the class token; those of each further block take the place of the ones before
  def inserted(self: __torch__.VisionTransformer,
    pixels: Tensor,
    prompts: Tensor,
    w: List[Tensor],
    facts: Tensor,
    eps: Tensor) -> Tensor:
    each = torch.unbind(prompts, 0)
    x = (self).insert((self).tokens(pixels, w), each[0], 0)
    return (self).tower(x, each, w, facts, eps)

  # of queries, keys and values [n, h, T, d]; nothing of T x T is kept for the way back
  def attend(self: __torch__.VisionTransformer,
    q: Tensor,
    k: Tensor,
    v: Tensor) -> Tensor:
    return torch.scaled_dot_product_attention(q, k, v)

  def to_bf16(self: __torch__.VisionTransformer,
    x: Tensor) -> Tensor:
    return torch.to(x, 15)

  def to_fp16(self: __torch__.VisionTransformer,
    x: Tensor) -> Tensor:
    return torch.to(x, 5)

  def to_fp32(self: __torch__.VisionTransformer,
    x: Tensor) -> Tensor:
    return torch.to(x, 6)

  def tokens(self: __torch__.VisionTransformer,
    pixels: Tensor,
    w: List[Tensor]) -> Tensor:
    weight = w[0]
    patch = torch.size(weight, 2)
    image = torch.to(pixels, ops.prim.dtype(weight))
    patches = torch.to(torch.conv2d(image, weight, w[1], [patch, patch]), 6)
    patches = torch.transpose(torch.flatten(patches, 2), 1, 2)
    n = torch.size(patches, 0)
    d = torch.size(patches, 2)
    first = torch.expand(torch.reshape(w[2], [1, 1, d]), [n, 1, d])
    return torch.add(torch.cat([first, patches], 1), w[3])

  # puts prompts [K, D] behind the class token, in place of as many as old there
  def insert(self: __torch__.VisionTransformer,
    x: Tensor,
    prompts: Tensor,
    old: int) -> Tensor:
    n = torch.size(x, 0)
    same = torch.expand(torch.unsqueeze(prompts, 0), [n, -1, -1])
    return torch.cat([torch.slice(x, 1, 0, 1), same, torch.slice(x, 1, torch.add(old, 1))], 1)

  def tower(self: __torch__.VisionTransformer,
    x: Tensor,
    prompts: List[Tensor],
    w: List[Tensor],
    facts: Tensor,
    eps: Tensor) -> Tensor:
    heads = int(facts[0])
    quick = torch.eq(int(facts[1]), 1)
    small = float(eps)
    at = 4
    if torch.eq(int(facts[2]), 1):
      x = (self).norm(x, w[4], w[5], small)
      at = 6
    depth = torch.floordiv(torch.sub(torch.len(w), at), 12)
    for i in range(depth):
      if torch.__and__(torch.gt(i, 0), torch.lt(i, torch.len(prompts))):
        own = prompts[i]
        x = (self).insert(x, own, torch.size(own, 0))
      x = (self).block(x, w, at, heads, quick, small, torch.eq(i, torch.sub(depth, 1)))
      at = torch.add(at, 12)
    pooled = (self).norm(torch.select(x, 1, 0), w[at], w[torch.add(at, 1)], small)
    if torch.gt(torch.len(w), torch.add(at, 2)):
      pooled = torch.matmul(pooled, w[torch.add(at, 2)])
    return pooled

  # of the last block the class token alone, since nothing else is read
  def block(self: __torch__.VisionTransformer,
    x: Tensor,
    w: List[Tensor],
    i: int,
    heads: int,
    quick: bool,
    eps: float,
    last: bool) -> Tensor:
    n = torch.size(x, 0)
    t = torch.size(x, 1)
    d = torch.size(x, 2)
    y = (self).norm(x, w[i], w[torch.add(i, 1)], eps)
    weight = w[torch.add(i, 2)]
    bias = w[torch.add(i, 3)]
    each = torch.floordiv(d, heads)
    if last:
      x = torch.slice(x, 1, 0, 1)
      q = (self).linear(torch.slice(y, 1, 0, 1), torch.slice(weight, 0, 0, d), torch.slice(bias, 0, 0, d))
      q = torch.transpose(torch.reshape(q, [n, 1, heads, each]), 1, 2)
      kv = (self).linear(y, torch.slice(weight, 0, d), torch.slice(bias, 0, d))
      kv = torch.permute(torch.reshape(kv, [n, t, 2, heads, each]), [2, 0, 3, 1, 4])
      k = torch.select(kv, 0, 0)
      v = torch.select(kv, 0, 1)
    else:
      qkv = (self).linear(y, weight, bias)
      qkv = torch.permute(torch.reshape(qkv, [n, t, 3, heads, each]), [2, 0, 3, 1, 4])
      q = torch.select(qkv, 0, 0)
      k = torch.select(qkv, 0, 1)
      v = torch.select(qkv, 0, 2)
    mixed = torch.scaled_dot_product_attention(q, k, v)
    mixed = torch.reshape(torch.transpose(mixed, 1, 2), [n, torch.size(x, 1), d])
    mixed = (self).linear(mixed, w[torch.add(i, 4)], w[torch.add(i, 5)])
    # Back to float32 before the sum: the optimising executor does not cast the gradient of a mixed sum.
    x = torch.add(x, torch.to(mixed, 6))
    y = (self).norm(x, w[torch.add(i, 6)], w[torch.add(i, 7)], eps)
    hidden = (self).linear(y, w[torch.add(i, 8)], w[torch.add(i, 9)])
    if quick:
      hidden = torch.mul(hidden, torch.sigmoid(torch.mul(hidden, 1.702)))
    else:
      hidden = torch.gelu(hidden)
    hidden = (self).linear(hidden, w[torch.add(i, 10)], w[torch.add(i, 11)])
    return torch.add(x, torch.to(hidden, 6))

  def linear(self: __torch__.VisionTransformer,
    x: Tensor,
    weight: Tensor,
    bias: Tensor) -> Tensor:
    return torch.linear(torch.to(x, ops.prim.dtype(weight)), weight, bias)

  def norm(self: __torch__.VisionTransformer,
    x: Tensor,
    weight: Tensor,
    bias: Tensor,
    eps: float) -> Tensor:
    return torch.layer_norm(x, [torch.size(x, -1)], weight, bias, eps)
