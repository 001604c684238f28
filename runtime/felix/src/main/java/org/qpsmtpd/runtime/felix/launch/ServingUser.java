package org.qpsmtpd.runtime.felix.launch;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.runtime.felix.home.Home;
import org.qpsmtpd.runtime.felix.host.Account;
import org.qpsmtpd.runtime.felix.host.Capabilities;
import org.qpsmtpd.runtime.felix.host.Priority;
import org.qpsmtpd.runtime.felix.host.Privileges;
import org.qpsmtpd.runtime.felix.options.Options;
import org.qpsmtpd.runtime.felix.report.StartFailure;
import org.qpsmtpd.runtime.felix.report.StartLog;

/** Who serves: the user that was named, and the priority that is lowered before. */
final class ServingUser {
    private final Options options;
    private final Home home;
    private final StartLog log;
    private final boolean root;

    ServingUser(Options options, Home home, StartLog log) throws IOException {
        this.options = options;
        this.home = home;
        this.log = log;
        root = Privileges.uid() == 0;
    }

    boolean startsAsRoot() {
        return root;
    }

    /**
     * Who will serve; null for whoever started the program.
     *
     * @param chosen whether somebody chose the user already, by starting us as that one
     */
    @Nullable Account account(boolean chosen) throws StartFailure, IOException {
        @Nullable String named = options.user();
        if (chosen) {
            return null;
        }
        @Nullable String name = named == null && root ? options.frontEnd().usualUser() : named;
        if (name == null) {
            if (root) {
                warnOfRoot();
            }
            return null;
        }
        Account account = Account.named(name);
        if (root && account.uid() == 0) {
            warnOfRoot();
        }
        if (!root && account.uid() != Privileges.uid()) {
            throw StartFailure.failed(
                    "FATAL: cannot switch to user "
                            + name
                            + ": only root can: start as root or leave out --user");
        }
        return account;
    }

    private void warnOfRoot() throws IOException {
        log.warn(
                "WARNING: running as root: name an unprivileged user with --user, for anything but"
                        + " a trial"
                        + (Capabilities.areMany()
                                ? "; threads of the Java machine keep root's capabilities, since"
                                        + " the program setpriv is missing or may not take them"
                                : ""));
    }

    /** Lowers the priority as far as that is asked for and allowed; whether it has. */
    boolean lower(Priority priority) throws IOException {
        if (!priority.changes()) {
            return false;
        }
        boolean attempt = root || options.reniceAsked();
        if (attempt && priority.lower()) {
            log.debug("nice value " + priority.lowered() + ", workers " + priority.original());
            return true;
        }
        String line = "Priority unchanged: lowering the nice value takes root";
        if (options.reniceAsked()) {
            log.info(line);
        } else {
            log.debug(line);
        }
        return false;
    }

    /** Gives up what only root may, once the sockets are bound. */
    void become(@Nullable Account account, boolean rehearsal) throws IOException, StartFailure {
        if (account == null || !root || account.uid() == 0) {
            if (root && !rehearsal) {
                home.requireRootsConfiguration();
            }
            if (root) {
                Capabilities.giveUp();
            }
            log.info(Privileges.whoAmI());
            return;
        }
        List<String> faults = home.giveTo(account);
        Privileges.drop(account);
        log.info(Privileges.inWords(account.name(), account.group()));
        faults.forEach(fault -> log.warn("WARNING: " + fault));
    }
}
