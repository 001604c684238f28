package org.qpsmtpd.itest.plugin;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.auth.AuthAttempt;
import org.qpsmtpd.api.auth.AuthOutcome;
import org.qpsmtpd.api.auth.BearerToken;
import org.qpsmtpd.api.auth.Credentials;
import org.qpsmtpd.api.auth.ScramHash;
import org.qpsmtpd.api.auth.StoredKeys;
import org.qpsmtpd.api.auth.TokenVerdict;
import org.qpsmtpd.api.hook.AuthCramMd5Hook;
import org.qpsmtpd.api.hook.AuthHook;
import org.qpsmtpd.api.hook.AuthKeysHook;
import org.qpsmtpd.api.hook.AuthLoginHook;
import org.qpsmtpd.api.hook.AuthPlainHook;
import org.qpsmtpd.api.hook.AuthPostHook;
import org.qpsmtpd.api.hook.AuthPreHook;
import org.qpsmtpd.api.hook.AuthTokenHook;
import org.qpsmtpd.api.hook.CommandParser;
import org.qpsmtpd.api.hook.ConfigHook;
import org.qpsmtpd.api.hook.ConnectHook;
import org.qpsmtpd.api.hook.DataHeadersEndHook;
import org.qpsmtpd.api.hook.DataHook;
import org.qpsmtpd.api.hook.DataPostHeadersHook;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.hook.DenyHook;
import org.qpsmtpd.api.hook.DisconnectHook;
import org.qpsmtpd.api.hook.EhloHook;
import org.qpsmtpd.api.hook.EhloParseHook;
import org.qpsmtpd.api.hook.HeloHook;
import org.qpsmtpd.api.hook.HeloParseHook;
import org.qpsmtpd.api.hook.HelpHook;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.hook.LoggingHook;
import org.qpsmtpd.api.hook.MailHook;
import org.qpsmtpd.api.hook.MailParseHook;
import org.qpsmtpd.api.hook.MailPreHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.hook.NoopHook;
import org.qpsmtpd.api.hook.OkHook;
import org.qpsmtpd.api.hook.PostConnectionHook;
import org.qpsmtpd.api.hook.PostForkHook;
import org.qpsmtpd.api.hook.PreConnectionHook;
import org.qpsmtpd.api.hook.QueueHook;
import org.qpsmtpd.api.hook.QueuePostHook;
import org.qpsmtpd.api.hook.QueuePreHook;
import org.qpsmtpd.api.hook.QuitHook;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.api.hook.RcptParseHook;
import org.qpsmtpd.api.hook.RcptPostHook;
import org.qpsmtpd.api.hook.RcptPreHook;
import org.qpsmtpd.api.hook.ReceivedLineHook;
import org.qpsmtpd.api.hook.ResetTransactionHook;
import org.qpsmtpd.api.hook.UnrecognizedCommandHook;
import org.qpsmtpd.api.hook.UserConfigHook;
import org.qpsmtpd.api.hook.VrfyHook;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.log.LogRecord;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.HeaderField;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.session.Admission;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.PluginState;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;

/**
 * A plugin for each hook that a session calls, which tells its version wherever the hook lets it:
 * in a reply, in an address, in a field of the message, in the journal. Some run where the
 * connection is read, the others on a worker. Nobody can authenticate himself by them.
 */
public final class HookPlugins {
    private HookPlugins() {}

    /** Before the greeting. */
    @Component(
            configurationPid = "swap_pre_connection",
            configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "swap_pre_connection")
    @NonBlocking
    public static final class PreConnection implements PreConnectionHook {
        @Override
        public HookResult onPreConnection(Admission admission) {
            Witness.met(admission.connection(), HookPoint.PRE_CONNECTION);
            return HookResult.DECLINED;
        }
    }

    /** The greeting. */
    @Component(configurationPid = "swap_connect", configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "swap_connect")
    public static final class Connect implements ConnectHook {
        @Override
        public HookResult onConnect(Connection connection) {
            Witness.met(connection, HookPoint.CONNECT);
            return HookResult.DECLINED;
        }
    }

    /** HELO, before it is read. */
    @Component(
            configurationPid = "swap_helo_parse",
            configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "swap_helo_parse")
    @NonBlocking
    public static final class HeloParse implements HeloParseHook {
        @Override
        public Optional<CommandParser> onHeloParse(Connection connection) {
            Witness.met(connection, HookPoint.HELO_PARSE);
            return Optional.empty();
        }
    }

    /** EHLO, before it is read. */
    @Component(
            configurationPid = "swap_ehlo_parse",
            configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "swap_ehlo_parse")
    public static final class EhloParse implements EhloParseHook {
        @Override
        public Optional<CommandParser> onEhloParse(Connection connection) {
            Witness.met(connection, HookPoint.EHLO_PARSE);
            return Optional.empty();
        }
    }

    /** HELO. */
    @Component(configurationPid = "swap_helo", configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "swap_helo")
    public static final class Helo implements HeloHook {
        @Override
        public HookResult onHelo(Connection connection, String host) {
            Witness.met(connection, HookPoint.HELO);
            return HookResult.DECLINED;
        }
    }

    /** EHLO: offers its version. */
    @Component(configurationPid = "swap_ehlo", configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "swap_ehlo")
    public static final class Ehlo implements EhloHook {
        @Override
        public HookResult onEhlo(Connection connection, String host, List<String> capabilities) {
            Witness.met(connection, HookPoint.EHLO);
            capabilities.add("XSWAP " + Witness.VERSION);
            return HookResult.DECLINED;
        }
    }

    /** MAIL, before it is read. */
    @Component(
            configurationPid = "swap_mail_parse",
            configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "swap_mail_parse")
    @NonBlocking
    public static final class MailParse implements MailParseHook {
        @Override
        public Optional<CommandParser> onMailParse(Connection connection) {
            Witness.met(connection, HookPoint.MAIL_PARSE);
            return Optional.empty();
        }
    }

    /** MAIL, taken apart: puts its version into the address. */
    @Component(
            configurationPid = "swap_mail_pre",
            configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "swap_mail_pre")
    public static final class MailPre implements MailPreHook {
        @Override
        public HookResult onMailPre(Transaction transaction, String path, Parameters parameters) {
            Witness.met(transaction.connection(), HookPoint.MAIL_PRE);
            return HookResult.ok(path.replace("@", "+" + Witness.VERSION + "@"));
        }
    }

    /** MAIL. */
    @Component(configurationPid = "swap_mail", configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "swap_mail")
    @NonBlocking
    public static final class Mail implements MailHook {
        @Override
        public HookResult onMail(Transaction transaction, Address sender, Parameters parameters) {
            Witness.met(transaction.connection(), HookPoint.MAIL);
            return HookResult.DECLINED;
        }
    }

    /** RCPT, before it is read. */
    @Component(
            configurationPid = "swap_rcpt_parse",
            configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "swap_rcpt_parse")
    public static final class RcptParse implements RcptParseHook {
        @Override
        public Optional<CommandParser> onRcptParse(Connection connection) {
            Witness.met(connection, HookPoint.RCPT_PARSE);
            return Optional.empty();
        }
    }

    /** RCPT, taken apart: puts its version into the address. */
    @Component(
            configurationPid = "swap_rcpt_pre",
            configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "swap_rcpt_pre")
    @NonBlocking
    public static final class RcptPre implements RcptPreHook {
        @Override
        public HookResult onRcptPre(Transaction transaction, String path, Parameters parameters) {
            Witness.met(transaction.connection(), HookPoint.RCPT_PRE);
            return HookResult.ok(path.replace("@", "+" + Witness.VERSION + "@"));
        }
    }

    /** RCPT: the only one that accepts recipients. */
    @Component(configurationPid = "swap_rcpt", configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "swap_rcpt")
    public static final class Rcpt implements RcptHook {
        @Override
        public HookResult onRcpt(Transaction transaction, Recipient recipient) {
            Witness.met(transaction.connection(), HookPoint.RCPT);
            return HookResult.OK;
        }
    }

    /** Of a recipient that was accepted. */
    @Component(
            configurationPid = "swap_rcpt_post",
            configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "swap_rcpt_post")
    public static final class RcptPost implements RcptPostHook {
        @Override
        public HookResult onRcptPost(Transaction transaction, Recipient recipient) {
            Witness.met(transaction.connection(), HookPoint.RCPT_POST);
            return HookResult.DECLINED;
        }
    }

    /** DATA. */
    @Component(configurationPid = "swap_data", configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "swap_data")
    public static final class Data implements DataHook {
        @Override
        public HookResult onData(Transaction transaction) {
            Witness.met(transaction.connection(), HookPoint.DATA);
            return HookResult.DECLINED;
        }
    }

    /** The end of the header. */
    @Component(
            configurationPid = "swap_data_headers_end",
            configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "swap_data_headers_end")
    public static final class DataHeadersEnd implements DataHeadersEndHook {
        @Override
        public HookResult onDataHeadersEnd(Transaction transaction) {
            Witness.met(transaction.connection(), HookPoint.DATA_HEADERS_END);
            return HookResult.DECLINED;
        }
    }

    /** The whole message: a field with its version. */
    @Component(
            configurationPid = "swap_data_post_headers",
            configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "swap_data_post_headers")
    @NonBlocking
    public static final class DataPostHeaders implements DataPostHeadersHook {
        @Override
        public HookResult onDataPostHeaders(Transaction transaction) {
            Witness.met(transaction.connection(), HookPoint.DATA_POST_HEADERS);
            transaction.headers().append("X-Swap-Headers", Witness.VERSION);
            return HookResult.DECLINED;
        }
    }

    /** The Received field, with its version. */
    @Component(
            configurationPid = "swap_received_line",
            configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "swap_received_line")
    public static final class ReceivedLine implements ReceivedLineHook {
        @Override
        public Optional<String> onReceivedLine(Transaction transaction, String protocol) {
            Witness.met(transaction.connection(), HookPoint.RECEIVED_LINE);
            return Optional.of(
                    "from load.test by swap.test (" + Witness.VERSION + ") with " + protocol);
        }
    }

    /** The whole message: a field with its version. */
    @Component(
            configurationPid = "swap_data_post",
            configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "swap_data_post")
    public static final class DataPost implements DataPostHook {
        private final PluginState<Visits> visits = new PluginState<>(Visits::new);

        /** A class of this bundle, which a session keeps an object of. */
        private static final class Visits {
            private int messages;
        }

        @Override
        public HookResult onDataPost(Transaction transaction) {
            Witness.met(transaction.connection(), HookPoint.DATA_POST);
            int number = ++visits.of(transaction.connection()).messages;
            transaction.headers().append("X-Swap-Message", Integer.toString(number));
            transaction.headers().append("X-Swap-Post", Witness.VERSION);
            String torn = Witness.torn(transaction.connection());
            if (!torn.isEmpty()) {
                transaction.headers().append("X-Swap-Torn", torn);
            }
            return HookResult.DECLINED;
        }
    }

    /** Before the queue. */
    @Component(
            configurationPid = "swap_queue_pre",
            configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "swap_queue_pre")
    @NonBlocking
    public static final class QueuePre implements QueuePreHook {
        @Override
        public HookResult onQueuePre(Transaction transaction) {
            Witness.met(transaction.connection(), HookPoint.QUEUE_PRE);
            return HookResult.DECLINED;
        }
    }

    /** The queue; the next plugin stores the message. */
    @Component(configurationPid = "swap_queue", configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "swap_queue")
    public static final class Queue implements QueueHook {
        @Override
        public HookResult onQueue(Transaction transaction) {
            Witness.met(transaction.connection(), HookPoint.QUEUE);
            return HookResult.DECLINED;
        }
    }

    /** After the queue: says for the log which message it was. */
    @Component(
            configurationPid = "swap_queue_post",
            configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "swap_queue_post")
    public static final class QueuePost implements QueuePostHook {
        @Override
        public HookResult onQueuePost(Transaction transaction) {
            Witness.met(transaction.connection(), HookPoint.QUEUE_POST);
            String id =
                    transaction.headers().first("Message-Id").map(HeaderField::value).orElse("");
            return HookResult.pass("queued " + id.strip());
        }
    }

    /** VRFY: answers its version. */
    @Component(configurationPid = "swap_vrfy", configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "swap_vrfy")
    @NonBlocking
    public static final class Vrfy implements VrfyHook {
        @Override
        public HookResult onVrfy(Connection connection, String argument) {
            Witness.met(connection, HookPoint.VRFY);
            return HookResult.ok("vrfy " + Witness.VERSION);
        }
    }

    /** NOOP. */
    @Component(configurationPid = "swap_noop", configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "swap_noop")
    public static final class Noop implements NoopHook {
        @Override
        public HookResult onNoop(Connection connection) {
            Witness.met(connection, HookPoint.NOOP);
            return HookResult.DECLINED;
        }
    }

    /** HELP: answers its version. */
    @Component(configurationPid = "swap_help", configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "swap_help")
    public static final class Help implements HelpHook {
        @Override
        public HookResult onHelp(Connection connection, String argument) {
            Witness.met(connection, HookPoint.HELP);
            return HookResult.ok("help " + Witness.VERSION);
        }
    }

    /** QUIT: answers all versions that the session met. */
    @Component(configurationPid = "swap_quit", configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "swap_quit")
    public static final class Quit implements QuitHook {
        @Override
        public HookResult onQuit(Connection connection) {
            Witness.met(connection, HookPoint.QUIT);
            return HookResult.ok("bye " + Witness.VERSION + Witness.report(connection, "\n"));
        }
    }

    /** What is no command: refuses it with its version. */
    @Component(
            configurationPid = "swap_unrecognized_command",
            configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "swap_unrecognized_command")
    public static final class UnrecognizedCommand implements UnrecognizedCommandHook {
        @Override
        public HookResult onUnrecognizedCommand(
                Connection connection, String verb, String argument) {
            Witness.met(connection, HookPoint.UNRECOGNIZED_COMMAND);
            return HookResult.deny("unknown " + Witness.VERSION);
        }
    }

    /** The end of a transaction. */
    @Component(
            configurationPid = "swap_reset_transaction",
            configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "swap_reset_transaction")
    public static final class ResetTransaction implements ResetTransactionHook {
        @Override
        public void onResetTransaction(Transaction transaction) {
            Witness.met(transaction.connection(), HookPoint.RESET_TRANSACTION);
        }
    }

    /** The end of the connection. */
    @Component(
            configurationPid = "swap_disconnect",
            configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "swap_disconnect")
    public static final class Disconnect implements DisconnectHook {
        @Override
        public void onDisconnect(Connection connection) {
            Witness.met(connection, HookPoint.DISCONNECT);
        }
    }

    /** The last hook of all: writes what the session met into the journal. */
    @Component(
            configurationPid = "swap_post_connection",
            configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "swap_post_connection")
    public static final class PostConnection implements PostConnectionHook {
        @Override
        public void onPostConnection(Connection connection) {
            Witness.met(connection, HookPoint.POST_CONNECTION);
            Witness.journal("session " + connection.id() + Witness.report(connection, " "));
        }
    }

    /** Sees refusals. */
    @Component(configurationPid = "swap_deny", configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "swap_deny")
    @NonBlocking
    public static final class Deny implements DenyHook {
        @Override
        public void onDeny(
                Connection connection,
                Optional<Transaction> transaction,
                String plugin,
                String hook,
                HookResult result) {
            Witness.met(connection, HookPoint.DENY);
        }
    }

    /** Sees other answers. */
    @Component(configurationPid = "swap_ok", configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "swap_ok")
    @NonBlocking
    public static final class Ok implements OkHook {
        @Override
        public void onOk(
                Connection connection,
                Optional<Transaction> transaction,
                String plugin,
                String hook,
                HookResult result) {
            Witness.met(connection, HookPoint.OK);
        }
    }

    /** Look-ups: knows one file, and its version is in it. */
    @Component(configurationPid = "swap_config", configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "swap_config")
    @NonBlocking
    public static final class Config implements ConfigHook {
        @Override
        public Optional<List<String>> onConfig(String name) {
            return Witness.fileOf(HookPoint.CONFIG).equals(name)
                    ? Optional.of(List.of(Witness.VERSION))
                    : Optional.empty();
        }
    }

    /** Look-ups for one address: knows one file, and its version is in it. */
    @Component(
            configurationPid = "swap_user_config",
            configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "swap_user_config")
    @NonBlocking
    public static final class UserConfig implements UserConfigHook {
        @Override
        public Optional<List<String>> onUserConfig(Address address, String name) {
            return Witness.fileOf(HookPoint.USER_CONFIG).equals(name)
                    ? Optional.of(List.of(Witness.VERSION))
                    : Optional.empty();
        }
    }

    /** The log: copies what {@link QueuePost} says into the journal. */
    @Component(configurationPid = "swap_logging", configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "swap_logging")
    public static final class Logging implements LoggingHook {
        @Override
        public HookResult onLog(LogRecord line) {
            if (line.plugin().equals("swap_queue_post")) {
                Witness.journal("log " + Witness.VERSION + " " + line.text());
            }
            return HookResult.DECLINED;
        }

        @Override
        public LogLevel threshold() {
            return LogLevel.INFO;
        }
    }

    /** The beginning of an instance's service: writes its version into the journal. */
    @Component(
            configurationPid = "swap_post_fork",
            configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "swap_post_fork")
    public static final class PostFork implements PostForkHook {
        @Override
        public void onPostFork() {
            Witness.journal("fork " + Witness.VERSION);
        }
    }

    /** Before somebody is authenticated. */
    @Component(
            configurationPid = "swap_auth_pre",
            configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "swap_auth_pre")
    @NonBlocking
    public static final class AuthPre implements AuthPreHook {
        @Override
        public HookResult onAuthPre(Connection connection, AuthAttempt attempt) {
            Witness.met(connection, HookPoint.AUTH_PRE);
            return HookResult.DECLINED;
        }
    }

    /** AUTH PLAIN. */
    @Component(
            configurationPid = "swap_auth_plain",
            configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "swap_auth_plain")
    public static final class AuthPlain implements AuthPlainHook {
        @Override
        public HookResult onAuthPlain(Connection connection, Credentials credentials) {
            Witness.met(connection, HookPoint.AUTH_PLAIN);
            return HookResult.DECLINED;
        }
    }

    /** AUTH LOGIN. */
    @Component(
            configurationPid = "swap_auth_login",
            configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "swap_auth_login")
    @NonBlocking
    public static final class AuthLogin implements AuthLoginHook {
        @Override
        public HookResult onAuthLogin(Connection connection, Credentials credentials) {
            Witness.met(connection, HookPoint.AUTH_LOGIN);
            return HookResult.DECLINED;
        }
    }

    /** AUTH CRAM-MD5. */
    @Component(
            configurationPid = "swap_auth_cram_md5",
            configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "swap_auth_cram_md5")
    public static final class AuthCramMd5 implements AuthCramMd5Hook {
        @Override
        public HookResult onAuthCramMd5(Connection connection, Credentials credentials) {
            Witness.met(connection, HookPoint.AUTH_CRAM_MD5);
            return HookResult.DECLINED;
        }
    }

    /** Any of these. */
    @Component(configurationPid = "swap_auth", configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "swap_auth")
    @NonBlocking
    public static final class Auth implements AuthHook {
        @Override
        public HookResult onAuth(Connection connection, Credentials credentials) {
            Witness.met(connection, HookPoint.AUTH);
            return HookResult.DECLINED;
        }
    }

    /** SCRAM. */
    @Component(
            configurationPid = "swap_auth_keys",
            configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "swap_auth_keys")
    public static final class AuthKeys implements AuthKeysHook {
        @Override
        public CompletionStage<Optional<StoredKeys>> onAuthKeys(
                Connection connection, ScramHash hash, String user) {
            Witness.met(connection, HookPoint.AUTH_KEYS);
            return CompletableFuture.completedFuture(Optional.empty());
        }
    }

    /** AUTH OAUTHBEARER. */
    @Component(
            configurationPid = "swap_auth_token",
            configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "swap_auth_token")
    @NonBlocking
    public static final class AuthToken implements AuthTokenHook {
        @Override
        public CompletionStage<TokenVerdict> onAuthToken(Connection connection, BearerToken token) {
            Witness.met(connection, HookPoint.AUTH_TOKEN);
            return CompletableFuture.completedFuture(TokenVerdict.UNKNOWN);
        }
    }

    /** After an authentication. */
    @Component(
            configurationPid = "swap_auth_post",
            configurationPolicy = ConfigurationPolicy.REQUIRE)
    @Plugin(name = "swap_auth_post")
    public static final class AuthPost implements AuthPostHook {
        @Override
        public HookResult onAuthPost(
                Connection connection, AuthAttempt attempt, AuthOutcome outcome) {
            Witness.met(connection, HookPoint.AUTH_POST);
            return HookResult.DECLINED;
        }
    }
}
