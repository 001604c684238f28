package org.qpsmtpd.plugin.ident.geoip;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Optional;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.ConnectHook;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.net.Network;
import org.qpsmtpd.api.plugin.Choice;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.Reject;
import org.qpsmtpd.api.plugin.RejectSettings;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Headers;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.api.session.Notes;
import org.qpsmtpd.api.session.Transaction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells in which country, city and network a client is, and how far away; refuses some of them.
 *
 * <p>{@code connect}: sets the notes {@code geoip_*}; a client farther than {@code too_far} loses 1
 * of karma; one of a listed country or network is refused as {@code reject} says; DECLINED
 * otherwise. {@code data_post}: puts the notes into the fields X-GeoIP-*, always DECLINED.
 *
 * <p>Settings: {@code db_dir}, the folder of the files; {@code distance}, address of this server;
 * {@code too_far}, kilometres (0, never); {@code add_headers} (true); {@code deny_country} and
 * {@code deny_asn}, lists (empty); {@code on_error} (defer); {@code reject} (1) and {@code
 * reject_type} (perm).
 *
 * <p>Faults: a file that is missing says nothing; while one is missing that a list needs, clients
 * are deferred, or with {@code on_error skip} let pass. A file that breaks or goes stays in use as
 * it was.
 *
 * <p>Source: qpsmtpd {@code plugins/ident/geoip} of 1.02.
 */
@Component(configurationPid = "ident.geoip", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = GeoipConfig.class, factory = true)
@Plugin(name = "ident/geoip", paths = "db_dir")
@NonBlocking
public final class GeoipPlugin implements ConnectHook, DataPostHook {
    private static final Logger LOG = LoggerFactory.getLogger(GeoipPlugin.class);

    private static final HookResult LOCALHOST = HookResult.skip("localhost");

    private final Databases databases;
    private final @Nullable InetAddress own;
    private final int tooFar;
    private final boolean addHeaders;
    private final DenyList denied;
    private final Reject reject;
    private final OnError onError;

    private enum OnError {
        DEFER,
        SKIP
    }

    @Activate
    public GeoipPlugin(RejectSettings settings, GeoipConfig config) {
        own = config.distance().isEmpty() ? null : address(config.distance());
        tooFar = config.too__far();
        if (tooFar > 0 && own == null) {
            throw new IllegalArgumentException(
                    "too_far needs distance, the address of this server, such as distance"
                            + " 192.0.2.1");
        }
        addHeaders = config.add__headers();
        denied = DenyList.of(config);
        reject = Reject.of(settings);
        onError = Choice.of(OnError.class, "on_error", config.on__error());
        databases = new Databases(Path.of(config.db__dir()));
        warn(config.db__dir());
    }

    private static InetAddress address(String text) {
        try {
            return Network.parseAddress(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "distance '" + text + "' is not the address of this server", e);
        }
    }

    private void warn(String folder) {
        if (!databases.hasCountries() && !databases.hasSystems()) {
            LOG.warn("{} has none of GeoLite2-City, -Country and -ASN.mmdb", folder);
        }
        InetAddress from = own;
        if (from != null && databases.find(from).position().isEmpty()) {
            LOG.warn("distance {}: no file says where that is", from.getHostAddress());
        }
    }

    /** Stops looking at the files. */
    @Deactivate
    public void close() {
        databases.close();
    }

    @Override
    public HookResult onConnect(Connection connection) {
        if (connection.isLocalhost()) {
            return LOCALHOST;
        }
        Origin origin = databases.find(connection.remoteAddress());
        Optional<Integer> distance = distance(origin);
        note(connection.notes(), origin, distance);
        int karma = tooFar > 0 && distance.orElse(0) > tooFar ? -1 : 0;
        HookResult answer =
                connection.isImmune()
                        ? HookResult.pass(shown(origin, distance))
                        : verdict(origin, distance);
        return answer.withKarma(karma);
    }

    private HookResult verdict(Origin origin, Optional<Integer> distance) {
        Optional<String> missing = denied.missing(databases);
        if (missing.isPresent() && onError == OnError.DEFER) {
            return HookResult.denySoft("Temporary problem, try again later (#4.3.0)")
                    .because("error: " + missing.get());
        }
        return denied.match(origin)
                .map(
                        what ->
                                reject.decide(
                                        "Mail from " + what + " is not accepted here (#5.7.1)",
                                        what + " is listed"))
                .orElseGet(() -> HookResult.pass(shown(origin, distance)));
    }

    private Optional<Integer> distance(Origin origin) {
        InetAddress from = own;
        if (from == null) {
            return Optional.empty();
        }
        return databases
                .find(from)
                .position()
                .flatMap(here -> origin.position().map(here::kilometresTo));
    }

    private static void note(Notes notes, Origin origin, Optional<Integer> distance) {
        note(notes, NoteKey.GEOIP_CONTINENT, origin.continent());
        note(notes, NoteKey.GEOIP_COUNTRY, origin.country());
        note(notes, NoteKey.GEOIP_COUNTRY_NAME, origin.countryName());
        note(notes, NoteKey.GEOIP_CITY, origin.city());
        if (origin.asn() > 0) {
            notes.put(NoteKey.GEOIP_ASN, origin.asn());
        }
        distance.ifPresent(kilometres -> notes.put(NoteKey.GEOIP_DISTANCE, kilometres));
    }

    private static void note(Notes notes, NoteKey<String> key, String value) {
        if (!value.isEmpty()) {
            notes.put(key, value);
        }
    }

    private static String shown(Origin origin, Optional<Integer> distance) {
        StringJoiner shown = new StringJoiner(", ");
        for (String text : new String[] {origin.continent(), origin.country(), origin.city()}) {
            if (!text.isEmpty()) {
                shown.add(text);
            }
        }
        if (origin.asn() > 0) {
            shown.add("AS" + origin.asn());
        }
        distance.ifPresent(kilometres -> shown.add(kilometres + " km"));
        return shown.length() == 0 ? "no entry" : shown.toString();
    }

    @Override
    public HookResult onDataPost(Transaction transaction) {
        Connection connection = transaction.connection();
        if (addHeaders && !connection.isLocalhost()) {
            Notes notes = connection.notes();
            Headers headers = transaction.headers();
            field(headers, "X-GeoIP-Country", notes.get(NoteKey.GEOIP_COUNTRY));
            field(headers, "X-GeoIP-Continent", notes.get(NoteKey.GEOIP_CONTINENT));
            field(headers, "X-GeoIP-City", notes.get(NoteKey.GEOIP_CITY).map(Origin::ascii));
            field(headers, "X-GeoIP-ASN", notes.get(NoteKey.GEOIP_ASN).map(String::valueOf));
        }
        return HookResult.DECLINED;
    }

    /** One that the sender wrote goes in any case. */
    private static void field(Headers headers, String name, Optional<String> value) {
        headers.remove(name);
        value.ifPresent(text -> headers.append(name, text));
    }
}
