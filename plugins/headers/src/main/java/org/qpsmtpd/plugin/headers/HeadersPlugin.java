package org.qpsmtpd.plugin.headers;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.mail.HeaderField;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.Reject;
import org.qpsmtpd.api.plugin.RejectSettings;
import org.qpsmtpd.api.session.Transaction;

/**
 * Refuses messages whose header lacks a required field, repeats a field that may stand once, or has
 * a date too far from now.
 *
 * <p>{@code data_post}: a refusal that lists all faults, a line each; each costs 1 of karma.
 * Clients that are immune may send anything but nothing at all.
 *
 * <p>Settings: {@code require}, names of fields separated by commas (From); {@code past} and {@code
 * future}, days, 0 for no limit (0), and {@code days} for both; {@code reject} (1) and {@code
 * reject_type} (perm).
 *
 * <p>Faults: a date that cannot be read passes.
 *
 * <p>Source: qpsmtpd {@code plugins/headers @ df5b04d}, RFC 5322 section 3.6.
 */
@Component(configurationPid = "headers", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = HeadersConfig.class, factory = true)
@Plugin(name = "headers", positional = "days", formerly = "check_basicheaders")
@NonBlocking
public final class HeadersPlugin implements DataPostHook {
    private static final HookResult PASS = HookResult.pass("no fault in the header");

    /** RFC 5322 3.6. */
    private static final List<String> SINGULAR =
            List.of(
                    "Date",
                    "From",
                    "Sender",
                    "Reply-To",
                    "To",
                    "Cc",
                    "Bcc",
                    "Message-Id",
                    "In-Reply-To",
                    "References",
                    "Subject");

    private final Reject reject;
    private final List<String> required;
    private final int pastDays;
    private final int futureDays;

    @Activate
    public HeadersPlugin(RejectSettings reject, HeadersConfig config) {
        this.reject = Reject.of(reject);
        this.required = names(config.require());
        this.pastDays = config.past() == 0 ? config.days() : config.past();
        this.futureDays = config.future() == 0 ? config.days() : config.future();
    }

    @Override
    public HookResult onDataPost(Transaction transaction) {
        List<HeaderField> fields = transaction.headers().fields();
        if (transaction.body().size() == 0) {
            return reject.decide("You must send some data first", "no data");
        }
        if (fields.isEmpty()) {
            return reject.decide("Headers are missing", "missing headers");
        }
        if (transaction.isImmune()) {
            return HookResult.IMMUNE;
        }
        List<String> faults = faults(fields, transaction.connection().clock().now());
        if (faults.isEmpty()) {
            return PASS;
        }
        return reject.decide(String.join("\n", faults), String.join("; ", faults))
                .withKarma(-faults.size());
    }

    private List<String> faults(List<HeaderField> fields, Instant now) {
        List<String> faults = new ArrayList<>();
        for (String name : required) {
            if (fields.stream().noneMatch(f -> isNamed(f, name) && !f.value().isBlank())) {
                faults.add("We require a valid " + name + " header");
            }
        }
        for (String name : SINGULAR) {
            if (fields.stream().filter(f -> isNamed(f, name)).limit(2).count() > 1) {
                faults.add("Only one " + name + " header allowed. See RFC 5322, Section 3.6");
            }
        }
        dateFault(fields, now).ifPresent(faults::add);
        return faults;
    }

    private Optional<String> dateFault(List<HeaderField> fields, Instant now) {
        Optional<Instant> date =
                fields.stream()
                        .filter(f -> isNamed(f, "Date"))
                        .findFirst()
                        .flatMap(f -> HeaderDate.parse(f.value()));
        if (date.isEmpty()) {
            return Optional.empty();
        }
        if (pastDays > 0 && date.get().isBefore(now.minus(Duration.ofDays(pastDays)))) {
            return Optional.of("The Date header is too far in the past");
        }
        if (futureDays > 0 && date.get().isAfter(now.plus(Duration.ofDays(futureDays)))) {
            return Optional.of("The Date header is too far in the future");
        }
        return Optional.empty();
    }

    private static boolean isNamed(HeaderField field, String name) {
        return field.name().equalsIgnoreCase(name);
    }

    private static List<String> names(String... require) {
        for (String name : require) {
            if (name.isEmpty() || !name.chars().allMatch(c -> isNameCharacter(c))) {
                throw new IllegalArgumentException(
                        "require '" + name + "' is not the name of a field, such as From");
            }
        }
        return List.of(require);
    }

    /** RFC 5322 3.6.8. */
    private static boolean isNameCharacter(int c) {
        return c > 32 && c < 127 && c != ':';
    }
}
