package org.qpsmtpd.plugin.rcptldap;

import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPException;

import org.qpsmtpd.api.mail.Address;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A filter with places for an address, which cannot become more of it than a value. */
final class FilterTemplate {
    private static final Pattern PLACE = Pattern.compile("%(.)");

    private final String template;

    /**
     * Reads the option {@code filter}.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     */
    FilterTemplate(String template) {
        this.template = template;
        if (!template.contains("%s") && !template.contains("%u")) {
            throw new IllegalArgumentException(
                    "filter '"
                            + template
                            + "' has neither %s, the address, nor %u, its local part");
        }
        try {
            var unused = of(new Address("user", "example.org"));
        } catch (LDAPException e) {
            throw wrong("filter", template, e);
        }
    }

    /**
     * Reads a filter without places.
     *
     * @param option its name
     * @throws IllegalArgumentException saying what is wrong with it
     */
    static Filter plain(String option, String text) {
        try {
            return Filter.create(text);
        } catch (LDAPException e) {
            throw wrong(option, text, e);
        }
    }

    private static IllegalArgumentException wrong(String option, String text, LDAPException e) {
        return new IllegalArgumentException(
                option + " '" + text + "' is no LDAP filter: " + e.getMessage(), e);
    }

    /** The filter for an address, whose characters stand for themselves (RFC 4515 section 3). */
    Filter of(Address address) throws LDAPException {
        return Filter.create(
                PLACE.matcher(template)
                        .replaceAll(
                                place -> Matcher.quoteReplacement(value(place.group(1), address))));
    }

    private static String value(String letter, Address address) {
        return switch (letter) {
            case "s" -> Filter.encodeValue(address.comparable());
            case "u" -> Filter.encodeValue(address.comparableUser());
            case "d" -> Filter.encodeValue(address.comparableHost());
            case "%" -> "%";
            default ->
                    throw new IllegalArgumentException(
                            "filter: '%" + letter + "' is not one of %s, %u, %d, %%");
        };
    }
}
