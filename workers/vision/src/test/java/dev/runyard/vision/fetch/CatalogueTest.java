package dev.runyard.vision.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.vision.data.Dataset;
import dev.runyard.vision.data.Datasets;
import dev.runyard.vision.fetch.Catalogue.Offer;
import dev.runyard.vision.fetch.RemoteFile.Packing;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CatalogueTest {
    private static final Catalogue.Listener QUIET = new Catalogue.Listener() {
        @Override
        public void bytes(String file, long done, long of) {}

        @Override
        public void entries(String archive, int done) {}
    };

    @TempDir
    Path dir;

    @Test
    void everyDataSetIsInTheTable() {
        Set<String> ids = new HashSet<>(DatasetSpec.IDS);
        ids.removeAll(List.of("shapes", "folder", DatasetSpec.UNION));
        assertThat(Catalogue.data().offers().keySet()).isEqualTo(ids);
        assertThat(Catalogue.weights().offers().keySet())
                .containsExactlyInAnyOrder(
                        "clip-vit-b32", "clip-vit-b16", "clip-vit-l14", "vit-b32", "dino-s16", "dino-b16");
        for (Catalogue catalogue : List.of(Catalogue.data(), Catalogue.weights())) {
            catalogue.offers().forEach((name, offer) -> {
                assertThat(offer.files().isEmpty() && offer.byHand() == null)
                        .as(name + " can be had in some way")
                        .isFalse();
                assertThat(offer.files().stream().map(RemoteFile::file)).doesNotHaveDuplicates();
            });
        }
    }

    @Test
    void unknownNamesAndWhatNeedsAPerson() throws Exception {
        assertThatThrownBy(() -> Catalogue.data().offer("cifar1o"))
                .hasFieldOrPropertyWithValue("code", "UNKNOWN_NAME")
                .hasMessageContaining("did you mean \"cifar10\"?");
        Offer imagenet = Catalogue.data().offer("imagenet");
        assertThatThrownBy(() -> Catalogue.fetch(imagenet, dir, QUIET))
                .hasFieldOrPropertyWithValue("code", "BY_HAND")
                .hasMessageContaining("account");
    }

    @Test
    void fetchedUnpackedAndOpened() throws Exception {
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(new GZIPOutputStream(archive))) {
            for (String batch : List.of("data_batch_1.bin", "test_batch.bin")) {
                byte[] records = new byte[20 * 3073];
                for (int i = 0; i < 20; i++) {
                    records[i * 3073] = (byte) (i % 10);
                }
                TarArchiveEntry entry = new TarArchiveEntry("cifar-10-batches-bin/" + batch);
                entry.setSize(records.length);
                tar.putArchiveEntry(entry);
                tar.write(records);
                tar.closeArchiveEntry();
            }
        }
        List<String> requests = new ArrayList<>();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", e -> {
            requests.add(e.getRequestURI().getPath());
            e.sendResponseHeaders(200, archive.size());
            archive.writeTo(e.getResponseBody());
            e.close();
        });
        server.start();
        try {
            String address = "http://127.0.0.1:" + server.getAddress().getPort() + "/c.tar.gz";
            RemoteFile file = new RemoteFile("c.tar.gz", address, null, null, null, null, Packing.TAR_GZ, "deeper");
            Offer offer = new Offer("test", List.of(file), null);
            Catalogue.fetch(offer, dir.resolve("d"), QUIET);
            Catalogue.fetch(offer, dir.resolve("d"), QUIET);
            assertThat(requests).as("neither fetched nor unpacked twice").hasSize(1);
        } finally {
            server.stop(0);
        }
        assertThat(dir.resolve("d/deeper/cifar-10-batches-bin/test_batch.bin")).exists();
        DatasetSpec spec = new DatasetSpec("cifar10", dir.resolve("d").toString(), null, null, null);
        try (Dataset data = Datasets.open(spec, dir.resolve("cache"), 0)) {
            assertThat(data.test().size()).isEqualTo(20);
            assertThat(data.notes()).anyMatch(n -> n.contains("50000 and 10000"));
        }
        assertThat(Files.exists(dir.resolve("d/c.tar.gz.sha256"))).isTrue();
    }
}
