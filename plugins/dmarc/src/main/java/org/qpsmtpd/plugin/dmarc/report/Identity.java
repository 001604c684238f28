package org.qpsmtpd.plugin.dmarc.report;

import java.util.function.Supplier;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.mailauth.DomainName;

/** Who reports. What is not given follows from the server's name, which may change. */
final class Identity {
    private final Supplier<String> ownName;
    private final String from;
    private final String organization;
    private final String contact;

    /**
     * @throws IllegalArgumentException when the address is none
     */
    Identity(ReportOptions options, Supplier<String> ownName) {
        this.ownName = ownName;
        from = options.report__from();
        organization = Fields.clean(options.report__org());
        contact = Fields.clean(options.report__contact());
        Address address = Address.of(from);
        boolean isAddress =
                from.chars().allMatch(c -> c > ' ' && c < 0x7F && "<>\",;:".indexOf(c) < 0)
                        && !address.user().isEmpty()
                        && DomainName.of(address.host()).isPresent();
        if (!from.isEmpty() && !isAddress) {
            throw new IllegalArgumentException(
                    "report_from '" + from + "' is no address such as dmarc@example.org");
        }
    }

    /** Of this server. */
    String ownName() {
        return ownName.get();
    }

    String organization() {
        return organization.isEmpty() ? ownName() : organization;
    }

    String contact() {
        return contact;
    }

    /** {@code user@host}. */
    String from() {
        return from.isEmpty() ? "postmaster@" + ownName() : from;
    }

    Address address() {
        return Address.of(from());
    }
}
