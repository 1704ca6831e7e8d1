package dev.runyard.cli.science;

import dev.runyard.cli.terminal.Failure;
import dev.runyard.cli.terminal.Progress;
import dev.runyard.vision.data.source.Source;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Map;
import java.util.NavigableMap;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** A data set's folder as one file that it is read from. Equal folders make equal files, so that what the lab has is not sent again. */
final class FolderArchive {
    /** Without a zone: a folder is the same archive on every machine. */
    private static final LocalDateTime NO_TIME = LocalDateTime.of(2000, 1, 1, 0, 0);

    private FolderArchive() {}

    /**
     * What a data set is read from, and nothing else: links are followed below the folder alone, and hidden files stay behind. Images are
     * compressed already: their bytes go as they are.
     */
    static void write(Path folder, Path archive) throws IOException {
        try (Source source = Source.open(folder.toString(), null);
                OutputStream out = Files.newOutputStream(archive);
                ZipOutputStream zip = new ZipOutputStream(out);
                Progress progress = new Progress(System.err)) {
            refuseFaults(folder, source.faults());
            zip.setLevel(Deflater.NO_COMPRESSION);
            for (String below : source.folders()) {
                entry(zip, below + "/"); // a class without images is one
                zip.closeEntry();
            }
            int done = 0;
            for (String file : source.files().keySet()) {
                entry(zip, file);
                try (InputStream in = source.stream(file)) {
                    in.transferTo(zip);
                }
                zip.closeEntry();
                done++;
                progress.show(
                        (double) done / source.files().size(),
                        done + " of " + source.files().size() + " files put together");
            }
        }
    }

    private static void entry(ZipOutputStream zip, String name) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setTimeLocal(NO_TIME);
        zip.putNextEntry(entry);
    }

    /** A copy would lack them without a word. */
    private static void refuseFaults(Path folder, NavigableMap<String, String> faults) {
        Map.Entry<String, String> first = faults.firstEntry();
        if (first != null) {
            throw Failure.badInput(
                    folder + " has " + faults.size() + (faults.size() == 1 ? " file" : " files")
                            + " that cannot be read: " + first.getKey() + " " + first.getValue(),
                    "mend or remove it");
        }
    }
}
