package dev.runyard.vision.plot;

/** Names in pictures, where there is room for so many letters. */
public final class Caption {
    private Caption() {}

    /** The name, or as many whole words of it as fit, and an ellipsis; a word that is too long by itself is cut. */
    public static String of(String name, int longest) {
        if (name.length() <= longest) {
            return name;
        }
        int cut = longest - 1;
        if (Character.isHighSurrogate(name.charAt(cut - 1))) {
            cut--;
        }
        int word = cut;
        while (word > longest / 2 && Character.isLetterOrDigit(name.charAt(word))) {
            word--;
        }
        return name.substring(0, word > longest / 2 ? word : cut).strip() + "…";
    }
}
