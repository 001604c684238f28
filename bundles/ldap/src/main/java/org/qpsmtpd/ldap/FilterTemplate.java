package org.qpsmtpd.ldap;

import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.qpsmtpd.api.mail.Address;

/**
 * A filter with places for a name, which cannot become more of it than a value: {@code %s} is the
 * whole of it, {@code %u} its local part, {@code %d} its domain, {@code %%} a percent sign.
 */
public final class FilterTemplate {
    private static final Pattern PLACE = Pattern.compile("%(.)");

    private final String option;
    private final String template;

    /**
     * Reads a template.
     *
     * @param option its name, for the message
     * @throws IllegalArgumentException saying what is wrong with it
     */
    public FilterTemplate(String option, String template) {
        this.option = option;
        this.template = template;
        if (!template.contains("%s") && !template.contains("%u")) {
            throw new IllegalArgumentException(
                    option
                            + " '"
                            + template
                            + "' has neither %s, the address, nor %u, its local part");
        }
        try {
            var unused = filter("user@example.org", "user", "example.org");
        } catch (LDAPException e) {
            throw EntryFilter.wrong(option, template, e);
        }
    }

    /** The filter for an address in lower case. */
    public EntryFilter of(Address address) {
        return of(address.comparable(), address.comparableUser(), address.comparableHost());
    }

    /** The filter for a name, whose characters stand for themselves (RFC 4515 section 3). */
    public EntryFilter of(String whole, String local, String domain) {
        try {
            return new EntryFilter(filter(whole, local, domain));
        } catch (LDAPException e) {
            throw new IllegalStateException("a value became a part of the filter", e);
        }
    }

    private Filter filter(String whole, String local, String domain) throws LDAPException {
        return Filter.create(
                PLACE.matcher(template)
                        .replaceAll(
                                place ->
                                        Matcher.quoteReplacement(
                                                value(place.group(1), whole, local, domain))));
    }

    private String value(String letter, String whole, String local, String domain) {
        return switch (letter) {
            case "s" -> Filter.encodeValue(whole);
            case "u" -> Filter.encodeValue(local);
            case "d" -> Filter.encodeValue(domain);
            case "%" -> "%";
            default ->
                    throw new IllegalArgumentException(
                            option + ": '%" + letter + "' is not one of %s, %u, %d, %%");
        };
    }
}
