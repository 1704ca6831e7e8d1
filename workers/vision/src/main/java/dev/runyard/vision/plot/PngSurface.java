package dev.runyard.vision.plot;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;

/** Draws into memory by Java2D, twice as fine as the picture's own px. Needs no screen, and no font. */
final class PngSurface implements Surface, AutoCloseable {
    private static final int FINE = 2;

    static {
        // Before the first AWT class: a DISPLAY that cannot be reached must not matter.
        System.setProperty("java.awt.headless", "true");
    }

    private final BufferedImage image;
    private final Graphics2D graphics;

    PngSurface(int width, int height) {
        image = new BufferedImage(width * FINE, height * FINE, BufferedImage.TYPE_INT_RGB);
        graphics = image.createGraphics();
        graphics.scale(FINE, FINE);
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        graphics.setRenderingHint(
                RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_NEAREST_NEIGHBOR);
        rect(0, 0, width, height, Colours.PAPER);
    }

    void write(OutputStream out) throws IOException {
        Picture.write(image, out);
    }

    @Override
    public void rect(double x, double y, double width, double height, int colour) {
        graphics.setColor(new Color(colour));
        // Whole dots: neighbours must touch without a seam, and without blending.
        double left = Math.rint(x * FINE) / FINE;
        double top = Math.rint(y * FINE) / FINE;
        double right = Math.rint((x + width) * FINE) / FINE;
        double bottom = Math.rint((y + height) * FINE) / FINE;
        graphics.fill(new Rectangle2D.Double(left, top, right - left, bottom - top));
    }

    @Override
    public void line(double x1, double y1, double x2, double y2, double thickness, int colour) {
        graphics.setColor(new Color(colour));
        graphics.setStroke(new BasicStroke((float) thickness, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER));
        graphics.draw(new Line2D.Double(x1, y1, x2, y2));
    }

    @Override
    public void polygon(double[] xs, double[] ys, int colour, String hover) {
        Path2D path = new Path2D.Double();
        path.moveTo(xs[0], ys[0]);
        for (int i = 1; i < xs.length; i++) {
            path.lineTo(xs[i], ys[i]);
        }
        path.closePath();
        graphics.setColor(new Color(colour));
        graphics.fill(path);
    }

    @Override
    public void circle(double x, double y, double radius, int colour, String hover) {
        graphics.setColor(new Color(colour));
        graphics.fill(new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius));
    }

    @Override
    public void text(String text, double x, double y, double size, Anchor anchor, int colour) {
        graphics.setColor(new Color(colour));
        if (Fonts.FOUND) {
            Font font = new Font(Font.SANS_SERIF, Font.PLAIN, 1).deriveFont((float) size);
            graphics.setFont(font);
            double width =
                    graphics.getFontMetrics().getStringBounds(text, graphics).getWidth();
            graphics.drawString(text, (float) (x - share(anchor) * width), (float) y);
            return;
        }
        double dot = size / (TinyFont.ROWS + 3); // capitals of a font are about 0.7 of its size
        double left = x - share(anchor) * TinyFont.columns(text) * dot;
        double top = y - TinyFont.ROWS * dot;
        TinyFont.dots(
                text,
                (column, row) -> graphics.fill(new Rectangle2D.Double(left + column * dot, top + row * dot, dot, dot)));
    }

    @Override
    public void textUp(String text, double x, double y, double size, Anchor anchor, int colour) {
        AffineTransform before = graphics.getTransform();
        graphics.translate(x, y);
        graphics.rotate(-Math.PI / 2);
        text(text, 0, 0, size, anchor, colour);
        graphics.setTransform(before);
    }

    private static double share(Anchor anchor) {
        return switch (anchor) {
            case START -> 0;
            case MIDDLE -> 0.5;
            case END -> 1;
        };
    }

    @Override
    public void image(Picture picture, double x, double y, double width, double height) {
        AffineTransform place = AffineTransform.getTranslateInstance(x, y);
        place.scale(width / picture.width(), height / picture.height());
        graphics.drawImage(picture.buffered(), place, null);
    }

    @Override
    public void close() {
        graphics.dispose();
    }

    /** Whether Java can draw letters here: without fontconfig or without any font it throws, in ways that differ by version. */
    private static final class Fonts {
        static final boolean FOUND = found();

        @SuppressWarnings("CatchingUnchecked")
        private static boolean found() {
            Graphics2D trial = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB).createGraphics();
            try {
                trial.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 6));
                trial.drawString("a", 0, 6);
                return trial.getFontMetrics().stringWidth("a") > 0;
            } catch (RuntimeException | LinkageError | InternalError e) {
                return false;
            } finally {
                trial.dispose();
            }
        }
    }
}
