package dev.runyard.vision.plot;

import java.util.Base64;
import java.util.Locale;

/** Collects SVG 1.1. The same drawing gives the same bytes. */
final class SvgSurface implements Surface {
    private final StringBuilder out = new StringBuilder();

    SvgSurface(int width, int height) {
        out.append(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" viewBox=\"0 0 ");
        out.append(width).append(' ').append(height).append("\" width=\"").append(width);
        out.append("\" height=\"").append(height).append("\" font-family=\"sans-serif\">\n");
        rect(0, 0, width, height, Colours.PAPER);
    }

    String document() {
        return out + "</svg>\n";
    }

    @Override
    public void rect(double x, double y, double width, double height, int colour) {
        out.append("<rect x=\"").append(number(x)).append("\" y=\"").append(number(y));
        out.append("\" width=\"").append(number(width)).append("\" height=\"").append(number(height));
        out.append("\" fill=\"").append(colour(colour)).append("\" shape-rendering=\"crispEdges\"/>\n");
    }

    @Override
    public void line(double x1, double y1, double x2, double y2, double thickness, int colour) {
        out.append("<line x1=\"").append(number(x1)).append("\" y1=\"").append(number(y1));
        out.append("\" x2=\"").append(number(x2)).append("\" y2=\"").append(number(y2));
        out.append("\" stroke=\"").append(colour(colour)).append("\" stroke-width=\"");
        out.append(number(thickness)).append("\"/>\n");
    }

    @Override
    public void polygon(double[] xs, double[] ys, int colour, String hover) {
        out.append("<polygon points=\"");
        for (int i = 0; i < xs.length; i++) {
            out.append(i == 0 ? "" : " ").append(number(xs[i])).append(',').append(number(ys[i]));
        }
        out.append("\" fill=\"").append(colour(colour)).append('"');
        close("polygon", hover);
    }

    @Override
    public void circle(double x, double y, double radius, int colour, String hover) {
        out.append("<circle cx=\"").append(number(x)).append("\" cy=\"").append(number(y));
        out.append("\" r=\"")
                .append(number(radius))
                .append("\" fill=\"")
                .append(colour(colour))
                .append('"');
        close("circle", hover);
    }

    private void close(String element, String hover) {
        if (hover.isEmpty()) {
            out.append("/>\n");
        } else {
            out.append("><title>")
                    .append(escaped(hover))
                    .append("</title></")
                    .append(element)
                    .append(">\n");
        }
    }

    @Override
    public void text(String text, double x, double y, double size, Anchor anchor, int colour) {
        text(text, "x=\"" + number(x) + "\" y=\"" + number(y) + "\"", size, anchor, colour);
    }

    @Override
    public void textUp(String text, double x, double y, double size, Anchor anchor, int colour) {
        text(text, "transform=\"translate(" + number(x) + "," + number(y) + ") rotate(-90)\"", size, anchor, colour);
    }

    private void text(String text, String place, double size, Anchor anchor, int colour) {
        out.append("<text ").append(place).append(" font-size=\"").append(number(size));
        out.append("\" text-anchor=\"").append(anchor.name().toLowerCase(Locale.ROOT));
        out.append("\" fill=\"")
                .append(colour(colour))
                .append("\">")
                .append(escaped(text))
                .append("</text>\n");
    }

    @Override
    public void image(Picture picture, double x, double y, double width, double height) {
        out.append("<image x=\"").append(number(x)).append("\" y=\"").append(number(y));
        out.append("\" width=\"").append(number(width)).append("\" height=\"").append(number(height));
        out.append("\" preserveAspectRatio=\"none\" image-rendering=\"pixelated\" xlink:href=\"data:image/png;base64,");
        out.append(Base64.getEncoder().encodeToString(picture.png())).append("\"/>\n");
    }

    private static String colour(int rgb) {
        return String.format(Locale.ROOT, "#%06x", rgb & 0xffffff);
    }

    /** To a hundredth, without needless zeros. */
    private static String number(double value) {
        long hundredths = Math.round(value * 100);
        if (hundredths % 100 == 0) {
            return Long.toString(hundredths / 100);
        }
        return Double.toString(hundredths / 100.0);
    }

    /** Names come from files: nothing of them may end the element or be outside XML's characters. */
    private static String escaped(String text) {
        StringBuilder safe = new StringBuilder();
        text.codePoints().forEach(c -> {
            switch (c) {
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '&' -> safe.append("&amp;");
                default -> {
                    boolean allowed =
                            c >= 0x20 && c != 0x7f && c != 0xfffe && c != 0xffff && !(c >= 0xd800 && c < 0xe000);
                    safe.appendCodePoint(allowed ? c : '?');
                }
            }
        });
        return safe.toString();
    }
}
