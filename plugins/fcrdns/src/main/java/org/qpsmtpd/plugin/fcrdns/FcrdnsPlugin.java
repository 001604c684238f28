package org.qpsmtpd.plugin.fcrdns;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.ConnectHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.mail.AuthenticationResult;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.service.DnsAnswer;
import org.qpsmtpd.api.service.Resolver;
import org.qpsmtpd.api.session.Connection;

/**
 * Looks whether the client's address and its names in the DNS confirm each other, and tells karma
 * and the field Authentication-Results.
 *
 * <p>{@code connect}: always DECLINED. The client's host name is looked at first, then the PTR
 * records of its address, then the A and AAAA records of the names that they have. The result is
 * {@code iprev} of RFC 8601; a fault costs 1 of karma, an exact match gives 1.
 *
 * <p>Settings: {@code timeout}, seconds for all questions (5); {@code has_reverse_dns} and {@code
 * has_forward_dns}, whether these tests are made (true).
 *
 * <p>Faults: a DNS that does not answer is {@code iprev=temperror} and costs no karma; one that
 * takes longer than the limit gives no result.
 *
 * <p>Source: qpsmtpd {@code plugins/fcrdns @ df5b04d}, RFC 8601 sections 2.7.3 and 3.
 */
@Component(configurationPid = "fcrdns", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = FcrdnsConfig.class, factory = true)
@Plugin(name = "fcrdns")
@NonBlocking
public final class FcrdnsPlugin implements ConnectHook {
    /** A host with more names than this is no host; the rest is not asked for. */
    private static final int MAX_NAMES = 10;

    private static final HookResult LOCALHOST = HookResult.pass("is localhost").withKarma(1);

    private final Resolver resolver;
    private final Duration limit;
    private final boolean asksNames;
    private final boolean asksAddresses;

    @Activate
    public FcrdnsPlugin(FcrdnsConfig config, @Reference Resolver resolver) {
        this.resolver = resolver;
        limit = Duration.ofSeconds(config.timeout());
        asksNames = config.has__reverse__dns();
        asksAddresses = config.has__forward__dns();
    }

    @Override
    public HookResult onConnect(Connection connection) {
        if (connection.isImmune()) {
            return HookResult.IMMUNE;
        }
        if (connection.isLocalhost()) {
            return LOCALHOST;
        }
        Optional<String> fault = nameFault(connection.remoteHost());
        if (fault.isPresent()) {
            return failed(fault.get()).withKarma(-1);
        }
        if (!asksNames) {
            return HookResult.pass("is FQDN");
        }
        return HookResult.later(
                resolver.pointers(connection.remoteAddress()).thenCompose(this::evidence),
                limit,
                failed("no answer of the DNS within " + limit.toSeconds() + " s"),
                evidence -> judge(connection, evidence));
    }

    /** What is wrong with the name that the look-up at the beginning found. */
    private static Optional<String> nameFault(String host) {
        if (host.isEmpty() || host.equals("Unknown")) {
            return Optional.empty(); // the PTR records say why
        }
        if (host.toLowerCase(Locale.ROOT).equals("localhost")) {
            return Optional.of("not localhost");
        }
        if (host.indexOf('.') < 0) {
            return Optional.of("not FQDN");
        }
        return host.chars().allMatch(FcrdnsPlugin::isNameCharacter)
                ? Optional.empty()
                : Optional.of("invalid FQDN chars");
    }

    private static boolean isNameCharacter(int c) {
        return c < 128 && (Character.isLetterOrDigit(c) || c == '-' || c == '.');
    }

    private CompletionStage<Evidence> evidence(DnsAnswer<String> names) {
        if (!names.isFound() || !asksAddresses) {
            return CompletableFuture.completedFuture(new Evidence(names, List.of()));
        }
        return resolver.addressesOf(names.records().stream().distinct().limit(MAX_NAMES).toList())
                .thenApply(addresses -> new Evidence(names, addresses));
    }

    private HookResult judge(Connection connection, Evidence evidence) {
        return switch (evidence.names().status()) {
            case FOUND ->
                    asksAddresses
                            ? judgeAddresses(connection, evidence)
                            : HookResult.pass("has rDNS");
            case NO_NAME -> unnamed(connection, "no rDNS: NXDOMAIN");
            case NO_DATA -> unnamed(connection, "no PTR records");
            case FAILED -> {
                tell(connection, "temperror");
                yield failed("error getting rDNS");
            }
        };
    }

    /** RFC 8601 section 2.7.3. */
    private static void tell(Connection connection, String result) {
        connection.addAuthenticationResult(
                AuthenticationResult.of("iprev", result)
                        .with("policy", "iprev", connection.remoteIp()));
    }

    private static HookResult unnamed(Connection connection, String detail) {
        tell(connection, "permerror");
        return failed(detail).withKarma(-1);
    }

    private static HookResult judgeAddresses(Connection connection, Evidence evidence) {
        Evidence.Match match = evidence.match(connection.remoteAddress());
        tell(connection, match.iprev());
        return switch (match) {
            case ADDRESS -> HookResult.pass("forward ip match").withKarma(1);
            case NETWORK -> HookResult.pass("forward network match");
            case OTHER -> HookResult.pass("PTR host has forward DNS");
            case NONE -> failed("no PTR hosts have forward DNS").withKarma(-1);
            case UNKNOWN -> failed("error getting forward DNS");
        };
    }

    private static HookResult failed(String detail) {
        return HookResult.DECLINED.because("fail, tolerated: " + detail);
    }
}
