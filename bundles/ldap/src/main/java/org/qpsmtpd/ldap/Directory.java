package org.qpsmtpd.ldap;

import com.unboundid.ldap.sdk.DereferencePolicy;
import com.unboundid.ldap.sdk.LDAPConnectionPool;
import com.unboundid.ldap.sdk.LDAPSearchException;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.SearchRequest;
import com.unboundid.ldap.sdk.SearchResultEntry;
import com.unboundid.ldap.sdk.SearchScope;
import java.util.List;

/**
 * Searches in a directory, over connections that are kept. Waits, for a bounded time. Safe for use
 * by several threads.
 */
public final class Directory implements AutoCloseable {
    /** Names every attribute, those of the directory's own included. */
    public static final List<String> ALL_ATTRIBUTES = List.of("*", "+");

    /** Names no attribute (RFC 4511 section 4.5.1.8). */
    public static final List<String> NO_ATTRIBUTES = List.of("1.1");

    private final String base;
    private final int timeoutMillis;
    private final LDAPConnectionPool pool;

    /**
     * Connects to nobody yet.
     *
     * @param name the plugin's, for the threads
     * @param base DN below which entries are looked for
     * @throws IllegalArgumentException naming the option and what is wrong with it
     */
    public Directory(String name, String base, DirectorySettings settings) {
        if (base.isEmpty()) {
            throw new IllegalArgumentException(
                    "base is missing: the DN below which entries are, such as dc=example,dc=org");
        }
        this.base = base;
        timeoutMillis = settings.timeoutMillis();
        pool = Servers.pool(name, settings);
    }

    /**
     * Looks for entries.
     *
     * @param attributes those that are wanted of each
     * @param most how many are enough; there may be more
     * @return at most so many, in the directory's order
     * @throws DirectoryException when the directory cannot be asked, or does not answer the
     *     question
     */
    public List<DirectoryEntry> search(EntryFilter wanted, List<String> attributes, int most)
            throws DirectoryException {
        SearchRequest request =
                new SearchRequest(
                        base,
                        SearchScope.SUB,
                        DereferencePolicy.NEVER,
                        most,
                        (timeoutMillis + 999) / 1000,
                        false,
                        wanted.filter(),
                        attributes.toArray(String[]::new));
        request.setResponseTimeoutMillis(timeoutMillis);
        try {
            return entries(pool.search(request).getSearchEntries(), most);
        } catch (LDAPSearchException e) {
            if (e.getResultCode().equals(ResultCode.SIZE_LIMIT_EXCEEDED)) {
                return entries(e.getSearchEntries(), most);
            }
            throw new DirectoryException(e);
        }
    }

    private static List<DirectoryEntry> entries(List<SearchResultEntry> found, int most) {
        return found.stream().limit(most).map(DirectoryEntry::new).toList();
    }

    /** Closes the connections. */
    @Override
    public void close() {
        pool.close();
    }
}
