package dev.runyard.vision.plot;

/** Where a picture is drawn. Lengths are in px of the picture, x to the right, y down; colours are 0xRRGGBB. */
public interface Surface {
    /** Which part of a text stands at its x. */
    enum Anchor {
        START,
        MIDDLE,
        END
    }

    /** A filled rectangle with its upper left corner at (x, y). */
    void rect(double x, double y, double width, double height, int colour);

    /** A straight line of the given thickness. */
    void line(double x1, double y1, double x2, double y2, double thickness, int colour);

    /**
     * A filled polygon.
     *
     * @param hover shown by viewers that can, when the pointer is over it; may be empty
     */
    void polygon(double[] xs, double[] ys, int colour, String hover);

    /** A filled circle; {@code hover} as in {@link #polygon}. */
    void circle(double x, double y, double radius, int colour, String hover);

    /** One line of text on the baseline y. */
    void text(String text, double x, double y, double size, Anchor anchor, int colour);

    /** One line of text that reads upwards, its baseline at x, anchored at y. */
    void textUp(String text, double x, double y, double size, Anchor anchor, int colour);

    /** A picture scaled into a rectangle, with sharp pixels. */
    void image(Picture picture, double x, double y, double width, double height);

    /** Text on the baseline y that starts at x. */
    default void text(String text, double x, double y, double size) {
        text(text, x, y, size, Anchor.START, Colours.INK);
    }

    /** Four lines around a rectangle. */
    default void frame(double x, double y, double width, double height, double thickness, int colour) {
        line(x, y, x + width, y, thickness, colour);
        line(x, y + height, x + width, y + height, thickness, colour);
        line(x, y, x, y + height, thickness, colour);
        line(x + width, y, x + width, y + height, thickness, colour);
    }
}
