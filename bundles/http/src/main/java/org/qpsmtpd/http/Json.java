package org.qpsmtpd.http;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.peer.PeerFailure;

/**
 * A value of JSON, asked for what it should be: one that is missing or of another kind is the same
 * as an empty one.
 */
public final class Json {
    private static final int DEEPEST = 32;
    private static final double GREATEST = 1e9;
    private static final Gson WRITER =
            new GsonBuilder().serializeNulls().disableHtmlEscaping().create();

    private final JsonElement element;

    private Json(@Nullable JsonElement element) {
        this.element = element == null ? JsonNull.INSTANCE : element;
    }

    /**
     * Reads a text of JSON that is one object.
     *
     * @param what it is, for the message
     * @throws PeerFailure when it is none, or nested more than 32 times
     */
    public static Json parse(String what, String text) {
        JsonReader reader = new JsonReader(new StringReader(text));
        reader.setStrictness(Strictness.STRICT);
        reader.setNestingLimit(DEEPEST);
        try {
            JsonElement all = JsonParser.parseReader(reader);
            if (all.isJsonObject() && reader.peek() == JsonToken.END_DOCUMENT) {
                return new Json(all);
            }
            throw fault(what, "there is more or less than one object");
        } catch (JsonParseException | IOException e) {
            throw fault(what, String.valueOf(e.getMessage()));
        }
    }

    private static PeerFailure fault(String what, String why) {
        return new PeerFailure(PeerFailure.Kind.FAULT, what + " is no JSON object: " + why);
    }

    /**
     * Writes a value.
     *
     * @param value a map of texts to values, a collection of values, a text, a number, a boolean or
     *     null
     */
    public static String write(@Nullable Object value) {
        return WRITER.toJson(value);
    }

    /**
     * Whether it is there; a null is not.
     *
     * @param name of a member
     */
    public boolean has(String name) {
        return !member(name).element.isJsonNull();
    }

    /** A member, be it there or not. */
    public Json member(String name) {
        return new Json(element instanceof JsonObject object ? object.get(name) : null);
    }

    /** The names of its members, in their order; none unless it is an object. */
    public Set<String> names() {
        return element instanceof JsonObject object ? object.keySet() : Set.of();
    }

    /** Whether it is an object. */
    public boolean isObject() {
        return element.isJsonObject();
    }

    /** Whether it is a list. */
    public boolean isList() {
        return element.isJsonArray();
    }

    /** Whether it is a text. */
    public boolean isText() {
        return element instanceof JsonPrimitive value && value.isString();
    }

    /** The text; empty when it is none. */
    public String text() {
        return isText() ? element.getAsString() : "";
    }

    /** A member's text; empty without. */
    public String text(String name) {
        return member(name).text();
    }

    /** The number, up to a thousand million. */
    public OptionalDouble number() {
        if (element instanceof JsonPrimitive value && value.isNumber()) {
            double number = value.getAsDouble();
            return Math.abs(number) <= GREATEST
                    ? OptionalDouble.of(number)
                    : OptionalDouble.empty();
        }
        return OptionalDouble.empty();
    }

    /** A member's number. */
    public OptionalDouble number(String name) {
        return member(name).number();
    }

    /** Whether a member is true. */
    public boolean isTrue(String name) {
        return member(name).element instanceof JsonPrimitive value
                && value.isBoolean()
                && value.getAsBoolean();
    }

    /** Its entries; one that is no list is the only one of itself, and a null is none. */
    public List<Json> entries() {
        if (element instanceof JsonArray array) {
            return array.asList().stream().map(Json::new).toList();
        }
        return element.isJsonNull() ? List.of() : List.of(this);
    }

    /** The texts of a member that is a text or a list of them, without empty ones. */
    public List<String> texts(String name) {
        return member(name).entries().stream()
                .map(Json::text)
                .filter(text -> !text.isEmpty())
                .toList();
    }
}
