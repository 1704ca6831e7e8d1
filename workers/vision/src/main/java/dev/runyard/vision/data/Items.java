package dev.runyard.vision.data;

import dev.runyard.vision.image.Images;
import dev.runyard.vision.image.Raster;
import java.io.IOException;
import java.util.List;

/** Images of a folder or zip. */
record Items(Source source, List<Item> items) implements Pictures {
    Items {
        items = List.copyOf(items);
    }

    @Override
    public int size() {
        return items.size();
    }

    @Override
    public int label(int i) {
        return items.get(i).label();
    }

    @Override
    public String name(int i) {
        return items.get(i).name();
    }

    @Override
    public boolean cheap() {
        return !items.isEmpty() && items.get(0).offset() >= 0;
    }

    @Override
    public Raster decode(int i) throws IOException {
        Item item = items.get(i);
        if (item.offset() < 0) {
            return Images.decode(item.path(), source.read(item.path())).toRgb();
        }
        byte[] planes = source.read(item.path(), item.offset(), Item.CIFAR_PIXELS);
        byte[] rgb = new byte[Item.CIFAR_PIXELS];
        for (int p = 0; p < 32 * 32; p++) {
            for (int band = 0; band < 3; band++) {
                rgb[p * 3 + band] = planes[band * 32 * 32 + p];
            }
        }
        return Raster.rgb(32, 32, rgb);
    }
}
