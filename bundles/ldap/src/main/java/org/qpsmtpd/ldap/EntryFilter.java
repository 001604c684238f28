package org.qpsmtpd.ldap;

import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPException;

/** What an entry is to be like (RFC 4515). */
public final class EntryFilter {
    private final Filter filter;

    EntryFilter(Filter filter) {
        this.filter = filter;
    }

    /**
     * Reads a filter without places.
     *
     * @param option its name, for the message
     * @throws IllegalArgumentException saying what is wrong with it
     */
    public static EntryFilter parse(String option, String text) {
        try {
            return new EntryFilter(Filter.create(text));
        } catch (LDAPException e) {
            throw wrong(option, text, e);
        }
    }

    static IllegalArgumentException wrong(String option, String text, LDAPException e) {
        return new IllegalArgumentException(
                option + " '" + text + "' is no LDAP filter: " + e.getMessage(), e);
    }

    Filter filter() {
        return filter;
    }

    @Override
    public String toString() {
        return filter.toString();
    }
}
