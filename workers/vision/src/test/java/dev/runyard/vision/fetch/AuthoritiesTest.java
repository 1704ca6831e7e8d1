package dev.runyard.vision.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AuthoritiesTest {
    private static final String PASSWORD = "changeit";

    @TempDir
    Path folder;

    @Test
    void aServerOfAPrivateAuthorityIsReachedByThoseWhoNameItAlone() throws Exception {
        keytool("-genkeypair", "-keyalg", "EC", "-dname", "CN=lab", "-ext", "san=ip:127.0.0.1");
        keytool("-exportcert", "-rfc", "-file", folder.resolve("ca.pem").toString());
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(serving()));
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create(
                            "https://127.0.0.1:" + server.getAddress().getPort() + "/"))
                    .build();
            SSLContext context = Authorities.context(Map.of(
                            Authorities.VARIABLE, folder.resolve("ca.pem").toString()))
                    .orElseThrow();
            assertThat(HttpClient.newBuilder()
                            .sslContext(context)
                            .build()
                            .send(request, HttpResponse.BodyHandlers.discarding())
                            .statusCode())
                    .isEqualTo(204);
            assertThatThrownBy(() -> HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.discarding()))
                    .isInstanceOf(SSLHandshakeException.class);
        } finally {
            server.stop(0);
        }
    }

    @Test
    void nothingNamedChangesNothing() {
        assertThat(Authorities.context(Map.of())).isEmpty();
        assertThat(Authorities.context(Map.of(Authorities.VARIABLE, " "))).isEmpty();
    }

    /** Otherwise no host of the lab could fetch public weights any more. */
    @Test
    void publicAuthoritiesStayTrusted() throws Exception {
        TrustManagerFactory known = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        known.init((KeyStore) null);
        assertThat(((X509TrustManager) known.getTrustManagers()[0]).getAcceptedIssuers())
                .isNotEmpty();
        keytool("-genkeypair", "-keyalg", "EC", "-dname", "CN=lab");
        keytool("-exportcert", "-rfc", "-file", folder.resolve("ca.pem").toString());
        assertThat(Authorities.all(folder.resolve("ca.pem")).size())
                .isEqualTo(((X509TrustManager) known.getTrustManagers()[0]).getAcceptedIssuers().length + 1);
    }

    @Test
    void whatIsNoCertificateIsRefusedInOneLine() throws Exception {
        Path text = Files.writeString(folder.resolve("text.pem"), "hello\n");
        Path empty = Files.createFile(folder.resolve("empty.pem"));
        for (Path file : List.of(text, empty, folder.resolve("absent.pem"), folder)) {
            assertThatThrownBy(() -> Authorities.trust(Map.of(Authorities.VARIABLE, file.toString())))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("RUNYARD_CA: " + file, "name a PEM file")
                    .hasMessageNotContaining("\n");
        }
    }

    private SSLContext serving() throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(folder.resolve("keys.p12"))) {
            keys.load(in, PASSWORD.toCharArray());
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), null, null);
        return context;
    }

    private void keytool(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of(
                "-alias",
                "a",
                "-storetype",
                "PKCS12",
                "-keystore",
                folder.resolve("keys.p12").toString(),
                "-storepass",
                PASSWORD));
        Process keytool = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("keytool.out").toFile())
                .start();
        assertThat(keytool.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(keytool.exitValue())
                .as(Files.readString(folder.resolve("keytool.out")))
                .isZero();
    }
}
