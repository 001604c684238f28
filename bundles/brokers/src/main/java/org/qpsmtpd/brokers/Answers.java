package org.qpsmtpd.brokers;

import java.util.List;
import java.util.stream.Collectors;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;

/** What the client is told. */
final class Answers {
    private final BrokerSettings settings;

    Answers(BrokerSettings settings) {
        this.settings = settings;
    }

    HookResult busy() {
        return HookResult.denySoft(
                        "Too many messages wait for the broker, try again later (#4.4.5)")
                .because(
                        "error: as many messages or octets wait for the broker as most_messages or"
                                + " most_octets allow");
    }

    static HookResult unreadable(String why) {
        return HookResult.denySoft("Unable to queue message (the message cannot be read) (#4.3.0)")
                .withCode(451)
                .because("error: the message cannot be read: " + why);
    }

    HookResult tooLarge(long size) {
        return tooLarge(size + " octets, max_octets is " + settings.maxOctets());
    }

    private HookResult tooLarge(String detail) {
        return settings.declinesLarger()
                ? HookResult.skip("too large for the broker: " + detail)
                : denyLarge(detail);
    }

    private static HookResult denyLarge(String detail) {
        return HookResult.deny(
                "Message is too large for the broker (#5.3.4)",
                "too large for the broker: " + detail);
    }

    /** When all is over. Where recipients differ, and the client reads of each, each is told. */
    HookResult of(Transaction transaction, List<Parcel> parcels) {
        List<Parcel> lost = parcels.stream().filter(parcel -> !parcel.isTaken()).toList();
        if (lost.isEmpty()) {
            return taken(transaction, parcels);
        }
        if (lost.size() < parcels.size() && transaction.isAnsweredEach()) {
            parcels.forEach(parcel -> settle(transaction, parcel));
            return HookResult.DECLINED;
        }
        HookResult answer = refusal(worst(lost));
        boolean isPart = lost.size() < parcels.size();
        return isPart
                ? answer.because(
                        answer.reason() + "; " + (parcels.size() - lost.size()) + " got it before")
                : answer;
    }

    private void settle(Transaction transaction, Parcel parcel) {
        HookResult verdict =
                parcel.isTaken()
                        ? taken(transaction, List.of(parcel))
                        : refusalOfPart(parcel.failure());
        for (Recipient recipient : parcel.recipients()) {
            recipient.settle(verdict);
        }
    }

    /** The next plugin cannot be left what another part of the recipients has got here. */
    private HookResult refusalOfPart(BrokerFailure failure) {
        return failure.kind() == BrokerFailure.Kind.TOO_LARGE
                ? denyLarge(failure.detail())
                : refusal(failure);
    }

    private static HookResult taken(Transaction transaction, List<Parcel> parcels) {
        String places =
                parcels.stream().limit(5).map(Parcel::place).collect(Collectors.joining(", "));
        String more = parcels.size() > 5 ? ", and " + (parcels.size() - 5) + " more" : "";
        return HookResult.ok("queued as " + transaction.id())
                .because("pass: published to " + places + more);
    }

    /** One that is temporary before one for good. */
    private static BrokerFailure worst(List<Parcel> lost) {
        List<BrokerFailure> failures = lost.stream().map(Parcel::failure).toList();
        return failures.stream()
                .filter(failure -> failure.kind() != BrokerFailure.Kind.TOO_LARGE)
                .findFirst()
                .orElse(failures.get(0));
    }

    private HookResult refusal(BrokerFailure failure) {
        return switch (failure.kind()) {
            case AWAY -> soft("The message broker cannot be reached (#4.4.1)", failure);
            case LATE -> soft("The message broker does not answer in time (#4.4.1)", failure);
            case REFUSED -> soft("The message broker does not take the message (#4.3.0)", failure);
            case TOO_LARGE -> tooLarge(failure.detail());
        };
    }

    private static HookResult soft(String text, BrokerFailure failure) {
        return HookResult.denySoft(text).withCode(451).because("error: " + failure.detail());
    }
}
