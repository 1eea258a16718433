package dev.holdfast.gateway;

import dev.holdfast.platform.Json;
import java.math.BigDecimal;
import org.springframework.boot.jackson.autoconfigure.JsonFactoryBuilderCustomizer;
import org.springframework.boot.jackson.autoconfigure.JsonMapperBuilderCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.deser.std.StdScalarDeserializer;
import tools.jackson.databind.module.SimpleModule;

/// How requests are read: the rules of [Json], and what is only needed against strangers. A number is a number and
/// a text is a text (a client that sends "2" for 2 has a bug worth hearing of), nothing is said twice, and what the
/// database or arithmetic could not carry is refused here, with its place.
@Configuration(proxyBeanMethods = false)
class StrictJson {

    /// Digits before or after the point. Far more than money or weights have; and without a limit `1e999999999`
    /// would be expanded digit by digit by whoever rounds it.
    private static final int MOST_DIGITS = 30;

    @Bean
    JsonFactoryBuilderCustomizer limitsOnJson(HttpLimits limits) {
        return factory -> factory.enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(limits.maxDepth())
                        .maxStringLength(limits.maxText())
                        .maxNameLength(256)
                        .maxNumberLength(100)
                        .build());
    }

    @Bean
    JsonMapperBuilderCustomizer strictness() {
        return mapper -> Json.configure(mapper)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                .enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
                .addModule(new SimpleModule("strict")
                        .addDeserializer(String.class, new Text())
                        .addDeserializer(BigDecimal.class, new Decimal())
                        .addDeserializer(Double.class, new Finite(Double.class))
                        .addDeserializer(double.class, new Finite(double.class)));
    }

    /// Text that PostgreSQL and every protocol behind us can carry: no unpaired surrogates (no UTF-8 for them), no
    /// control characters but tab and line breaks.
    private static final class Text extends StdScalarDeserializer<String> {

        Text() {
            super(String.class);
        }

        @Override
        public String deserialize(JsonParser json, DeserializationContext context) {
            if (!json.hasToken(JsonToken.VALUE_STRING)) {
                throw new InvalidValueException(json, "must be a text", String.class);
            }
            var text = json.getString();
            for (int i = 0; i < text.length(); i++) {
                var c = text.charAt(i);
                if (Character.isHighSurrogate(c)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1))) {
                    i++;
                } else if (Character.isSurrogate(c)) {
                    throw new InvalidValueException(json, "has half of a surrogate pair", String.class);
                } else if (Character.isISOControl(c) && c != '\t' && c != '\n' && c != '\r') {
                    throw new InvalidValueException(
                            json, "has the control character U+%04X".formatted((int) c), String.class);
                }
            }
            return text;
        }
    }

    private static final class Decimal extends StdScalarDeserializer<BigDecimal> {

        Decimal() {
            super(BigDecimal.class);
        }

        @Override
        public BigDecimal deserialize(JsonParser json, DeserializationContext context) {
            requireNumber(json, BigDecimal.class);
            var number = json.getDecimalValue();
            if (Math.abs((long) number.precision() - number.scale()) > MOST_DIGITS
                    || Math.abs((long) number.scale()) > MOST_DIGITS) {
                throw new InvalidValueException(json, "must have at most " + MOST_DIGITS + " digits", BigDecimal.class);
            }
            return number;
        }
    }

    private static final class Finite extends StdScalarDeserializer<Double> {

        Finite(Class<?> type) {
            super(type);
        }

        @Override
        public Double deserialize(JsonParser json, DeserializationContext context) {
            requireNumber(json, Double.class);
            var number = json.getDoubleValue();
            if (!Double.isFinite(number)) {
                throw new InvalidValueException(json, "is too large a number", Double.class);
            }
            return number;
        }

        @Override
        public Object getNullValue(DeserializationContext context) {
            return handledType().isPrimitive() ? context.reportInputMismatch(this, "must be given") : null;
        }
    }

    private static void requireNumber(JsonParser json, Class<?> type) {
        if (!json.hasToken(JsonToken.VALUE_NUMBER_INT) && !json.hasToken(JsonToken.VALUE_NUMBER_FLOAT)) {
            throw new InvalidValueException(json, "must be a number", type);
        }
    }
}
