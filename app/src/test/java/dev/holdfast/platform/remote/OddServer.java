package dev.holdfast.platform.remote;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/// A server on a real port that does what servers should not: whatever a test tells it, byte by byte.
final class OddServer implements AutoCloseable {

    private static final Pattern LENGTH = Pattern.compile("(?i)content-length: *([0-9]+)");

    private final ServerSocket port;
    private final Conduct conduct;
    private final List<Socket> connections = new CopyOnWriteArrayList<>();
    private final AtomicInteger accepted = new AtomicInteger();

    /// What it does with a connection.
    @FunctionalInterface
    interface Conduct {
        void serve(Connection connection) throws Exception;
    }

    /// One connection, from the server's side.
    record Connection(Socket socket, int number) {

        /// Reads a request to its end.
        ///
        /// @return its body; null when the caller has closed the connection instead
        String read() throws IOException {
            var head = new StringBuilder();
            var in = socket.getInputStream();
            while (!head.toString().endsWith("\r\n\r\n")) {
                int next = in.read();
                if (next < 0) {
                    return null;
                }
                head.append((char) next);
            }
            var length = LENGTH.matcher(head);
            return length.find() ? body(in, Integer.parseInt(length.group(1))) : "";
        }

        private static String body(InputStream in, int length) throws IOException {
            return new String(in.readNBytes(length), StandardCharsets.UTF_8);
        }

        void say(String text) throws IOException {
            out().write(text.getBytes(StandardCharsets.UTF_8));
            out().flush();
        }

        /// A whole answer.
        void answer(int status, String type, String body) throws IOException {
            say("HTTP/1.1 " + status + " Whatever\r\nContent-Type: " + type + "\r\nContent-Length: "
                    + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body);
        }

        /// The head of a good answer whose lines follow, each with [#chunk].
        void begin() throws IOException {
            say("HTTP/1.1 200 OK\r\nContent-Type: " + Wire.LINES + "\r\nTransfer-Encoding: chunked\r\n\r\n");
        }

        void chunk(String text) throws IOException {
            say(Integer.toHexString(text.getBytes(StandardCharsets.UTF_8).length) + "\r\n" + text + "\r\n");
        }

        void end() throws IOException {
            say("0\r\n\r\n");
        }

        /// Closes it as a process does that is killed with something unread: with a reset.
        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        private OutputStream out() throws IOException {
            return socket.getOutputStream();
        }
    }

    OddServer(Conduct conduct) {
        this.conduct = conduct;
        try {
            port = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + port.getLocalPort());
    }

    int accepted() {
        return accepted.get();
    }

    private void accept() {
        try {
            while (true) {
                var socket = port.accept();
                connections.add(socket);
                var number = accepted.incrementAndGet();
                Thread.ofVirtual().start(() -> serve(new Connection(socket, number)));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void serve(Connection connection) {
        try (var _ = connection.socket()) {
            conduct.serve(connection);
        } catch (Exception e) {
            // The caller is gone, or the test over: both end the connection.
        }
    }

    @Override
    public void close() throws IOException {
        port.close();
        for (var connection : connections) {
            connection.close();
        }
    }
}
