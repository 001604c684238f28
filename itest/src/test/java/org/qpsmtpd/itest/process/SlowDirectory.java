package org.qpsmtpd.itest.process;

import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.listener.interceptor.InMemoryInterceptedSearchRequest;
import com.unboundid.ldap.listener.interceptor.InMemoryInterceptedSimpleBindRequest;
import com.unboundid.ldap.listener.interceptor.InMemoryOperationInterceptor;
import com.unboundid.ldap.sdk.Attribute;
import com.unboundid.ldap.sdk.Entry;
import com.unboundid.ldap.sdk.LDAPException;

/** A directory with one user that thinks about every question, of each connection on its own. */
final class SlowDirectory implements AutoCloseable {
    static final String BASE = "dc=ours,dc=test";
    static final String USER = "ann";
    static final String PASSWORD = "correct-horse";

    private final InMemoryDirectoryServer server;

    /**
     * @param thinking runs before each answer, on a thread of the connection's own
     */
    SlowDirectory(Runnable thinking) throws LDAPException {
        InMemoryDirectoryServerConfig config = new InMemoryDirectoryServerConfig(BASE);
        config.setSchema(null);
        config.addInMemoryOperationInterceptor(
                new InMemoryOperationInterceptor() {
                    @Override
                    public void processSearchRequest(InMemoryInterceptedSearchRequest request) {
                        thinking.run();
                    }

                    @Override
                    public void processSimpleBindRequest(
                            InMemoryInterceptedSimpleBindRequest request) {
                        thinking.run();
                    }
                });
        server = new InMemoryDirectoryServer(config);
        server.addEntries(
                new Entry(
                        BASE, new Attribute("objectClass", "domain"), new Attribute("dc", "ours")),
                new Entry(
                        "uid=" + USER + "," + BASE,
                        new Attribute("objectClass", "inetOrgPerson"),
                        new Attribute("uid", USER),
                        new Attribute("userPassword", PASSWORD)));
        server.startListening();
    }

    int port() {
        return server.getListenPort();
    }

    @Override
    public void close() {
        server.shutDown(true);
    }
}
