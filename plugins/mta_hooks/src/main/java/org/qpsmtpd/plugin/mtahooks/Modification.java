package org.qpsmtpd.plugin.mtahooks;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.qpsmtpd.api.filter.MessageEditor;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.AddressSyntax;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.http.Json;

/**
 * A change of a message that a service wants; one that can be made, unless the body is too large.
 */
interface Modification {
    /** Of an address. */
    int MOST_PARAMETERS = 20;

    /**
     * Makes it.
     *
     * @throws PeerFailure when the new body cannot be taken
     */
    void make(MessageEditor message);

    /** Whether it is of the body, and so made before the others. */
    default boolean isOfBody() {
        return false;
    }

    /** A new body. */
    record NewBody(String text) implements Modification {
        @Override
        public void make(MessageEditor message) {
            message.replaceBody(new TextBody(text));
        }

        @Override
        public boolean isOfBody() {
            return true;
        }
    }

    /**
     * Reads one.
     *
     * @param syntax of addresses
     * @throws PeerFailure when it is none
     */
    static Modification parse(Json json, AddressSyntax syntax) {
        String type = json.text("type");
        return switch (type) {
            case "changeFrom" -> {
                Address address = address(json, syntax);
                Parameters parameters = parameters(json.member("parameters"));
                yield message -> message.setSender(address, parameters);
            }
            case "addRecipient" -> {
                Address address = recipient(json, syntax);
                Parameters parameters = parameters(json.member("parameters"));
                yield message -> message.addRecipient(address, parameters);
            }
            case "deleteRecipient" -> {
                Address address = recipient(json, syntax);
                yield message -> message.removeRecipient(address);
            }
            case "replaceContents" -> new NewBody(value(json));
            case "addHeader", "insertHeader", "changeHeader", "deleteHeader" ->
                    ofHeader(type, json);
            default -> throw wrong("wants '" + type + "', which is not known here");
        };
    }

    private static Modification ofHeader(String type, Json json) {
        String name = FieldText.name(json.text("name"));
        if (type.equals("addHeader")) {
            String value = FieldText.value(value(json));
            return message -> message.header().add(name, value);
        }
        int index = index(json);
        if (type.equals("deleteHeader")) {
            return message -> message.header().change(name, index, "");
        }
        String value = FieldText.value(value(json));
        return type.equals("insertHeader")
                ? message -> message.header().insert(index, name, value)
                : message -> message.header().change(name, index, value);
    }

    private static String value(Json json) {
        if (!json.member("value").isText()) {
            throw wrong("wants a change whose value is no text");
        }
        return json.text("value");
    }

    private static int index(Json json) {
        double index = json.number("index").orElse(-1);
        if (index < 0 || index != Math.rint(index)) {
            throw wrong("wants a change of a field whose index is no whole number");
        }
        return (int) index;
    }

    private static Address recipient(Json json, AddressSyntax syntax) {
        Address address = address(json, syntax);
        if (address.isNull()) {
            throw wrong("wants a recipient without an address");
        }
        return address;
    }

    private static Address address(Json json, AddressSyntax syntax) {
        String plain = value(json).strip();
        String path = plain.startsWith("<") ? plain : "<" + plain + ">";
        return Address.parse(path, syntax)
                .orElseThrow(() -> wrong("wants '" + plain + "', which is no address"));
    }

    private static Parameters parameters(Json json) {
        Map<String, String> values = new HashMap<>();
        for (String name : json.names()) {
            boolean isFlag = !json.has(name);
            String value = json.text(name);
            boolean isOne =
                    name.matches("[A-Za-z0-9][A-Za-z0-9-]{0,49}")
                            && (isFlag || json.member(name).isText())
                            && value.matches("[!-<>-~]{0,500}");
            if (!isOne || values.size() == MOST_PARAMETERS) {
                throw wrong("wants the parameter '" + name + "', which is none or one too many");
            }
            values.put(name.toLowerCase(Locale.ROOT), value);
        }
        return new Parameters(values);
    }

    private static PeerFailure wrong(String what) {
        return new PeerFailure(PeerFailure.Kind.FAULT, "it " + what);
    }
}
