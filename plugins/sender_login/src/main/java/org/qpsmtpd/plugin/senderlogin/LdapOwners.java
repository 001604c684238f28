package org.qpsmtpd.plugin.senderlogin;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.ldap.Directory;
import org.qpsmtpd.ldap.DirectoryEntry;
import org.qpsmtpd.ldap.DirectoryException;
import org.qpsmtpd.ldap.DirectorySettings;
import org.qpsmtpd.ldap.FilterTemplate;

/** The owners in a directory. */
final class LdapOwners implements Owners {
    private static final int MOST_ENTRIES = 100;

    private final FilterTemplate filter;
    private final String attribute;
    private final Directory directory;

    /**
     * Connects to nobody yet.
     *
     * @throws IllegalArgumentException naming the option and what is wrong with it
     */
    LdapOwners(SenderLoginConfig config) {
        filter = new FilterTemplate("ldap_filter", config.ldap__filter());
        attribute = config.ldap__attribute();
        directory =
                new Directory(
                        "sender_login",
                        config.ldap__base(),
                        new DirectorySettings(
                                List.of(config.ldap__servers()),
                                config.ldap__bind__dn(),
                                config.ldap__password__file(),
                                config.ldap__starttls(),
                                config.ldap__ca__file(),
                                config.connections(),
                                config.timeoutMillis()));
    }

    @Override
    public Set<String> of(Config config, Address address) throws NoAnswer {
        Set<String> owners = new HashSet<>();
        try {
            for (DirectoryEntry entry :
                    directory.search(filter.of(address), List.of(attribute), MOST_ENTRIES)) {
                entry.values(attribute).forEach(name -> owners.add(name.toLowerCase(Locale.ROOT)));
            }
        } catch (DirectoryException e) {
            throw new NoAnswer("the directory: " + e.getMessage(), e.isDown(), e);
        }
        return owners;
    }

    @Override
    public void close() {
        directory.close();
    }
}
