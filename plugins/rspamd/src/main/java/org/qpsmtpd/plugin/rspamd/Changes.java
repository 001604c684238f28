package org.qpsmtpd.plugin.rspamd;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.mail.HeaderField;
import org.qpsmtpd.http.Json;

/**
 * What rspamd has changed, by the object {@code milter} of its answer.
 *
 * @param removals fields to remove, before others are added
 * @param additions fields to add, in order
 * @param marks fields that say that a message is spam, in place of the usual one
 * @param sender the new sender; empty for none, {@code <>} for the null sender
 * @param newRecipients addresses to add
 * @param formerRecipients addresses to remove
 * @param onReject {@code discard} or {@code quarantine} in the place of a refusal; else empty
 * @param hasNoAction whether only these changes count, and the verdict does not
 */
record Changes(
        List<Removal> removals,
        List<Addition> additions,
        List<HeaderField> marks,
        String sender,
        List<String> newRecipients,
        List<String> formerRecipients,
        String onReject,
        boolean hasNoAction) {
    private static final int MOST = 100;
    private static final int LONGEST_VALUE = 16 * 1024;
    private static final int AT_END = -1;

    /**
     * A field to remove.
     *
     * @param position which of that name, from 1; 0: all; -1: the last, and so on
     */
    record Removal(String name, int position) {}

    /**
     * A field to add.
     *
     * @param position 0: on top; 1: below the first, and so on; -1: at the end; -2: above the last,
     *     and so on
     */
    record Addition(String name, String value, int position) {}

    static Changes of(Json milter) {
        return new Changes(
                removals(milter.member("remove_headers")),
                additions(milter.member("add_headers")),
                marks(milter),
                milter.text("change_from"),
                limited(milter.texts("add_rcpt").stream()),
                limited(milter.texts("del_rcpt").stream()),
                milter.text("reject"),
                milter.isTrue("no_action"));
    }

    private static <T> List<T> limited(Stream<T> all) {
        return all.limit(MOST).toList();
    }

    private static List<Removal> removals(Json json) {
        List<Removal> removals = new ArrayList<>();
        for (String name : json.names()) {
            for (Json position : json.member(name).entries()) {
                if (isName(name) && position.number().isPresent()) {
                    removals.add(new Removal(name, number(position)));
                }
            }
        }
        return limited(removals.stream());
    }

    private static List<Addition> additions(Json json) {
        List<Addition> additions = new ArrayList<>();
        for (String name : json.names()) {
            for (Json value : json.member(name).entries()) {
                Addition addition = addition(name, value);
                if (addition != null && isName(name)) {
                    additions.add(addition);
                }
            }
        }
        return limited(additions.stream());
    }

    /** A text, or an object with a text and maybe a place. */
    private static @Nullable Addition addition(String name, Json json) {
        if (json.isText()) {
            return new Addition(name, folded(json.text()), AT_END);
        }
        if (!json.member("value").isText()) {
            return null;
        }
        int position = number(json.member(json.has("order") ? "order" : "index"));
        return new Addition(name, folded(json.text("value")), position);
    }

    private static List<HeaderField> marks(Json milter) {
        String value = milter.text("spam_header");
        if (!value.isEmpty()) {
            return List.of(new HeaderField("X-Spam", folded(value)));
        }
        Json all = milter.member("spam_header");
        return limited(
                all.names().stream()
                        .filter(name -> isName(name) && !all.text(name).isEmpty())
                        .map(name -> new HeaderField(name, folded(all.text(name)))));
    }

    private static int number(Json json) {
        return (int) Math.max(-MOST, Math.min(MOST, json.number().orElse(AT_END)));
    }

    /** A value with CRLF where rspamd folds it with LF, 16 KiB at most. */
    static String folded(String value) {
        String kept = value.length() > LONGEST_VALUE ? value.substring(0, LONGEST_VALUE) : value;
        return kept.replace("\r\n", "\n").replace("\n", "\r\n");
    }

    private static boolean isName(String name) {
        return !name.isEmpty()
                && name.length() <= 70
                && name.chars().allMatch(c -> c > ' ' && c < 127 && c != ':');
    }
}
