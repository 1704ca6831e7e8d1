package dev.runyard.vision.feed;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.runyard.vision.image.Colouring;
import dev.runyard.vision.image.Moved;
import dev.runyard.vision.nd.Nn;
import dev.runyard.vision.nd.Torch;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The augmentations as operations over a batch, on whatever device it is. Values are the bytes 0 to 255 as float32; each operation rounds as
 * the one on bytes does, so that on the CPU the bytes are the same. To be called within a scope.
 *
 * <p>Letters: n images, S side, x [n, 3, S, S].
 */
final class TensorAugmentations {
    private static final int OPERATIONS = 4;

    private final NDManager manager;

    TensorAugmentations(NDManager manager) {
        this.manager = manager;
    }

    /** {@link dev.runyard.vision.image.Augmentations#pgnColours} of each image. */
    NDArray pgnColours(NDArray x, List<Colouring> each) {
        NDArray out = jitter(x, each);
        if (each.stream().anyMatch(Colouring::grey)) {
            NDArray grey = luma(out).broadcast(out.getShape());
            out = Nn.where(flags(each.stream().map(Colouring::grey).toList(), out), grey, out);
        }
        if (each.stream().anyMatch(Colouring::solarize)) {
            NDArray inverted = Nn.where(out.lt(number(128)), out, number(255).sub(out));
            out = Nn.where(flags(each.stream().map(Colouring::solarize).toList(), out), inverted, out);
        }
        return flipped(out, each.stream().map(Colouring::flip).toList());
    }

    /** {@link dev.runyard.vision.image.Augmentations#flipCrop} of each image. */
    NDArray flipCrop(NDArray x, List<Moved> each) {
        NDArray flipped = flipped(x, each.stream().map(Moved::flip).toList());
        int size = Math.toIntExact(x.getShape().get(3));
        int pad = Moved.pad(size);
        if (pad == 0) {
            return flipped;
        }
        NDArray wide = reflected(reflected(flipped, 3, size, pad), 2, size, pad);
        NDList crops = new NDList();
        for (int i = 0; i < each.size(); i++) {
            int top = pad + each.get(i).top();
            int left = pad + each.get(i).left();
            crops.add(
                    wide.get(i + ":" + (i + 1) + ",:," + top + ":" + (top + size) + "," + left + ":" + (left + size)));
        }
        return NDArrays.concat(crops, 0);
    }

    /** With a border on both ends of an axis that mirrors what lies beside the edge. */
    private static NDArray reflected(NDArray x, int axis, int size, int pad) {
        String all = axis == 3 ? ":,:,:," : ":,:,";
        NDArray before = x.get(all + "1:" + (pad + 1)).flip(axis);
        NDArray after = x.get(all + (size - 1 - pad) + ":" + (size - 1)).flip(axis);
        return NDArrays.concat(new NDList(before, x, after), axis);
    }

    private NDArray flipped(NDArray x, List<Boolean> which) {
        return which.contains(true) ? Nn.where(flags(which, x), x.flip(3), x) : x;
    }

    /**
     * Each image's operations in its own order: before each of the four turns the images are sorted by what is done to them, so that
     * each operation is done once a turn.
     */
    private NDArray jitter(NDArray x, List<Colouring> each) {
        if (each.stream().allMatch(c -> c.order().length == 0)) {
            return x;
        }
        int n = each.size();
        int[] at = IntStream.range(0, n).toArray(); // which image lies where
        NDArray out = x;
        for (int turn = 0; turn < OPERATIONS; turn++) {
            List<Integer> places = new ArrayList<>();
            int[] counts = new int[OPERATIONS + 1];
            for (int operation = 0; operation <= OPERATIONS; operation++) {
                for (int place = 0; place < n; place++) {
                    if (operation(each.get(at[place]), turn) == operation) {
                        places.add(place);
                        counts[operation]++;
                    }
                }
            }
            out = rows(out, places);
            int[] before = at;
            at = places.stream().mapToInt(place -> before[place]).toArray();
            NDList done = new NDList();
            int from = 0;
            for (int operation = 0; operation <= OPERATIONS; operation++) {
                int to = from + counts[operation];
                if (to > from) {
                    int[] images = at;
                    List<Colouring> some = IntStream.range(from, to)
                            .mapToObj(i -> each.get(images[i]))
                            .toList();
                    done.add(apply(operation, out.get(from + ":" + to), some));
                }
                from = to;
            }
            out = NDArrays.concat(done, 0);
        }
        Integer[] back = new Integer[n];
        for (int place = 0; place < n; place++) {
            back[at[place]] = place;
        }
        return rows(out, List.of(back));
    }

    /** {@link #OPERATIONS} for none. */
    private static int operation(Colouring colouring, int turn) {
        return colouring.order().length == 0 ? OPERATIONS : colouring.order()[turn];
    }

    private NDArray apply(int operation, NDArray x, List<Colouring> each) {
        return switch (operation) {
            case 0 -> blend(number(0), x, column(each, c -> c.factors()[0]));
            case 1 -> blend(mean(x), x, column(each, c -> c.factors()[1]));
            case 2 -> blend(luma(x), x, column(each, c -> c.factors()[2]));
            case 3 -> hue(x, column(each, Colouring::shift));
            default -> x;
        };
    }

    /** Images of a batch in another order. */
    private NDArray rows(NDArray x, List<Integer> places) {
        Shape shape = x.getShape();
        long[] index = places.stream().mapToLong(Integer::longValue).toArray();
        NDArray flat = x.reshape(shape.get(0), shape.size() / shape.get(0));
        return Nn.rows(flat, Torch.longs(manager, index, index.length)).reshape(shape);
    }

    /** [n, 1, S, S] */
    private NDArray luma(NDArray x) {
        NDArray sum = band(x, 0)
                .mul(number(19_595))
                .add(band(x, 1).mul(number(38_470)))
                .add(band(x, 2).mul(number(7_471)))
                .add(number(0x8000)); // below 2^24, so exact
        return sum.div(number(65_536)).floor();
    }

    /** [n, 1, 1, 1], of the luma, rounded; the sum of a large image is no float32. */
    private NDArray mean(NDArray x) {
        NDArray luma = Torch.asDoubles(luma(x));
        long n = x.getShape().get(0);
        long pixels = luma.getShape().get(2) * luma.getShape().get(3);
        NDArray mean =
                luma.reshape(n, pixels).sum(new int[] {1}).div(exact(pixels)).add(exact(0.5));
        return Torch.asFloats(mean.floor()).reshape(n, 1, 1, 1);
    }

    private NDArray blend(NDArray from, NDArray to, NDArray factor) {
        NDArray v = from.add(factor.mul(to.sub(from)));
        return v.maximum(number(0)).minimum(number(255)).floor();
    }

    private NDArray hue(NDArray x, NDArray shift) {
        NDArray r = band(x, 0);
        NDArray g = band(x, 1);
        NDArray b = band(x, 2);
        NDArray max = r.maximum(g).maximum(b);
        NDArray min = r.minimum(g).minimum(b);
        NDArray plain = max.eq(min);
        NDArray range = Nn.where(plain, number(1), max.sub(min));
        NDArray rc = Torch.asDoubles(max.sub(r).div(range));
        NDArray gc = Torch.asDoubles(max.sub(g).div(range));
        NDArray bc = Torch.asDoubles(max.sub(b).div(range));
        NDArray h = Nn.where(
                r.eq(max),
                bc.sub(gc),
                Nn.where(g.eq(max), exact(2).add(rc).sub(bc), exact(4).add(gc).sub(rc)));
        NDArray turned = single(h).div(exact(6)).add(exact(1));
        NDArray hue = byteOf(single(turned.sub(turned.floor())));
        NDArray full = Nn.where(max.eq(number(0)), number(1), max);
        NDArray saturation = byteOf(Torch.asDoubles(range.div(full)));
        NDArray moved = hue.add(Torch.asDoubles(shift));
        hue = moved.sub(moved.div(exact(256)).floor().mul(exact(256)));
        NDArray sector = hue.mul(exact(6)).div(exact(255));
        NDArray i = sector.floor();
        NDArray f = single(sector.sub(i));
        NDArray fs = single(saturation.div(exact(255)));
        NDArray v = Torch.asDoubles(max);
        NDArray p = rounded(v.mul(exact(1).sub(fs)));
        NDArray q = rounded(v.mul(exact(1).sub(single(fs.mul(f)))));
        NDArray t = rounded(v.mul(exact(1).sub(fs.mul(exact(1).sub(f)))));
        NDArray red = choose(i, v, q, p, p, t, v);
        NDArray green = choose(i, t, v, v, q, p, p);
        NDArray blue = choose(i, p, p, t, v, v, q);
        NDArray out = Torch.asFloats(NDArrays.concat(new NDList(red, green, blue), 1));
        NDArray grey = plain.logicalOr(Torch.asFloats(saturation).eq(number(0)));
        return Nn.where(grey.broadcast(out.getShape()), max.broadcast(out.getShape()), out);
    }

    /** By the sector 0 to 5; 6 is 0 again. */
    private NDArray choose(NDArray sector, NDArray... values) {
        NDArray out = values[0];
        for (int k = 1; k < values.length; k++) {
            out = Nn.where(sector.eq(exact(k)), values[k], out);
        }
        return out;
    }

    /** A float64 rounded to what a float32 holds. */
    private static NDArray single(NDArray x) {
        return Torch.asDoubles(Torch.asFloats(x));
    }

    /** 0 to 1 as 0 to 255, truncated. */
    private NDArray byteOf(NDArray x) {
        return x.mul(exact(255)).floor().maximum(exact(0)).minimum(exact(255));
    }

    private NDArray rounded(NDArray x) {
        return x.add(exact(0.5)).floor().maximum(exact(0)).minimum(exact(255));
    }

    private static NDArray band(NDArray x, int band) {
        return x.get(":," + band + ":" + (band + 1));
    }

    private NDArray number(double value) {
        return Torch.scalar(manager, value);
    }

    private NDArray exact(double value) {
        return Torch.doubles(manager, new double[] {value});
    }

    /** [n, 1, 1, 1] */
    private NDArray column(List<Colouring> each, ToDoubleFunction<Colouring> value) {
        float[] values = new float[each.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) value.applyAsDouble(each.get(i));
        }
        return Torch.floats(manager, values, values.length, 1, 1, 1);
    }

    /** [n, 3, S, S], whether the image is meant. */
    private NDArray flags(List<Boolean> which, NDArray x) {
        float[] values = new float[which.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = which.get(i) ? 1 : 0;
        }
        NDArray column = Torch.floats(manager, values, values.length, 1, 1, 1);
        return column.gt(number(0.5)).broadcast(x.getShape());
    }
}
