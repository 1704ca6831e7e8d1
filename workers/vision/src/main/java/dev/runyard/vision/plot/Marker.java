package dev.runyard.vision.plot;

/** Shape of a point; a second sign beside its colour. */
enum Marker {
    CIRCLE(),
    SQUARE(-0.85, -0.85, 0.85, -0.85, 0.85, 0.85, -0.85, 0.85),
    TRIANGLE(0, -1.15, 1.1, 0.8, -1.1, 0.8),
    DIAMOND(0, -1.25, 1.05, 0, 0, 1.25, -1.05, 0),
    CROSS(
            -0.35, -1.1, 0.35, -1.1, 0.35, -0.35, 1.1, -0.35, 1.1, 0.35, 0.35, 0.35, 0.35, 1.1, -0.35, 1.1, -0.35, 0.35,
            -1.1, 0.35, -1.1, -0.35, -0.35, -0.35);

    private final double[] corners;

    Marker(double... corners) {
        this.corners = corners;
    }

    /** The shape of kind i of so many: all circles while the plain colours suffice, else a shape in turn beside the colour. */
    static Marker of(int kind, int of) {
        return of <= Colours.kinds() ? CIRCLE : values()[kind % values().length];
    }

    void draw(Surface to, double x, double y, double radius, int colour, String hover) {
        if (this == CIRCLE) {
            to.circle(x, y, radius, colour, hover);
            return;
        }
        double[] xs = new double[corners.length / 2];
        double[] ys = new double[xs.length];
        for (int i = 0; i < xs.length; i++) {
            xs[i] = x + radius * corners[2 * i];
            ys[i] = y + radius * corners[2 * i + 1];
        }
        to.polygon(xs, ys, colour, hover);
    }
}
