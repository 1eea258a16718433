package dev.holdfast.groupcommit;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/// Stands between the driver and PostgreSQL, and fails at the one moment that matters: COMMIT.
///
/// It knows just enough of the protocol to see a COMMIT pass (PostgreSQL documentation, chapter "Frontend/Backend
/// Protocol"): after the start, a message is a letter, a length and that many bytes less four; the driver sends
/// COMMIT as Parse once and then as Bind of the statement it has named.
final class CommitProxy implements AutoCloseable {

    /// What happens to the next COMMIT.
    enum Cut {
        /// The connection breaks before the server gets it: not committed.
        BEFORE_THE_SERVER,
        /// The server gets it, and the connection breaks before its answer is passed on: committed.
        AFTER_THE_SERVER,
        /// The server gets it, and nothing comes back any more, without any sign of a broken connection: committed.
        SILENCE,
        /// It is held up in the network while the caller's side breaks: it may reach the server any time.
        HELD
    }

    private final ServerSocket listening;
    private final int serverPort;
    private final AtomicReference<Cut> next = new AtomicReference<>();
    private final Set<Closeable> open = ConcurrentHashMap.newKeySet();
    private final ConcurrentLinkedQueue<Link> held = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waits = new AtomicInteger();
    private final AtomicReference<String> beginRefusal = new AtomicReference<>();
    private volatile boolean refusing;

    CommitProxy(int serverPort) throws IOException {
        this.serverPort = serverPort;
        this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("proxy").start(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    /// Does this to the next COMMIT that passes.
    void cutNextCommit(Cut cut) {
        next.set(cut);
    }

    /// Answers the next BEGIN with an error of this SQLSTATE instead of passing it on, as a server does that is
    /// told to cancel at that moment.
    void refuseNextBegin(String sqlState) {
        beginRefusal.set(sqlState);
    }

    /// How often the driver has waited for the server so far: its messages Sync. (BEGIN is a Query that goes out
    /// with what follows it.)
    int waits() {
        return waits.get();
    }

    /// Breaks new connections as soon as they are made, or lets them through again.
    void refuseConnections(boolean refuse) {
        refusing = refuse;
    }

    /// Breaks all connections.
    void breakAll() {
        open.forEach(CommitProxy::closeQuietly);
    }

    /// Delivers the COMMIT that was held up.
    ///
    /// @return whether the server still answered it; false if its end of the connection was gone
    boolean deliverHeld() {
        return held.remove().deliver();
    }

    @Override
    public void close() throws IOException {
        listening.close();
        breakAll();
    }

    private void accept() {
        try {
            while (true) {
                var client = listening.accept();
                if (refusing) {
                    client.close();
                } else {
                    new Link(client, new Socket(InetAddress.getLoopbackAddress(), serverPort)).start();
                }
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private static void closeQuietly(Closeable socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// One connection through the proxy.
    private final class Link {

        private final Socket client;
        private final Socket server;
        private final Set<String> commitStatements = new HashSet<>();
        private final ByteArrayOutputStream heldBack = new ByteArrayOutputStream();
        private final CountDownLatch serverGone = new CountDownLatch(1);
        private volatile Cut cut;
        private volatile boolean answeredLate;

        Link(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        void start() throws IOException {
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            open.add(client);
            open.add(server);
            Thread.ofVirtual().name("proxy-requests").start(() -> pump(this::requests));
            Thread.ofVirtual().name("proxy-replies").start(() -> pump(this::replies));
        }

        boolean deliver() {
            try {
                server.getOutputStream().write(heldBack.toByteArray());
                if (!serverGone.await(30, TimeUnit.SECONDS)) {
                    throw new IllegalStateException("the server neither answers nor goes away");
                }
                return answeredLate;
            } catch (IOException e) {
                return false;
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        private void requests() throws IOException {
            var in = new DataInputStream(client.getInputStream());
            var out = server.getOutputStream();
            var length = in.readInt();
            out.write(ByteBuffer.allocate(length)
                    .putInt(length)
                    .put(in.readNBytes(length - 4))
                    .array());
            while (cut != Cut.BEFORE_THE_SERVER) {
                var message = Message.from(in);
                if (message.isBegin() && beginRefusal.get() != null) {
                    refuse(beginRefusal.getAndSet(null));
                    continue;
                }
                if (message.type == 'S') {
                    waits.incrementAndGet();
                }
                if (cut == null && message.isCommit(commitStatements)) {
                    cut = next.getAndSet(null);
                }
                request(message, out);
            }
        }

        /// The server is quiet now: nothing of its is passed on at the same time.
        private void refuse(String sqlState) throws IOException {
            var out = client.getOutputStream();
            var error = ("SERROR\0C" + sqlState + "\0Mrefused\0\0").getBytes(StandardCharsets.ISO_8859_1);
            new Message((byte) 'E', error).to(out);
            new Message((byte) 'Z', new byte[] {'I'}).to(out);
        }

        private void request(Message message, OutputStream out) throws IOException {
            switch (cut) {
                case null -> message.to(out);
                case AFTER_THE_SERVER, SILENCE -> message.to(out);
                case BEFORE_THE_SERVER -> {
                    closeBoth();
                }
                case HELD -> {
                    message.to(heldBack);
                    if (message.type == 'S') {
                        held.add(this);
                        client.close();
                    }
                }
            }
        }

        private void replies() throws IOException {
            var in = new DataInputStream(server.getInputStream());
            var out = client.getOutputStream();
            while (true) {
                var message = Message.from(in);
                if (cut == null) {
                    message.to(out);
                } else if (message.type == 'Z') {
                    if (cut == Cut.AFTER_THE_SERVER) {
                        closeBoth();
                    }
                    if (cut == Cut.HELD) {
                        answeredLate = true;
                        serverGone.countDown();
                    }
                }
            }
        }

        private void pump(Pump pump) {
            try {
                pump.run();
            } catch (IOException e) {
                // One side is gone. The other side must learn it, except where the cut is that it does not.
                if (cut == null || cut == Cut.AFTER_THE_SERVER) {
                    closeBoth();
                }
            } finally {
                if (Thread.currentThread().getName().equals("proxy-replies")) {
                    serverGone.countDown();
                }
            }
        }

        private void closeBoth() {
            closeQuietly(client);
            closeQuietly(server);
            open.remove(client);
            open.remove(server);
        }
    }

    private interface Pump {
        void run() throws IOException;
    }

    /// A message of the protocol.
    private record Message(byte type, byte[] body) {

        static Message from(DataInputStream in) throws IOException {
            var type = in.readByte();
            var body = new byte[in.readInt() - 4];
            in.readFully(body);
            return new Message(type, body);
        }

        void to(OutputStream out) throws IOException {
            out.write(ByteBuffer.allocate(5 + body.length)
                    .put(type)
                    .putInt(4 + body.length)
                    .put(body)
                    .array());
        }

        boolean isBegin() {
            return type == 'Q' && new String(body, StandardCharsets.ISO_8859_1).equals("BEGIN\0");
        }

        /// @param named the statements that are a COMMIT; kept up to date
        boolean isCommit(Set<String> named) {
            var texts = new String(body, StandardCharsets.ISO_8859_1).split("\0", 3);
            return switch (type) {
                case 'P' -> {
                    var commit = texts[1].equalsIgnoreCase("COMMIT");
                    if (commit) {
                        named.add(texts[0]);
                    } else {
                        named.remove(texts[0]);
                    }
                    yield commit;
                }
                case 'B' -> named.contains(texts[1]);
                case 'Q' -> texts[0].equalsIgnoreCase("COMMIT");
                default -> false;
            };
        }
    }
}
