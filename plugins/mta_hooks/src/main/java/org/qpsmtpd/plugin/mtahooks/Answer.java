package org.qpsmtpd.plugin.mtahooks;

import java.util.List;
import org.qpsmtpd.api.mail.AddressSyntax;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.http.HttpAnswer;
import org.qpsmtpd.http.Json;

/**
 * What a service answers.
 *
 * @param changes in order, but for those of the body, which come first
 */
record Answer(Verdict verdict, OwnReply reply, List<Modification> changes) {
    private static final int MOST_CHANGES = 100;

    /**
     * Reads it.
     *
     * @param syntax of addresses
     * @throws PeerFailure when it is none, or not to that stage
     */
    static Answer parse(HttpAnswer answer, HookStage stage, AddressSyntax syntax) {
        boolean isSilent = answer.status() == HttpAnswer.NO_CONTENT;
        Json json = Json.parse("its answer", isSilent ? "{\"action\":\"accept\"}" : answer.text());
        Verdict verdict = verdict(json.text("action"));
        if (!stage.hasMessage() && verdict != Verdict.ACCEPT && verdict != Verdict.REJECT) {
            throw wrong("it answers '" + json.text("action") + "' to " + stage.word());
        }
        requireForm(json, stage);
        List<Modification> changes =
                json.member("modifications").entries().stream()
                        .map(each -> Modification.parse(each, syntax))
                        .sorted((a, b) -> Boolean.compare(b.isOfBody(), a.isOfBody()))
                        .toList();
        if (changes.stream().filter(Modification::isOfBody).count() > 1) {
            throw wrong("it replaces the contents more than once");
        }
        return new Answer(verdict, reply(verdict, json.member("response")), changes);
    }

    private static Verdict verdict(String action) {
        return switch (action) {
            case "accept" -> Verdict.ACCEPT;
            case "discard" -> Verdict.DISCARD;
            case "reject" -> Verdict.REJECT;
            case "quarantine" -> Verdict.QUARANTINE;
            default ->
                    throw wrong("it answers the action '" + action + "', which is not known here");
        };
    }

    private static void requireForm(Json json, HookStage stage) {
        Json changes = json.member("modifications");
        int count = changes.entries().size();
        if (count > 0 && !changes.isList()) {
            throw wrong("its modifications are no list");
        }
        if (count > MOST_CHANGES) {
            throw wrong("it wants " + count + " changes, " + MOST_CHANGES + " are the most");
        }
        if (count > 0 && stage != HookStage.DATA) {
            throw wrong("it wants changes at " + stage.word() + ", they are made at data only");
        }
        if (json.has("response") && !json.member("response").isObject()) {
            throw wrong("its response is no object");
        }
    }

    private static OwnReply reply(Verdict verdict, Json response) {
        return verdict == Verdict.REJECT
                ? OwnReply.parse(response)
                : new OwnReply(0, "", OwnReply.clean(response.text("message")), false);
    }

    private static PeerFailure wrong(String why) {
        return new PeerFailure(PeerFailure.Kind.FAULT, why);
    }
}
