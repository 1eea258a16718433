package dev.holdfast.platform.events;

import dev.holdfast.platform.Event;
import dev.holdfast.platform.Json;
import java.util.Locale;
import java.util.regex.Pattern;
import tools.jackson.databind.util.RawValue;

/// An event in the structured JSON format of CloudEvents 1.0, with the extensions `partitionkey`, `sequence` and
/// `traceparent` (CloudEvents "Partitioning", "Sequence" and "Distributed Tracing").
public final class CloudEventJson {

    private static final Pattern NEXT_WORD = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])");

    private CloudEventJson() {}

    /// The type of an event: the thing and what became of it, `OrderConfirmed` → `dev.holdfast.order.confirmed.v1`,
    /// `OrderRefundPending` → `dev.holdfast.order.refund_pending.v1`. A name of one word is said of the source:
    /// `Delivered` of `/shipping` → `dev.holdfast.shipping.delivered.v1`.
    public static String type(Event event) {
        var words = NEXT_WORD.split(event.type(), 2);
        var thing = words.length == 2 ? words[0] : event.source().substring(1);
        var happened = NEXT_WORD.matcher(words[words.length - 1]).replaceAll("_");
        return "dev.holdfast." + (thing + "." + happened).toLowerCase(Locale.ROOT) + ".v1";
    }

    /// The data is written as it is stored, so that no amount changes its digits. `sequence` is a text, as its
    /// specification says.
    public static String write(Event event) {
        var json = Json.mapper().createObjectNode();
        json.put("specversion", "1.0");
        json.put("id", event.id());
        json.put("source", event.source());
        json.put("type", type(event));
        json.put("subject", event.subject());
        json.put("time", event.at().toString());
        json.put("datacontenttype", "application/json");
        json.put("partitionkey", event.partitionKey());
        json.put("sequence", Long.toString(event.sequence()));
        json.put("sequencetype", "Integer");
        if (event.traceparent() != null) {
            json.put("traceparent", event.traceparent());
        }
        json.putRawValue("data", new RawValue(event.data()));
        return Json.write(json);
    }
}
