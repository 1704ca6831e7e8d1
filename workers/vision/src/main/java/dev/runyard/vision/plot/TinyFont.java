package dev.runyard.vision.plot;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Letters of 5 × 7 dots, for machines on which Java finds no font. Small letters are drawn as capitals. */
final class TinyFont {
    /** Columns from one letter to the next, the gap included. */
    static final int ADVANCE = 6;

    static final int ROWS = 7;
    private static final int COLUMNS = 5;

    /** A letter and its seven rows, each a digit to base 32 whose bits are dots. */
    private static final String LETTERS =
            "0EHJLPHE 14C4444E 2EH1248V 3V2421HE 426AIV22 5VGU11HE 668GUHHE 7V124888 8EHHEHHE"
                    + " 9EHHF12C AEHHVHHH BUHHUHHU CEHGGGHE DSIHHHIS EVGGUGGV FVGGUGGG GEHGNHHF HHHHVHHH IE44444E J72222IC"
                    + " KHIKOKIH LGGGGGGV MHRLLHHH NHHPLJHH OEHHHHHE PUHHUGGG QEHHHLID RUHHUKIH SFGGE11U TV444444 UHHHHHHE"
                    + " VHHHHHA4 WHHHLLLA XHHA4AHH YHHHA444 ZV1248GV .00000CC ,0000C48 :0CC0CC0 -000V000 +044V440 %OP248J3"
                    + " /01248G0 (2488842 )8422248 =00V0V00 _000000V '4480000 ×0HA4AH0 ±44V440V ·0004000 >8421248 <248G842"
                    + " |4444444";

    private static final String UNKNOWN = "VHHHHHV";
    private static final Map<Character, String> ROWS_OF = new HashMap<>();

    static {
        for (String letter : LETTERS.split(" ")) {
            ROWS_OF.put(letter.charAt(0), letter.substring(1));
        }
        ROWS_OF.put(' ', "0000000");
    }

    private TinyFont() {}

    /** What to fill: column and row of one dot of the text. */
    interface Dot {
        void at(int column, int row);
    }

    static void dots(String text, Dot dot) {
        String capitals = text.toUpperCase(Locale.ROOT);
        for (int i = 0; i < capitals.length(); i++) {
            String rows = ROWS_OF.getOrDefault(capitals.charAt(i), UNKNOWN);
            for (int row = 0; row < ROWS; row++) {
                int bits = Character.digit(rows.charAt(row), 32);
                for (int column = 0; column < COLUMNS; column++) {
                    if ((bits >> (COLUMNS - 1 - column) & 1) == 1) {
                        dot.at(i * ADVANCE + column, row);
                    }
                }
            }
        }
    }

    /** Columns of a text. */
    static int columns(String text) {
        return Math.max(0, text.toUpperCase(Locale.ROOT).length() * ADVANCE - 1);
    }
}
