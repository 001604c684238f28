package org.qpsmtpd.ldap;

import com.unboundid.ldap.sdk.LDAPConnectionPool;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.SimpleBindRequest;
import java.util.Arrays;
import java.util.Set;
import org.qpsmtpd.api.auth.Secret;

/**
 * Has a directory tell whether passwords are right, by binding with them (RFC 4513 section 5.1.3),
 * over connections that serve nothing else. Waits, for a bounded time. Safe for use by several
 * threads.
 */
public final class Passwords implements AutoCloseable {
    /** The entry is not there, has no password, has another one, or may not be used now. */
    private static final Set<ResultCode> REFUSED =
            Set.of(
                    ResultCode.INVALID_CREDENTIALS,
                    ResultCode.INAPPROPRIATE_AUTHENTICATION,
                    ResultCode.NO_SUCH_OBJECT,
                    ResultCode.CONSTRAINT_VIOLATION,
                    ResultCode.UNWILLING_TO_PERFORM);

    private final LDAPConnectionPool pool;

    /**
     * Connects to nobody yet.
     *
     * @param name the plugin's, for the threads
     * @param settings whose {@code bindDn} is not used
     * @throws IllegalArgumentException naming the option and what is wrong with it
     */
    public Passwords(String name, DirectorySettings settings) {
        pool = Servers.pool(name, settings.anonymous());
    }

    /**
     * Whether the directory takes a password for an entry. An empty DN or password is never taken,
     * since directories take them for nobody's.
     *
     * @throws DirectoryException when it cannot tell
     */
    public boolean matches(String dn, Secret password) throws DirectoryException {
        byte[] octets = password.octets();
        try {
            if (dn.isEmpty() || octets.length == 0) {
                return false;
            }
            var unused = pool.bind(new SimpleBindRequest(dn, octets));
            return true;
        } catch (LDAPException e) {
            if (REFUSED.contains(e.getResultCode())) {
                return false;
            }
            throw new DirectoryException(e);
        } finally {
            Arrays.fill(octets, (byte) 0);
        }
    }

    /** Closes the connections. */
    @Override
    public void close() {
        pool.close();
    }
}
