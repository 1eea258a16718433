package dev.holdfast.operations;

import dev.holdfast.platform.IdempotencyKey;
import dev.holdfast.platform.KeyReusedException;
import dev.holdfast.platform.ProblemException;
import dev.holdfast.platform.Text;
import dev.holdfast.saga.OperatorAnswer;
import dev.holdfast.saga.SagaOperator;
import java.util.Map;
import org.springframework.http.ResponseEntity;

/// Who asks, and under which key.
///
/// @param who from `X-Operator`, as long as nobody proves who they are
/// @param key from `Idempotency-Key`, null for none
record Operator(String who, String key) {

    static final String HEADER = "X-Operator";
    private static final int LONGEST_NAME = 100;
    private static final int LONGEST_TEXT = 4_000;

    /// @throws ProblemException 400 for what is missing or malformed
    static Operator of(String who, String key) {
        if (who == null || Text.flaw(who, LONGEST_NAME) != null) {
            throw new ProblemException(
                    400,
                    "operator-missing",
                    "Operator missing",
                    "this request needs an " + HEADER + " header that says who you are, 1 to " + LONGEST_NAME
                            + " characters: it is kept with what you do; nothing was changed");
        }
        return new Operator(who, IdempotencyKey.of(key, null));
    }

    /// What somebody gives as a reason, or as evidence.
    static String said(String field, String text) {
        return Text.required("#/" + field, text, LONGEST_TEXT);
    }

    SagaOperator at(SagaOperator desk) {
        return key == null ? desk : desk.under(key);
    }

    /// @param done what to answer when it is done
    ResponseEntity<Object> answer(OperatorAnswer answer, Map<String, Object> done) {
        return switch (answer) {
            case OperatorAnswer.Accepted _ -> ResponseEntity.ok(done);
            case OperatorAnswer.Pending(var why) ->
                ResponseEntity.accepted().body(Map.of("status", "pending", "detail", why));
            case OperatorAnswer.NotPossible(var why) ->
                throw new ProblemException(409, "not-possible", "Not possible", why + "; nothing was changed");
            case OperatorAnswer.KeyReused _ -> throw new KeyReusedException(key);
        };
    }
}
