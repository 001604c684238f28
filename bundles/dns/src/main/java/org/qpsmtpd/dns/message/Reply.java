package org.qpsmtpd.dns.message;

import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.service.DnsAnswer;
import org.xbill.DNS.Name;

/**
 * What a name server said.
 *
 * @param answer FAILED when it said nothing that helps
 * @param seconds how long that may be kept; 0 for not at all
 * @param alias the name that is to be asked for instead, since the server followed no further; the
 *     answer is NO_DATA then
 */
public record Reply(DnsAnswer<?> answer, long seconds, @Nullable Name alias) {
    /** Nothing that helps. */
    public static final Reply FAILED = new Reply(DnsAnswer.none(DnsAnswer.Status.FAILED), 0, null);

    /** Nobody was asked, since nobody who may be asked can know the name. */
    public static final Reply UNKNOWN =
            new Reply(DnsAnswer.none(DnsAnswer.Status.NO_NAME), 5, null);

    /** Whether it says nothing that helps. */
    public boolean isFailed() {
        return answer.isFailed();
    }
}
