package org.qpsmtpd.ldap;

import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.SearchResultEntry;
import java.util.List;

/** An entry of a directory, with those of its attributes that were asked for. */
public final class DirectoryEntry {
    private final SearchResultEntry entry;

    DirectoryEntry(SearchResultEntry entry) {
        this.entry = entry;
    }

    /** Its name. */
    public String dn() {
        return entry.getDN();
    }

    /**
     * Whether it is like that, as far as its attributes are here.
     *
     * @throws DirectoryException for a filter that cannot be applied here
     */
    public boolean matches(EntryFilter filter) throws DirectoryException {
        try {
            return filter.filter().matchesEntry(entry);
        } catch (LDAPException e) {
            throw new DirectoryException(e);
        }
    }

    /** The values of an attribute, in the directory's order; none when it has none. */
    public List<String> values(String attribute) {
        String[] values = entry.getAttributeValues(attribute);
        return values == null ? List.of() : List.of(values);
    }
}
