package org.qpsmtpd.plugin.rcptldap;

import com.unboundid.ldap.sdk.DereferencePolicy;
import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPConnectionPool;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.LDAPSearchException;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.SearchRequest;
import com.unboundid.ldap.sdk.SearchResultEntry;
import com.unboundid.ldap.sdk.SearchScope;

import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.lookup.Mailbox;
import org.qpsmtpd.api.mail.Address;

import java.util.List;

/** The directory, over connections that are kept. Waits, for a bounded time. */
final class LdapDirectory implements AutoCloseable {
    /** More entries than these say nothing more. */
    private static final int MOST_ENTRIES = 20;

    private static final int LONGEST = 250;

    private final String base;
    private final FilterTemplate filter;
    private final @Nullable Filter unknownWhen;
    private final @Nullable Filter disabledWhen;
    private final int timeoutMillis;
    private final LDAPConnectionPool pool;

    /**
     * Connects to nobody yet.
     *
     * @throws IllegalArgumentException naming the option and what is wrong with it
     */
    LdapDirectory(RcptLdapConfig config) {
        if (config.base().isEmpty()) {
            throw new IllegalArgumentException(
                    "base is missing: the DN below which mailboxes are, such as dc=example,dc=org");
        }
        base = config.base();
        filter = new FilterTemplate(config.filter());
        unknownWhen = optional("unknown_when", config.unknown__when());
        disabledWhen = optional("disabled_when", config.disabled__when());
        timeoutMillis = config.timeoutMillis();
        Servers servers = new Servers(config);
        try {
            pool = new LDAPConnectionPool(servers.set(), servers.bind(), 0, config.connections());
        } catch (LDAPException e) {
            throw new IllegalArgumentException("servers: " + e.getMessage(), e);
        }
        pool.setConnectionPoolName("rcpt_ldap");
        pool.setCreateIfNecessary(false);
        pool.setMaxWaitTimeMillis(timeoutMillis);
        // One that was kept may have been closed by the server meanwhile.
        pool.setRetryFailedOperationsDueToInvalidConnections(true);
    }

    private static @Nullable Filter optional(String option, String text) {
        return text.isEmpty() ? null : FilterTemplate.plain(option, text);
    }

    /**
     * Looks for an address.
     *
     * @throws LDAPException when the directory cannot be asked, or does not answer the question
     */
    Mailbox find(Address address) throws LDAPException {
        boolean disabled = false;
        for (SearchResultEntry entry : entries(filter.of(address))) {
            if (unknownWhen != null && unknownWhen.matchesEntry(entry)) {
                continue;
            }
            if (disabledWhen == null || !disabledWhen.matchesEntry(entry)) {
                return Mailbox.THERE;
            }
            disabled = true;
        }
        return disabled ? Mailbox.DISABLED : Mailbox.UNKNOWN;
    }

    private List<SearchResultEntry> entries(Filter wanted) throws LDAPException {
        boolean looksInside = unknownWhen != null || disabledWhen != null;
        SearchRequest request =
                new SearchRequest(
                        base,
                        SearchScope.SUB,
                        DereferencePolicy.NEVER,
                        MOST_ENTRIES,
                        (timeoutMillis + 999) / 1000,
                        false,
                        wanted,
                        looksInside ? new String[] {"*", "+"} : new String[] {"1.1"});
        request.setResponseTimeoutMillis(timeoutMillis);
        try {
            return pool.search(request).getSearchEntries();
        } catch (LDAPSearchException e) {
            if (e.getResultCode().equals(ResultCode.SIZE_LIMIT_EXCEEDED)) {
                return e.getSearchEntries();
            }
            throw e;
        }
    }

    /** Whether after such a failure the next question would fail, too. */
    static boolean isDown(LDAPException failure) {
        ResultCode code = failure.getResultCode();
        return !code.isConnectionUsable()
                || code.equals(ResultCode.BUSY)
                || code.equals(ResultCode.UNAVAILABLE)
                || code.equals(ResultCode.TIMEOUT)
                || code.equals(ResultCode.TIME_LIMIT_EXCEEDED)
                || code.equals(ResultCode.INVALID_CREDENTIALS)
                || code.equals(ResultCode.NO_SUCH_OBJECT);
    }

    /** What happened, for the log; the library goes on about itself. */
    static String shown(LDAPException failure) {
        String text = failure.getResultCode().getName() + ": " + failure.getMessage();
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
    }

    @Override
    public void close() {
        pool.close();
    }
}
