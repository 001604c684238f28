package org.qpsmtpd.mailauth.dmarc;

import java.util.Optional;
import org.qpsmtpd.mailauth.DnsResult;

/**
 * What a domain publishes.
 *
 * @param record its one record; empty without, and with several
 * @param status how the DNS answered
 */
record Answer(Optional<DmarcRecord> record, DnsResult.Status status) {
    static final Answer FAILED = new Answer(Optional.empty(), DnsResult.Status.FAILED);

    static Answer of(DnsResult<String> found) {
        Optional<DmarcRecord> only = Optional.empty();
        for (String text : found.records()) {
            Optional<DmarcRecord> read = RecordReader.read(text);
            if (read.isPresent() && only.isPresent()) { // several are none
                return new Answer(Optional.empty(), found.status());
            }
            only = read.isPresent() ? read : only;
        }
        return new Answer(only, found.status());
    }

    boolean isFailed() {
        return status == DnsResult.Status.FAILED;
    }

    /** Whether the answer shows that the name exists, and so those above it (RFC 8020). */
    boolean showsName() {
        return status == DnsResult.Status.FOUND || status == DnsResult.Status.NO_DATA;
    }
}
