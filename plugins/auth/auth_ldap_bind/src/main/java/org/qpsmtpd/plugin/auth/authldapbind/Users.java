package org.qpsmtpd.plugin.auth.authldapbind;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.qpsmtpd.api.auth.Secret;
import org.qpsmtpd.ldap.Directory;
import org.qpsmtpd.ldap.DirectoryEntry;
import org.qpsmtpd.ldap.DirectoryException;
import org.qpsmtpd.ldap.FilterTemplate;
import org.qpsmtpd.ldap.Passwords;

/** The users of a directory. Waits, for a bounded time. */
final class Users implements AutoCloseable {
    private static final String NAME = "auth_ldap_bind";

    private final Place place;
    private final FilterTemplate filter;
    private final String decoy;
    private final Directory directory;
    private final Passwords passwords;

    /** What is known of a user and a password. */
    enum Proof {
        RIGHT,
        WRONG,
        UNKNOWN,
        /** The filter finds more than one entry. */
        AMBIGUOUS
    }

    /**
     * Connects to nobody yet.
     *
     * @param decoy DN that the password of an unknown user is tried with; may be empty
     * @throws IllegalArgumentException naming the option and what is wrong with it
     */
    Users(Place place, String decoy) {
        this.place = place;
        this.decoy = decoy.isEmpty() ? "cn=nobody," + place.base() : decoy;
        filter = new FilterTemplate("filter", place.filter());
        directory = new Directory(NAME, place.base(), place.directory());
        passwords = new Passwords(NAME, place.directory());
    }

    boolean areAt(Place other) {
        return place.equals(other);
    }

    /**
     * Looks for a user and tries the password.
     *
     * @param name as the client gave it
     * @throws DirectoryException when the directory cannot be asked
     */
    Proof prove(String name, Secret password) throws DirectoryException {
        List<DirectoryEntry> found = entries(name.toLowerCase(Locale.ROOT));
        Optional<String> dn = found.size() == 1 ? Optional.of(found.get(0).dn()) : Optional.empty();
        if (dn.isPresent() && !dn.get().isEmpty()) {
            return passwords.matches(dn.get(), password) ? Proof.RIGHT : Proof.WRONG;
        }
        // It takes as long, so that nobody can tell who is there.
        var unused = passwords.matches(decoy, password);
        return found.isEmpty() ? Proof.UNKNOWN : Proof.AMBIGUOUS;
    }

    private List<DirectoryEntry> entries(String name) throws DirectoryException {
        int at = name.lastIndexOf('@');
        String local = at < 0 ? name : name.substring(0, at);
        String domain = at < 0 ? "" : name.substring(at + 1);
        return directory.search(filter.of(name, local, domain), Directory.NO_ATTRIBUTES, 2);
    }

    @Override
    public void close() {
        directory.close();
        passwords.close();
    }
}
