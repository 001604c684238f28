package org.qpsmtpd.plugin.randomerror;

import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.ConnectHook;
import org.qpsmtpd.api.hook.DataHook;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.hook.EhloHook;
import org.qpsmtpd.api.hook.HeloHook;
import org.qpsmtpd.api.hook.MailHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;

/**
 * Fails at random, to test what clients do then.
 *
 * <p>Hooks {@code connect}, {@code helo} and {@code ehlo}, {@code mail}, {@code rcpt}, {@code
 * data}, {@code data_post}: a message passes six of them, and each fails so often that the
 * percentage asked for is reached in all. Three of five failures are DENYSOFT, two
 * DENYSOFT_DISCONNECT; otherwise DECLINED.
 *
 * <p>Setting: {@code percentage}, 1, below 0 never. The connection's note {@code random_fail_%}, a
 * Double, replaces it.
 *
 * <p>Source: qpsmtpd {@code plugins/random_error @ df5b04d}.
 */
@Component(configurationPid = "random_error", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = RandomErrorConfig.class, factory = true)
@Plugin(name = "random_error", positional = "percentage", accepts = "nothing")
@NonBlocking
public final class RandomErrorPlugin
        implements ConnectHook, HeloHook, EhloHook, MailHook, RcptHook, DataHook, DataPostHook {
    private static final NoteKey<Double> PERCENTAGE = new NoteKey<>("random_fail_%", Double.class);
    private static final double TESTS_OF_A_MESSAGE = 6;
    private static final double SHARE_OF_DISCONNECTIONS = 0.4;
    private static final HookResult FAIL =
            HookResult.denySoft("random failure").because("fail: random");
    private static final HookResult FAIL_AND_DISCONNECT =
            HookResult.denySoftDisconnect("random failure").because("fail: random");

    private final double percentage;
    private final RandomGenerator random;

    /**
     * @throws IllegalArgumentException naming the value and what is allowed
     */
    @Activate
    public RandomErrorPlugin(RandomErrorConfig config) {
        this(config, new Random());
    }

    RandomErrorPlugin(RandomErrorConfig config, RandomGenerator random) {
        this.percentage = percentage(config.percentage());
        this.random = random;
    }

    @Override
    public HookResult onConnect(Connection connection) {
        return draw(connection);
    }

    @Override
    public HookResult onHelo(Connection connection, String host) {
        return draw(connection);
    }

    @Override
    public HookResult onEhlo(Connection connection, String host, List<String> capabilities) {
        return draw(connection);
    }

    @Override
    public HookResult onMail(Transaction transaction, Address sender, Parameters parameters) {
        return draw(transaction.connection());
    }

    @Override
    public HookResult onRcpt(Transaction transaction, Recipient recipient) {
        return draw(transaction.connection());
    }

    @Override
    public HookResult onData(Transaction transaction) {
        return draw(transaction.connection());
    }

    @Override
    public HookResult onDataPost(Transaction transaction) {
        return draw(transaction.connection());
    }

    private HookResult draw(Connection connection) {
        double asked = connection.notes().get(PERCENTAGE).orElse(percentage);
        double share = Math.max(0, Math.min(asked, 100)) / 100;
        double success = Math.pow(1 - share, 1 / TESTS_OF_A_MESSAGE);
        if (random.nextDouble() < success) {
            return HookResult.DECLINED;
        }
        return random.nextDouble() < SHARE_OF_DISCONNECTIONS ? FAIL_AND_DISCONNECT : FAIL;
    }

    private static double percentage(String text) {
        try {
            double value = Double.parseDouble(text);
            if (value <= 100) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw wrong(text);
        }
        throw wrong(text);
    }

    private static IllegalArgumentException wrong(String text) {
        return new IllegalArgumentException(
                "percentage '" + text + "' is not a number up to 100, negative for none");
    }
}
