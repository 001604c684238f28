package org.qpsmtpd.core.session;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.core.config.CoreFile;
import org.qpsmtpd.core.config.MixedVerdict;
import org.qpsmtpd.core.config.NumberFile;
import org.qpsmtpd.core.config.PortNumber;

/**
 * The core's own configuration files as one value.
 *
 * @param me our host name
 * @param greeting text of the greeting after the code
 * @param ownGreeting whether {@code smtpgreeting} replaced the usual text
 * @param maxOctets largest message in octets, line ends counted as one; 0 for no limit
 * @param inMemory up to how many octets of a message stay in memory
 * @param inPlenty up to how many stay there while there is plenty of it
 * @param commandSeconds how long a client may take for a command
 * @param dataSeconds how long a client may take for the next {@link #DATA_PROGRESS} octets of a
 *     message
 * @param authservId our name in Authentication-Results; {@code none} for no such field
 * @param lenient whether addresses are read as leniently as qpsmtpd does
 * @param takesUtf8 whether SMTPUTF8 is offered
 * @param maxRecipients most recipients of one message
 * @param retireSeconds how long a session goes on with plugins that were replaced
 * @param mixedVerdict what happens when recipients of a message differ in their verdicts
 * @param lmtpPorts local ports that speak LMTP
 * @param ipv6Prefix how many bits of an IPv6 address make a client of whom connections are counted
 * @param tlsBeforeAuth whether AUTH is for encrypted connections only
 * @param authMechanisms the mechanisms that may be offered, in upper case; empty for the usual ones
 * @param authSecret what keys for unknown users are made with; empty for that of this run
 */
record Settings(
        String me,
        String greeting,
        boolean ownGreeting,
        long maxOctets,
        int inMemory,
        int inPlenty,
        int commandSeconds,
        int dataSeconds,
        String authservId,
        boolean lenient,
        boolean takesUtf8,
        int maxRecipients,
        int retireSeconds,
        MixedVerdict mixedVerdict,
        Set<Integer> lmtpPorts,
        int ipv6Prefix,
        boolean tlsBeforeAuth,
        List<String> authMechanisms,
        String authSecret) {
    /** Octets of a message that must come in the time of {@code dataSeconds}. */
    static final int DATA_PROGRESS = 16 * 1024;

    private static final long DEFAULT_MAX_OCTETS = 100L * 1024 * 1024;
    private static final int DEFAULT_IN_MEMORY = 64 * 1024;
    private static final int DEFAULT_IN_PLENTY = 16 * 1024 * 1024;
    private static final int DEFAULT_SECONDS = 1200;
    private static final int DEFAULT_MAX_RECIPIENTS = 1000;
    private static final int DEFAULT_RETIRE_SECONDS = 60;
    private static final int DEFAULT_IPV6_PREFIX = 64;

    static Settings of(Config config, String version) {
        String me = config.value(CoreFile.ME.file()).orElse("localhost");
        String own = config.value(CoreFile.SMTPGREETING.file()).orElse("");
        int timeout = (int) NumberFile.TIMEOUT.of(config, DEFAULT_SECONDS);
        return new Settings(
                me,
                own.isEmpty() ? usualGreeting(me, version) : withEsmtp(own),
                !own.isEmpty(),
                NumberFile.DATABYTES.of(config, DEFAULT_MAX_OCTETS),
                (int) NumberFile.SIZE_THRESHOLD.of(config, DEFAULT_IN_MEMORY),
                (int) NumberFile.SIZE_THRESHOLD.of(config, DEFAULT_IN_PLENTY),
                (int) NumberFile.TIMEOUTSMTPD.of(config, timeout),
                timeout,
                config.value(CoreFile.ME_AUTH_RESULTS.file()).orElse(me),
                config.flag(CoreFile.LENIENT_ADDRESSES.file()),
                isOnUnlessTurnedOff(config, CoreFile.SMTPUTF8),
                (int) NumberFile.RCPTMAX.of(config, DEFAULT_MAX_RECIPIENTS),
                (int) NumberFile.RETIRE_AFTER.of(config, DEFAULT_RETIRE_SECONDS),
                config.value(CoreFile.MIXED_VERDICT.file())
                        .flatMap(MixedVerdict::of)
                        .orElse(MixedVerdict.ACCEPT),
                lmtpPorts(config),
                (int) NumberFile.IPV6_PREFIX.of(config, DEFAULT_IPV6_PREFIX),
                isOnUnlessTurnedOff(config, CoreFile.TLS_BEFORE_AUTH),
                mechanisms(config),
                config.value(CoreFile.AUTH_SECRET.file()).orElse(""));
    }

    private static List<String> mechanisms(Config config) {
        return config.list(CoreFile.AUTH_MECHANISMS.file()).stream()
                .map(name -> name.toUpperCase(Locale.ROOT))
                .toList();
    }

    private static Set<Integer> lmtpPorts(Config config) {
        Set<Integer> ports = new HashSet<>();
        for (String port : config.list(CoreFile.LMTP_PORTS.file())) {
            if (PortNumber.fault(port).isEmpty()) {
                ports.add(Integer.valueOf(port));
            }
        }
        return Set.copyOf(ports);
    }

    private static boolean isOnUnlessTurnedOff(Config config, CoreFile file) {
        return config.value(file.file()).isEmpty() || config.flag(file.file());
    }

    boolean addsAuthenticationResults() {
        return !authservId.equals("none");
    }

    private static String usualGreeting(String me, String version) {
        return me + " ESMTP qpsmtpd " + version + " ready; send us your mail, but not your spam.";
    }

    private static String withEsmtp(String greeting) {
        return greeting.contains("ESMTP") ? greeting : greeting + " ESMTP";
    }
}
