package org.qpsmtpd.itest.process;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.Program.Result;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.testkit.RealDatabase;
import org.qpsmtpd.testkit.RealDatabase.Kind;
import org.qpsmtpd.testkit.RealDirectory;

/** Users are in a directory and in two databases, which say whose a sender is, too. */
@Timeout(240)
class DirectoriesIT {
    private static final String PASSWORD = "correct-horse";

    /** Of the directory. */
    private static final String ANN = "ann@ours.test";

    /** Of PostgreSQL. */
    private static final String PAM = "pam@ours.test";

    /** Of MariaDB. */
    private static final String MARY = "mary@ours.test";

    private static final String QUERY = "\"select password from account where name = :address\"";

    private static final String ENTRY =
            """
            dn: uid=ann,dc=ours,dc=test
            objectClass: inetOrgPerson
            uid: ann
            cn: Ann
            sn: Other
            mail: ann@ours.test
            userPassword: correct-horse
            """;

    @TempDir private static @Nullable Path folder;
    private static @Nullable RealDirectory directory;
    private static @Nullable RealDatabase postgresql;
    private static @Nullable RealDatabase mariadb;
    private static @Nullable ServerUnderTest server;

    @BeforeAll
    static void start() throws IOException {
        Path keys = requireNonNull(folder);
        Certificates.make(keys, "mx", "localhost");
        Certificates.make(keys, "ldap", "localhost");
        Files.writeString(keys.resolve("secret"), "secret\n");
        startOthers(keys);
        String login = "\"select login from sender where address = :address\"";
        server =
                ServerUnderTest.builder()
                        .plugins(
                                "logging/warn 7",
                                "tls " + keys.resolve("mx.crt") + " " + keys.resolve("mx.key"),
                                ldap(requireNonNull(directory).port()),
                                sql(1, requireNonNull(postgresql)),
                                sql(2, requireNonNull(mariadb)),
                                "sender_login sql_url "
                                        + requireNonNull(postgresql).url()
                                        + " sql_user postgres sql_query "
                                        + login,
                                "rcpt_ok",
                                "queue/maildir MAIL")
                        .file("sender_login", "info@ours.test " + ANN)
                        .start();
    }

    private static void startOthers(Path keys) throws IOException {
        if (!RealDirectory.canRun()
                || !RealDatabase.canRun(Kind.POSTGRESQL)
                || !RealDatabase.canRun(Kind.MARIADB)) {
            Program.missing("slapd, postgresql-15 and mariadb-server, or the right to run them");
        }
        directory =
                RealDirectory.startWithTls(
                        ENTRY, keys.resolve("ldap.crt"), keys.resolve("ldap.key"));
        postgresql = database(Kind.POSTGRESQL, PAM);
        mariadb = database(Kind.MARIADB, MARY);
        postgresql.execute(
                "create table sender (address varchar(99), login varchar(99))",
                "insert into sender values ('sales@ours.test', '" + MARY + "')");
    }

    private static RealDatabase database(Kind kind, String user) throws IOException {
        String hash = Program.find("openssl", "openssl").run("passwd", "-6", PASSWORD).output();
        RealDatabase started = RealDatabase.start(kind);
        started.execute(
                "create table account (name varchar(99), password varchar(250))",
                "insert into account values ('" + user + "', '" + hash.strip() + "')");
        return started;
    }

    private static String ldap(int port) {
        Path keys = requireNonNull(folder);
        return "auth/auth_ldap_bind servers ldap://localhost:%d starttls yes caFile %s"
                        .formatted(port, keys.resolve("ldap.crt"))
                + " ldap_base %s filter (mail=%%s) bind_dn %s password_file %s"
                        .formatted(
                                RealDirectory.BASE, RealDirectory.BINDER, keys.resolve("secret"));
    }

    private static String sql(int number, RealDatabase database) {
        return "auth/auth_sql:%d %s %s user %s"
                .formatted(number, database.url(), QUERY, database.user());
    }

    @AfterAll
    static void stop() throws IOException {
        for (AutoCloseable each : new AutoCloseable[] {server, directory, postgresql, mariadb}) {
            close(each);
        }
    }

    private static void close(@Nullable AutoCloseable each) throws IOException {
        try {
            if (each != null) {
                each.close();
            }
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    private static Result swaks(String user, String password, String sender) {
        return Program.find("swaks", "swaks")
                .run(
                        "--server",
                        "127.0.0.1:" + requireNonNull(server).port(),
                        "--from",
                        sender,
                        "--to",
                        "someone@elsewhere.test",
                        "--tls",
                        "--auth",
                        "PLAIN",
                        "--auth-user",
                        user,
                        "--auth-password",
                        password,
                        "--timeout",
                        "60");
    }

    @ParameterizedTest
    @ValueSource(strings = {ANN, PAM, MARY})
    void whoIsThereSendsAnywhere(String user) {
        Result sent = swaks(user, PASSWORD, user);

        assertThat(sent.status()).as(sent.output()).isZero();
        assertThat(sent.output()).contains("235 2.7.0 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {ANN, PAM, MARY})
    void aWrongPasswordIsToldAsAnUnknownUserIs(String user) {
        Result wrong = swaks(user, "wrong-pony", user);
        Result unknown = swaks("nobody@ours.test", PASSWORD, user);

        assertThat(line(wrong, " 535 "))
                .isEqualTo(line(unknown, " 535 ").replace("nobody@ours.test", user));
    }

    private static String line(Result result, String part) {
        return result.output()
                .lines()
                .filter(line -> line.contains(part))
                .findFirst()
                .orElseThrow(() -> new AssertionError(result.output()));
    }

    @Test
    void aSenderIsItsOwners() {
        assertThat(swaks(ANN, PASSWORD, "info@ours.test").status()).isZero();
        assertThat(swaks(MARY, PASSWORD, "sales@ours.test").status()).isZero();

        assertThat(line(swaks(PAM, PASSWORD, "info@ours.test"), " 553 "))
                .contains("5.7.1 Sender address info@ours.test is not owned by user pam@ours.test");
        assertThat(swaks(ANN, PASSWORD, "sales@ours.test").output()).contains(" 553 5.7.1 ");
        assertThat(swaks(ANN, PASSWORD, PAM).output()).contains(" 553 5.7.1 ");
    }

    @Test
    void aDirectoryThatIsAwayDefers() throws IOException {
        int port;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        byte[] proof = ("\0" + ANN + "\0" + PASSWORD).getBytes(US_ASCII);
        ServerUnderTest.Builder alone =
                ServerUnderTest.builder()
                        .plugins(ldap(port), "rcpt_ok", "queue/maildir MAIL")
                        .file("tls_before_auth", "0");
        try (ServerUnderTest away = alone.start();
                SmtpDialogue client = away.connect()) {
            client.hello();
            client.send("AUTH PLAIN " + Base64.getEncoder().encodeToString(proof)).expect(454);
            assertThat(away.awaitLog("temporary auth error")).doesNotContain(PASSWORD);
        }
    }
}
