package org.qpsmtpd.plugin.rspamd;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.peer.PeerFailure;

/** An object of JSON whose members may be missing or of another kind, which is the same. */
record Json(JsonObject object) {
    private static final int DEEPEST = 32;
    private static final double GREATEST = 1e9;

    /**
     * Reads a text of JSON that is one object.
     *
     * @throws PeerFailure when it is none, or nested more than 32 times
     */
    static Json parse(String text) {
        JsonReader reader = new JsonReader(new StringReader(text));
        reader.setStrictness(Strictness.STRICT);
        reader.setNestingLimit(DEEPEST);
        try {
            JsonElement all = JsonParser.parseReader(reader);
            if (all.isJsonObject() && reader.peek() == JsonToken.END_DOCUMENT) {
                return new Json(all.getAsJsonObject());
            }
            throw fault("there is more or less than one object");
        } catch (JsonParseException | IOException e) {
            throw fault(String.valueOf(e.getMessage()));
        }
    }

    private static PeerFailure fault(String why) {
        return new PeerFailure(
                PeerFailure.Kind.FAULT, "rspamd: its answer is no JSON object: " + why);
    }

    /** A member that is an object; an empty one without. */
    Json object(String name) {
        return ofObject(object.get(name));
    }

    private static Json ofObject(@Nullable JsonElement element) {
        return new Json(
                element != null && element.isJsonObject()
                        ? element.getAsJsonObject()
                        : new JsonObject());
    }

    /** A member that is a text; an empty one without. */
    String text(String name) {
        return text(object.get(name));
    }

    private static String text(@Nullable JsonElement element) {
        return element instanceof JsonPrimitive value && value.isString()
                ? value.getAsString()
                : "";
    }

    /** A member that is a number, up to a thousand million. */
    OptionalDouble number(String name) {
        return number(object.get(name));
    }

    private static OptionalDouble number(@Nullable JsonElement element) {
        if (element instanceof JsonPrimitive value && value.isNumber()) {
            double number = value.getAsDouble();
            return Math.abs(number) <= GREATEST
                    ? OptionalDouble.of(number)
                    : OptionalDouble.empty();
        }
        return OptionalDouble.empty();
    }

    /** Whether a member is true. */
    boolean isTrue(String name) {
        return object.get(name) instanceof JsonPrimitive value
                && value.isBoolean()
                && value.getAsBoolean();
    }

    /** The names of its members with what they are, as lists: one that is no list is one of one. */
    Map<String, List<JsonElement>> members() {
        Map<String, List<JsonElement>> members = new LinkedHashMap<>();
        for (String name : object.keySet()) {
            members.put(name, all(object.get(name)));
        }
        return members;
    }

    /** A member that is a text or a list of them. */
    List<String> texts(String name) {
        return all(object.get(name)).stream()
                .map(Json::text)
                .filter(text -> !text.isEmpty())
                .toList();
    }

    private static List<JsonElement> all(@Nullable JsonElement element) {
        if (element instanceof JsonArray array) {
            return array.asList();
        }
        return element == null ? List.of() : List.of(element);
    }
}
