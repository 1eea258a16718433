package dev.holdfast.bench.http;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/// A kept connection, taken by one customer after the other. Touched by the generator's one thread only.
final class Place {

    private final InetSocketAddress shop;
    private final String host;
    private final Answer answer = new Answer();
    private SocketChannel channel;
    private SelectionKey key;
    private ByteBuffer sending;
    private Visit visit;
    private boolean checkingOut;

    Place(InetSocketAddress shop) {
        this.shop = shop;
        this.host = shop.getHostString() + ":" + shop.getPort();
    }

    Visit visit() {
        return visit;
    }

    /// Its customer has left. What the connection is ready for from now on is its end: the shop closes those that
    /// nobody uses.
    void rest() {
        visit = null;
    }

    boolean rests() {
        return visit == null;
    }

    void take(Visit next, Selector selector) throws IOException {
        visit = next;
        checkingOut = false;
        if (channel == null) {
            channel = SocketChannel.open(shop);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
            key = channel.register(selector, SelectionKey.OP_READ, this);
        }
        send(visit.putCart(host));
    }

    /// Goes on with what the connection is ready for.
    ///
    /// @return how it ended: an empty string for a completed checkout; `null` while it has not ended
    String goOn() throws IOException {
        if (key.isWritable()) {
            write();
        }
        if (!key.isReadable()) {
            return null;
        }
        if (channel.read(answer.room()) < 0) {
            throw new EOFException("the shop closed the connection");
        }
        var body = answer.bodyOrNull();
        if (body == null) {
            return null;
        }
        int status = answer.status();
        if (checkingOut && status == 200 && body.contains("\"status\":\"completed\"")) {
            return "";
        }
        if (checkingOut || status != 201) {
            return status + " " + cut(body);
        }
        checkingOut = true;
        send(visit.checkOut(host));
        return null;
    }

    /// The connection is of no use any more; the next customer gets a new one.
    void drop() {
        if (channel == null) {
            return;
        }
        try {
            channel.close();
        } catch (IOException e) {
            // It is given up anyway.
        }
        channel = null;
    }

    private void send(byte[] request) throws IOException {
        answer.clear();
        sending = ByteBuffer.wrap(request);
        write();
    }

    private void write() throws IOException {
        channel.write(sending);
        key.interestOps(sending.hasRemaining() ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ);
    }

    /// Without ids: failures are counted by what they are.
    private static String cut(String body) {
        var words = body.replaceAll("[0-9a-f-]{36}|cart-[0-9a-z-]+|[0-9]+", "…");
        return words.substring(0, Math.min(160, words.length()));
    }
}
