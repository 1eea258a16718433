package dev.holdfast.saga;

/// Turns what a saga carries into JSON and back.
///
/// The text goes into a `jsonb` column: it must be a JSON document, and PostgreSQL keeps neither the order of its
/// members nor its white space. Reading must accept whatever an older release of the same definition version wrote;
/// a payload that cannot be read after a restart parks its saga until a person looks.
///
/// @param <P> what the saga carries
public interface PayloadCodec<P> {

    /// @return a JSON document
    String toJson(P payload);

    /// @param json a document that [#toJson] wrote, as PostgreSQL prints it
    P fromJson(String json);

    /// For sagas that carry a text: an id under which the rest is found. One that PostgreSQL cannot keep as it is,
    /// it refuses with an IllegalArgumentException.
    static PayloadCodec<String> text() {
        return new PayloadCodec<>() {
            @Override
            public String toJson(String payload) {
                if (!FlatJson.isStorable(payload)) {
                    throw new IllegalArgumentException("a payload must not have the character zero or half a"
                            + " surrogate pair: PostgreSQL would give another text back");
                }
                return FlatJson.quoted(payload);
            }

            @Override
            public String fromJson(String json) {
                return FlatJson.unquoted(json);
            }
        };
    }
}
