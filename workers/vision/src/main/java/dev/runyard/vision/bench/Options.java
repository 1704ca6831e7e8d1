package dev.runyard.vision.bench;

/** Arguments of the form {@code --name value}. */
final class Options {
    private Options() {}

    static String text(String[] arguments, String name, String otherwise) {
        for (int i = 0; i + 1 < arguments.length; i++) {
            if (arguments[i].equals(name)) {
                return arguments[i + 1];
            }
        }
        return otherwise;
    }

    static int whole(String[] arguments, String name, int otherwise) {
        return Integer.parseInt(text(arguments, name, String.valueOf(otherwise)));
    }
}
