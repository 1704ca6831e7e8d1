package dev.runyard.vision.data.source;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.Collections;
import java.util.zip.ZipException;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apache.commons.compress.archivers.zip.ZipMethod;
import org.jspecify.annotations.Nullable;

/** Why a zip that other programs open is not one for the JDK: names in an old code page, encryption, rare methods. */
final class ZipFlaws {
    /** What zips without the mark for UTF-8 are written in by definition; what Python reads them in too. */
    private static final String OLD = "IBM437";

    static final String NOT_UTF8 = "Names in the zip are not UTF-8 and were read as code page 437; if class names look"
            + " wrong, zip the folder again with a program that writes UTF-8 names.";

    private ZipFlaws() {}

    /** The archive with its names read in code page 437; null when that does not help. */
    static java.util.zip.@Nullable ZipFile oldNames(Path file) throws IOException {
        try {
            return new java.util.zip.ZipFile(file.toFile(), java.util.zip.ZipFile.OPEN_READ, Charset.forName(OLD));
        } catch (ZipException | IllegalArgumentException e) {
            return null;
        }
    }

    /** What is wrong with it, in a few words. */
    static String reason(Path file) {
        try (ZipFile zip = ZipFile.builder().setPath(file).setCharset(OLD).get()) {
            for (ZipArchiveEntry entry : Collections.list(zip.getEntries())) {
                if (entry.getGeneralPurposeBit().usesEncryption()) {
                    return "it is encrypted";
                }
                if (entry.getMethod() != ZipArchiveEntry.STORED && entry.getMethod() != ZipArchiveEntry.DEFLATED) {
                    @Nullable ZipMethod method = ZipMethod.getMethodByCode(entry.getMethod());
                    return "it is packed by method " + (method == null ? entry.getMethod() : method.name())
                            + ", not by deflate";
                }
            }
            return "its directory is damaged";
        } catch (IOException | RuntimeException e) {
            return "it has no directory at its end";
        }
    }

    /** Whether entries cannot be read for lack of a password. */
    static boolean encrypted(Path file) {
        try (ZipFile zip = ZipFile.builder().setPath(file).setCharset(OLD).get()) {
            for (ZipArchiveEntry entry : Collections.list(zip.getEntries())) {
                if (entry.getGeneralPurposeBit().usesEncryption()) {
                    return true;
                }
            }
            return false;
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }
}
