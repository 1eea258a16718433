package dev.holdfast.bench.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class AnswerTest {

    private final Answer answer = new Answer();

    @Test
    void an_answer_with_a_length_is_whole_when_its_last_byte_is_there() {
        assertThatItIsWholeAtItsLastByte("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: y\r\n\r\nhello", "hello");
    }

    @Test
    void an_answer_in_chunks_is_whole_after_the_empty_chunk() {
        assertThatItIsWholeAtItsLastByte(
                "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n",
                "hello world");
        assertThat(answer.status()).isEqualTo(201);
    }

    @Test
    void an_answer_that_is_larger_than_the_room_gets_more_room() {
        var body = "x".repeat(50_000);
        receive("HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\n" + body);
        assertThat(answer.bodyOrNull()).isEqualTo(body);
    }

    private void assertThatItIsWholeAtItsLastByte(String text, String body) {
        for (int i = 0; i < text.length(); i++) {
            assertThat(answer.bodyOrNull()).as("after " + i + " bytes").isNull();
            receive(text.substring(i, i + 1));
        }
        assertThat(answer.bodyOrNull()).isEqualTo(body);
    }

    private void receive(String text) {
        var bytes = text.getBytes(StandardCharsets.US_ASCII);
        int sent = 0;
        while (sent < bytes.length) {
            var room = answer.room();
            int length = Math.min(room.remaining(), bytes.length - sent);
            room.put(bytes, sent, length);
            sent += length;
        }
    }
}
