package org.qpsmtpd.core.session;

import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.qpsmtpd.api.auth.SaslMechanism;
import org.qpsmtpd.api.auth.ScramHash;
import org.qpsmtpd.api.hook.AuthCramMd5Hook;
import org.qpsmtpd.api.hook.AuthKeysHook;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.core.chain.PluginList;
import org.qpsmtpd.core.sasl.ChannelBinding;

/** Which mechanisms a client may use: those that plugins can answer for, and that are wished. */
final class AuthOffer {
    private static final String PLUS = "-PLUS";

    private final Turn turn;

    AuthOffer(Turn turn) {
        this.turn = turn;
    }

    /** Whether a plugin has to do with authentication. */
    boolean isPossible() {
        PluginList plugins = turn.plugins();
        return plugins.bringsSasl()
                || plugins.knowsCertificates()
                || plugins.has(HookPoint.AUTH)
                || plugins.has(HookPoint.AUTH_PLAIN)
                || plugins.has(HookPoint.AUTH_LOGIN)
                || plugins.has(HookPoint.AUTH_CRAM_MD5)
                || plugins.has(HookPoint.AUTH_KEYS)
                || plugins.has(HookPoint.AUTH_TOKEN);
    }

    /** Whether the connection must be encrypted first. */
    boolean needsTls() {
        return turn.settings().tlsBeforeAuth() && turn.smtp().tls().isEmpty();
    }

    /** The mechanisms by their names, the strongest first. */
    Map<String, SaslMechanism> mechanisms() {
        Map<String, SaslMechanism> brought = turn.plugins().saslMechanisms(turn);
        Map<String, SaslMechanism> offered = new LinkedHashMap<>();
        Set<ScramHash> hashes = hashes();
        for (SaslMechanism own : turn.engine().mechanisms()) {
            SaslMechanism better = brought.remove(own.name());
            if (isWished(own.name()) && (better != null || isAnswerable(own.name(), hashes))) {
                offered.put(own.name(), better == null ? own : better);
            }
        }
        brought.forEach(
                (name, mechanism) -> {
                    if (isWished(name)) {
                        offered.put(name, mechanism);
                    }
                });
        return offered;
    }

    private Set<ScramHash> hashes() {
        Set<ScramHash> all = EnumSet.noneOf(ScramHash.class);
        turn.plugins()
                .said(turn, HookPoint.AUTH_KEYS, AuthKeysHook.class, AuthKeysHook::hashes)
                .forEach(all::addAll);
        return all;
    }

    /**
     * SHA-1 is offered where it is asked for by name only, and so is a binding that most clients do
     * not know.
     */
    private boolean isWished(String name) {
        List<String> wished = turn.settings().authMechanisms();
        if (!wished.isEmpty()) {
            return wished.contains(name);
        }
        return !name.startsWith(ScramHash.SHA_1.mechanism())
                && (!name.endsWith(PLUS) || isBoundBy(ChannelBinding.EXPORTER));
    }

    private boolean isBoundBy(String type) {
        return turn.smtp().encrypted().flatMap(it -> it.binding(type)).isPresent();
    }

    private boolean isAnswerable(String name, Set<ScramHash> hashes) {
        PluginList plugins = turn.plugins();
        boolean any = plugins.has(HookPoint.AUTH);
        return switch (name) {
            case "EXTERNAL" -> certifiedUser(turn).isPresent();
            case "PLAIN" -> any || plugins.has(HookPoint.AUTH_PLAIN);
            case "LOGIN" -> any || plugins.has(HookPoint.AUTH_LOGIN);
            case "CRAM-MD5" -> any || knowsPasswords();
            case "OAUTHBEARER", "XOAUTH2" -> plugins.has(HookPoint.AUTH_TOKEN);
            default -> hasKeys(name, hashes);
        };
    }

    /** The user that a client's certificate stands for; absent when no plugin knows it. */
    static Optional<String> certifiedUser(Turn turn) {
        return turn.smtp()
                .encrypted()
                .flatMap(Encrypted::certificate)
                .flatMap(certificate -> turn.plugins().userOf(turn, certificate));
    }

    private boolean knowsPasswords() {
        return turn.plugins()
                .said(
                        turn,
                        HookPoint.AUTH_CRAM_MD5,
                        AuthCramMd5Hook.class,
                        AuthCramMd5Hook::knowsPasswords)
                .contains(true);
    }

    private boolean hasKeys(String name, Set<ScramHash> hashes) {
        boolean plus = name.endsWith(PLUS);
        String base = plus ? name.substring(0, name.length() - PLUS.length()) : name;
        boolean bound =
                !plus || isBoundBy(ChannelBinding.EXPORTER) || isBoundBy(ChannelBinding.END_POINT);
        return bound && ScramHash.ofMechanism(base).map(hashes::contains).orElse(false);
    }
}
