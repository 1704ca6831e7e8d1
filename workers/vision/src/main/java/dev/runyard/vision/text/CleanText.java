package dev.runyard.vision.text;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text as CLIP's tokenizer sees it, and its words (openai/CLIP clip/simple_tokenizer.py): curled quotes straightened, composed
 * characters, HTML entities resolved twice, one space between words, lower case. Of the reference's repair of wrongly decoded
 * text (ftfy), the quotes, the ligatures, the full-width forms and the composition are done, guessing at encodings is not.
 */
final class CleanText {
    static final String START = "<|startoftext|>";
    static final String END = "<|endoftext|>";

    private static final Pattern WORD = Pattern.compile(
            Pattern.quote(START) + "|" + Pattern.quote(END)
                    + "|'s|'t|'re|'ve|'m|'ll|'d|\\p{L}+|\\p{N}|[^\\s\\p{L}\\p{N}]+",
            Pattern.CASE_INSENSITIVE);

    /** What Python calls white space. */
    private static final Pattern SPACE = Pattern.compile("[\\s\\x1c-\\x1f\\x85\\p{Z}]+");

    private static final Pattern CONTROL = Pattern.compile("[\\x00-\\x08\\x0e-\\x1b\\x7f\\ufeff]");
    private static final Pattern WIDTH = Pattern.compile("[\\uff01-\\uffee\\ufb00-\\ufb06\\u3000]");
    private static final Pattern ENTITY =
            Pattern.compile("&(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,7});");

    /** HTML's names for U+00A0 to U+00FF, in order. */
    private static final String LATIN =
            "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg"
                    + " plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute"
                    + " Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve"
                    + " Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc"
                    + " atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute"
                    + " ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml";

    private static final Map<String, String> ENTITIES = entities();

    private CleanText() {}

    static String of(String text) {
        // As ftfy has it: entities are resolved first, but not in what looks like markup.
        String fixed = fixed(text.indexOf('<') < 0 ? unescaped(text) : text);
        String resolved = unescaped(unescaped(fixed));
        return SPACE.matcher(resolved).replaceAll(" ").strip().toLowerCase(Locale.ROOT);
    }

    /** Letters together, each digit alone, what else stands together; English endings behind an apostrophe apart. */
    static List<String> words(String clean) {
        List<String> words = new ArrayList<>();
        Matcher matcher = WORD.matcher(clean);
        while (matcher.find()) {
            words.add(matcher.group());
        }
        return words;
    }

    private static String fixed(String text) {
        String straight = text.replaceAll("[\\u02bc\\u2018-\\u201b]", "'").replaceAll("[\\u201c-\\u201f]", "\"");
        String narrow = WIDTH.matcher(straight)
                .replaceAll(
                        found -> Matcher.quoteReplacement(Normalizer.normalize(found.group(), Normalizer.Form.NFKC)));
        return Normalizer.normalize(CONTROL.matcher(narrow).replaceAll(""), Normalizer.Form.NFC);
    }

    private static String unescaped(String text) {
        return text.indexOf('&') < 0
                ? text
                : ENTITY.matcher(text).replaceAll(found -> Matcher.quoteReplacement(resolve(found.group(1))));
    }

    private static String resolve(String entity) {
        if (!entity.startsWith("#")) {
            String value = ENTITIES.get(entity);
            return value == null ? "&" + entity + ";" : value;
        }
        boolean hex = entity.length() > 2 && Character.toLowerCase(entity.charAt(1)) == 'x';
        int code = hex ? Integer.parseInt(entity.substring(2), 16) : Integer.parseInt(entity.substring(1));
        boolean real = Character.isValidCodePoint(code) && !(code >= 0xd800 && code < 0xe000) && code != 0;
        return Character.toString(real ? code : 0xfffd);
    }

    private static Map<String, String> entities() {
        Map<String, String> out = new LinkedHashMap<>(
                Map.of("amp", "&", "lt", "<", "gt", ">", "quot", "\"", "apos", "'", "AMP", "&", "LT", "<", "GT", ">"));
        int code = 0xa0;
        for (String name : LATIN.split(" ")) {
            out.put(name, Character.toString(code++));
        }
        return out;
    }
}
