package org.qpsmtpd.dns.message;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.service.DnsAnswer;
import org.qpsmtpd.api.service.DnsAnswer.Status;
import org.qpsmtpd.api.service.DnsType;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/**
 * Reads what a name server said to a question. Of its records only those count that belong to the
 * name that was asked for, or to one that aliases lead to from there.
 */
public final class AnswerReader {
    private static final int MOST_ALIASES = 16;
    private static final int MOST_RECORDS = 4096;
    private static final long LONGEST_POSITIVE = 86_400;
    private static final long LONGEST_NEGATIVE = 3600;
    private static final long SIGN = 0x80000000L;

    private final Message message;
    private final Question question;
    private final boolean authenticated;
    private long seconds = LONGEST_POSITIVE;

    private AnswerReader(Message message, Question question, boolean trusted) {
        this.message = message;
        this.question = question;
        authenticated = trusted && message.getHeader().getFlag(Flags.AD);
    }

    /**
     * Reads a message that repeats the question.
     *
     * @param trusted whether the server's word counts that it checked signatures
     */
    public static Reply read(Question question, byte[] octets, boolean trusted) {
        try {
            return new AnswerReader(new Message(octets), question, trusted).read();
        } catch (IOException | RuntimeException e) {
            return Reply.FAILED; // the library has an exception for each fault, and further ones
        }
    }

    private Reply read() {
        int code = message.getRcode();
        if (code != Rcode.NOERROR && code != Rcode.NXDOMAIN) {
            return Reply.FAILED;
        }
        Set<Name> seen = new HashSet<>();
        Name name = question.name();
        while (seen.add(name) && seen.size() <= MOST_ALIASES) {
            List<Record> found = records(name, question.type().code());
            if (!found.isEmpty()) {
                return found(found);
            }
            Name next = alias(name);
            if (next == null) {
                return nothing(name, code == Rcode.NXDOMAIN);
            }
            name = next;
        }
        return Reply.FAILED; // aliases in a circle
    }

    private @Nullable Name alias(Name name) {
        if (question.type() == DnsType.CNAME) {
            return null;
        }
        List<Record> aliases = records(name, Type.CNAME);
        if (aliases.isEmpty()) {
            return null;
        }
        keepNoLongerThan(aliases);
        return ((CNAMERecord) aliases.get(0)).getTarget();
    }

    private List<Record> records(Name name, int type) {
        List<Record> found = new ArrayList<>();
        for (Record each : message.getSection(Section.ANSWER)) {
            boolean wanted =
                    each.getType() == type
                            && each.getDClass() == DClass.IN
                            && each.getName().equals(name);
            if (wanted && found.size() < MOST_RECORDS) {
                found.add(each);
            }
        }
        return found;
    }

    private Reply found(List<Record> records) {
        keepNoLongerThan(records);
        List<Object> values = RecordValues.of(records);
        return new Reply(new DnsAnswer<>(Status.FOUND, values, authenticated), seconds, null);
    }

    private void keepNoLongerThan(List<Record> records) {
        records.forEach(each -> keepNoLongerThan(each.getTTL()));
    }

    /** A number with the highest bit counts as 0 (RFC 2181, 8). */
    private void keepNoLongerThan(long most) {
        seconds = Math.min(seconds, most >= SIGN || most < 0 ? 0 : most);
    }

    /** No record: for good, with a SOA record that says how long (RFC 2308, 5), or only so far. */
    private Reply nothing(Name last, boolean noName) {
        SOARecord start = start(last);
        boolean followed = last.equals(question.name()) || start != null || noName;
        if (!followed) {
            return new Reply(none(Status.NO_DATA), seconds, last);
        }
        boolean answers =
                message.getHeader().getFlag(Flags.RA) || message.getHeader().getFlag(Flags.AA);
        if (!noName && start == null && !answers) {
            return Reply.FAILED; // it leads elsewhere, and neither knows the zone nor asks others
        }
        keepNoLongerThan(LONGEST_NEGATIVE);
        keepNoLongerThan(start == null ? 0 : Math.min(start.getTTL(), start.getMinimum()));
        return new Reply(none(noName ? Status.NO_NAME : Status.NO_DATA), seconds, null);
    }

    private DnsAnswer<?> none(Status status) {
        return new DnsAnswer<>(status, List.of(), authenticated);
    }

    private @Nullable SOARecord start(Name name) {
        for (Record each : message.getSection(Section.AUTHORITY)) {
            if (each instanceof SOARecord start && name.subdomain(each.getName())) {
                return start;
            }
        }
        return null;
    }
}
