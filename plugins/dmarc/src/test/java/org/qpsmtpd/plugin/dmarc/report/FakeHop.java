package org.qpsmtpd.plugin.dmarc.report;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.smtpclient.HopAnswer;

/** A hop that takes all, unless it was told what to say. */
final class FakeHop implements Hop {
    final List<Sent> mails = new ArrayList<>();
    private final Deque<Integer> codes = new ArrayDeque<>();

    record Sent(Address sender, Address recipient, String message) {}

    /** The next answers: a code, 0 for being away. */
    FakeHop answering(int... next) {
        for (int code : next) {
            codes.add(code);
        }
        return this;
    }

    @Override
    public HopAnswer send(Address sender, Address recipient, byte[] message) {
        int code = codes.isEmpty() ? 250 : codes.remove();
        if (code == 250) {
            mails.add(new Sent(sender, recipient, new String(message, StandardCharsets.US_ASCII)));
        }
        String status = (code == 0 ? 4 : code / 100) + ".0.0";
        return new HopAnswer("hop:25", code, status, "text", code != 0, Set.of());
    }

    @Override
    public void close() {}
}
