package dev.runyard.client;

/** The little JSON that is sent. */
final class Json {
    private static final int FIRST_PRINTABLE = 0x20;

    private Json() {}

    static String text(String text) {
        StringBuilder json = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < FIRST_PRINTABLE) {
                json.append(String.format("\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }

    /** NaN and infinities as texts. */
    static String number(double value) {
        return Double.isFinite(value) ? Double.toString(value) : '"' + Double.toString(value) + '"';
    }
}
