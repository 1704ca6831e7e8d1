package dev.runyard.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** Requests written by hand: a client library would repair what is to be tested. */
public final class RawHttp {
    private RawHttp() {}

    /** @param body empty where the answer has no Content-Length: a stream is not waited for */
    public record Answer(int status, String head, String body) {
        public JsonNode problem() throws IOException {
            return new ObjectMapper().readTree(body);
        }
    }

    public static Answer exchange(URI base, String method, String path, String host, String body, List<String> headers)
            throws IOException {
        return exchange("127.0.0.1", base, method, path, host, body, headers);
    }

    /** @param from the address of this machine that it comes from: each of 127.0.0.0/8 is one on Linux */
    public static Answer exchange(
            String from, URI base, String method, String path, String host, String body, List<String> headers)
            throws IOException {
        try (Socket socket = new Socket()) {
            socket.bind(new InetSocketAddress(from, 0));
            socket.connect(new InetSocketAddress("127.0.0.1", base.getPort()));
            socket.setSoTimeout(20_000);
            StringBuilder request =
                    new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n");
            headers.forEach(header -> request.append(header).append("\r\n"));
            request.append("\r\n").append(body);
            socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
            try (BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
                return read(in, method, path);
            } catch (SocketTimeoutException e) {
                throw new IOException(method + " " + path + " " + headers + " is not answered", e);
            }
        }
    }

    private static Answer read(BufferedReader in, String method, String path) throws IOException {
        StringBuilder head = new StringBuilder();
        int length = 0;
        String line = in.readLine();
        assertThat(line).as(method + " " + path).isNotNull();
        int status = Integer.parseInt(line.split(" ")[1]);
        for (line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
            head.append(line).append('\n');
            if (line.toLowerCase(Locale.ROOT).startsWith("content-length:") && !method.equals("HEAD")) {
                length = Integer.parseInt(line.substring(15).strip());
            }
        }
        // Every answer checked by hand is short and ASCII.
        char[] rest = new char[length];
        int read = 0;
        for (int n = 0; read < length && n >= 0; n = in.read(rest, read, length - read)) {
            read += n;
        }
        return new Answer(status, head.toString(), new String(rest, 0, read));
    }
}
