package org.qpsmtpd.plugin.senderlogin;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.hook.MailHook;
import org.qpsmtpd.api.lookup.Outage;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.plugin.Choice;
import org.qpsmtpd.api.plugin.FileCheck;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.Reject;
import org.qpsmtpd.api.plugin.RejectSettings;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Transaction;

/**
 * Refuses authenticated clients a sender that is not their own.
 *
 * <p>{@code mail}: refuses a sender that the user does not own, as {@code reject} says; with {@code
 * anonymous reject} also one that somebody owns, to a client that has not authenticated itself and
 * may not relay. {@code data_post}, with {@code from}: the same for the field From of an
 * authenticated client. Waits for directory and database on a child.
 *
 * <p>Settings: {@code anonymous} (ignore), {@code own} (true), {@code from} (false), {@code
 * null_sender} (true), {@code delimiter}; {@code ldap_*}, {@code sql_*}, {@code connections} (4),
 * {@code timeoutMillis} (3000); and those of {@link RejectSettings}; file {@code sender_login}.
 *
 * <p>Faults: a directory or database that cannot be asked: DENYSOFT, and it is not asked for five
 * seconds. A line that cannot be read is logged with its place, and nobody owns by it.
 */
@Component(configurationPid = "sender_login", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = SenderLoginConfig.class, factory = true)
@Plugin(
        name = "sender_login",
        files = FileOwners.FILE,
        paths = {"ldap_password_file", "ldap_ca_file", "sql_password_file"},
        before = "queue/")
public final class SenderLoginPlugin implements MailHook, DataPostHook, FileCheck {
    private static final int MAIL_CODE = 553;
    private static final int MESSAGE_CODE = 554;
    private static final String LATER =
            "The owner of the sender address cannot be looked up now, try again later (#4.3.0)";

    private final Reject reject;
    private final SenderLoginConfig config;
    private final Anonymous anonymous;
    private final List<Owners> places;
    private final Outage outage = new Outage();

    private enum Anonymous {
        IGNORE,
        REJECT
    }

    /**
     * Connects to nobody yet.
     *
     * @throws IllegalArgumentException naming the setting, the value and what is allowed
     */
    @Activate
    public SenderLoginPlugin(RejectSettings settings, SenderLoginConfig config) {
        reject = Reject.of(settings);
        this.config = config;
        anonymous = Choice.of(Anonymous.class, "anonymous", config.anonymous());
        places = places(config);
    }

    private static List<Owners> places(SenderLoginConfig config) {
        List<Owners> places = new ArrayList<>(List.of(new FileOwners()));
        if (!config.ldap__base().isEmpty()) {
            places.add(new LdapOwners(config));
        }
        if (!config.sql__url().isEmpty()) {
            places.add(new SqlOwners(config));
        }
        return places;
    }

    /** Closes the connections. */
    @Deactivate
    public void close() {
        places.forEach(Owners::close);
    }

    @Override
    public HookResult onMail(Transaction transaction, Address sender, Parameters parameters) {
        Connection connection = transaction.connection();
        if (connection.authUser().isEmpty()) {
            return anonymously(connection, sender);
        }
        if (sender.isNull()) {
            return config.null__sender()
                    ? HookResult.NULL_SENDER
                    : refusal(connection, "<>", MAIL_CODE);
        }
        return judge(connection, sender, MAIL_CODE);
    }

    private HookResult anonymously(Connection connection, Address sender) {
        if (anonymous == Anonymous.IGNORE || connection.isRelayClient() || sender.isNull()) {
            return HookResult.skip("not authenticated");
        }
        try {
            if (owners(connection, sender).isEmpty()) {
                return HookResult.pass("nobody owns " + sender.address());
            }
        } catch (NoAnswer e) {
            return failed(connection, e);
        }
        String text = "Sender address " + sender.address() + " needs its owner to log in (#5.7.1)";
        return coded(reject.decide(text, "not authenticated"), MAIL_CODE);
    }

    @Override
    public HookResult onDataPost(Transaction transaction) {
        Connection connection = transaction.connection();
        if (!config.from() || connection.authUser().isEmpty()) {
            return HookResult.DECLINED;
        }
        Optional<Address> author = FromField.author(transaction);
        return author.isPresent()
                ? judge(connection, author.get(), MESSAGE_CODE)
                : coded(
                        reject.decide("The field From must have one address (#5.7.1)"),
                        MESSAGE_CODE);
    }

    private HookResult judge(Connection connection, Address address, int code) {
        String user = connection.authUser().toLowerCase(Locale.ROOT);
        if (config.own() && Address.of(user).comparable().equals(address.comparable())) {
            return HookResult.pass("it is the user's name");
        }
        try {
            return owners(connection, address).contains(user)
                    ? HookResult.pass("the user owns " + address.address())
                    : refusal(connection, address.address(), code);
        } catch (NoAnswer e) {
            return failed(connection, e);
        }
    }

    private HookResult refusal(Connection connection, String address, int code) {
        String text =
                "Sender address "
                        + address
                        + " is not owned by user "
                        + connection.authUser()
                        + " (#5.7.1)";
        return coded(reject.decide(text, address + " is not the user's"), code);
    }

    private static HookResult coded(HookResult result, int code) {
        return result.action() == Action.DENY ? result.withCode(code) : result;
    }

    /** Those of the address in the first place that knows some; then without its extension. */
    private Set<String> owners(Connection connection, Address address) throws NoAnswer {
        Optional<String> away = outage.why(connection.clock().now());
        if (away.isPresent()) {
            throw new NoAnswer(away.get(), false, null);
        }
        for (Address each : spellings(address)) {
            for (Owners place : places) {
                Set<String> found = place.of(connection.config(), each);
                if (!found.isEmpty()) {
                    return found;
                }
            }
        }
        return Set.of();
    }

    private List<Address> spellings(Address address) {
        String user = address.user();
        for (int at = 1; at < user.length(); at++) {
            if (config.delimiter().indexOf(user.charAt(at)) >= 0) {
                return List.of(address, new Address(user.substring(0, at), address.host()));
            }
        }
        return List.of(address);
    }

    private HookResult failed(Connection connection, NoAnswer failure) {
        String why = String.valueOf(failure.getMessage());
        if (failure.isDown()) {
            outage.begin(connection.clock().now(), why);
        }
        return HookResult.denySoft(LATER).because("error: " + why);
    }

    @Override
    public void checkLine(String file, String line) {
        var unused = FileOwners.Entry.parse(line);
    }
}
