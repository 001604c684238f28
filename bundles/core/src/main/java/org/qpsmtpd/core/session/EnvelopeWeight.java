package org.qpsmtpd.core.session;

import java.util.Map;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.session.Recipient;

/** About how much memory a part of the envelope takes, characters of two octets each. */
final class EnvelopeWeight {
    /** The objects of an address, its notes and its place in a list, about. */
    private static final int ADDRESS_OCTETS = 256;

    private static final int PARAMETER_OCTETS = 96;

    private EnvelopeWeight() {}

    static long of(Recipient recipient) {
        return of(recipient.address(), recipient.parameters());
    }

    static long of(Address address, Parameters parameters) {
        long characters = (long) address.user().length() + address.host().length();
        for (Map.Entry<String, String> parameter : parameters.values().entrySet()) {
            characters += parameter.getKey().length() + parameter.getValue().length();
        }
        return ADDRESS_OCTETS
                + 2 * characters
                + (long) PARAMETER_OCTETS * parameters.values().size();
    }
}
