package dev.runyard.vision.data.pixels;

import dev.runyard.vision.data.layout.Item;
import dev.runyard.vision.data.source.DataException;
import dev.runyard.vision.data.source.Source;
import dev.runyard.vision.image.Images;
import dev.runyard.vision.image.Raster;
import java.io.IOException;
import java.util.List;

/** Images of a folder or zip. */
public record Items(Source source, List<Item> items) implements Pictures {
    private static final int SIDE = 32;

    public Items {
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
    public String content(int i) throws IOException {
        Item item = items.get(i);
        return source.checksum(item.path()) + "|" + item.offset();
    }

    @Override
    public boolean cheap() {
        return !items.isEmpty() && items.get(0).planes() != null;
    }

    @Override
    public Raster inOwnMode(int i) throws IOException {
        Item item = items.get(i);
        if (item.planes() != null) {
            return decoded(i);
        }
        try {
            return file(item);
        } catch (DataException e) {
            throw e;
        } catch (IOException e) {
            throw new DataException("UNREADABLE_IMAGE", item.name() + ": " + e.getMessage(), e);
        }
    }

    private Raster file(Item item) throws IOException {
        return Images.decode(item.path(), source.read(item.path()));
    }

    @Override
    public Raster decode(int i) throws IOException {
        Item item = items.get(i);
        Item.Planes place = item.planes();
        if (place == null) {
            return file(item).toRgb();
        }
        byte[] planes = source.read(item.path(), place.offset(), Item.PIXELS);
        boolean columns = place.order() == Item.Order.COLUMNS;
        byte[] rgb = new byte[Item.PIXELS];
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                int at = columns ? x * SIDE + y : y * SIDE + x;
                for (int band = 0; band < 3; band++) {
                    rgb[(y * SIDE + x) * 3 + band] = planes[band * SIDE * SIDE + at];
                }
            }
        }
        return Raster.rgb(SIDE, SIDE, rgb);
    }
}
