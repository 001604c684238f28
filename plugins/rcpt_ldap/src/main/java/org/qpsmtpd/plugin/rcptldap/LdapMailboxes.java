package org.qpsmtpd.plugin.rcptldap;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.lookup.Mailbox;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.ldap.Directory;
import org.qpsmtpd.ldap.DirectoryEntry;
import org.qpsmtpd.ldap.DirectoryException;
import org.qpsmtpd.ldap.DirectorySettings;
import org.qpsmtpd.ldap.EntryFilter;
import org.qpsmtpd.ldap.FilterTemplate;

/** The mailboxes of a directory. Waits, for a bounded time. */
final class LdapMailboxes implements AutoCloseable {
    /** More entries than these say nothing more. */
    private static final int MOST_ENTRIES = 20;

    private final FilterTemplate filter;
    private final @Nullable EntryFilter unknownWhen;
    private final @Nullable EntryFilter disabledWhen;
    private final List<String> attributes;
    private final Directory directory;

    /**
     * Connects to nobody yet.
     *
     * @throws IllegalArgumentException naming the option and what is wrong with it
     */
    LdapMailboxes(RcptLdapConfig config) {
        filter = new FilterTemplate("filter", config.filter());
        unknownWhen = optional("unknown_when", config.unknown__when());
        disabledWhen = optional("disabled_when", config.disabled__when());
        boolean looksInside = unknownWhen != null || disabledWhen != null;
        attributes = looksInside ? Directory.ALL_ATTRIBUTES : Directory.NO_ATTRIBUTES;
        directory = new Directory("rcpt_ldap", config.base(), settings(config));
    }

    private static DirectorySettings settings(RcptLdapConfig config) {
        return new DirectorySettings(
                List.of(config.servers()),
                config.bind__dn(),
                config.password__file(),
                config.starttls(),
                config.caFile(),
                config.connections(),
                config.timeoutMillis());
    }

    private static @Nullable EntryFilter optional(String option, String text) {
        return text.isEmpty() ? null : EntryFilter.parse(option, text);
    }

    /**
     * Looks for an address.
     *
     * @throws DirectoryException when the directory cannot be asked, or does not answer the
     *     question
     */
    Mailbox find(Address address) throws DirectoryException {
        boolean disabled = false;
        for (DirectoryEntry entry :
                directory.search(filter.of(address), attributes, MOST_ENTRIES)) {
            if (unknownWhen != null && entry.matches(unknownWhen)) {
                continue;
            }
            if (disabledWhen == null || !entry.matches(disabledWhen)) {
                return Mailbox.THERE;
            }
            disabled = true;
        }
        return disabled ? Mailbox.DISABLED : Mailbox.UNKNOWN;
    }

    @Override
    public void close() {
        directory.close();
    }
}
