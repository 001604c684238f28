package org.qpsmtpd.testkit;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A database server of Debian's packages with an empty database {@code mail}, at a port of this
 * machine. Needs root's rights, to run it as its own user.
 */
public final class RealDatabase implements AutoCloseable {
    private static final String POSTGRESQL = "/usr/lib/postgresql/15/bin/";
    private static final String MARIADB = "/usr/sbin/mariadbd";

    private final RealServer server;
    private final int port;
    private final Kind kind;

    /** Which there are. */
    public enum Kind {
        /** Of the package postgresql-15. */
        POSTGRESQL,
        /** Of the package mariadb-server. */
        MARIADB
    }

    private RealDatabase(Kind kind, RealServer server, int port) {
        this.kind = kind;
        this.server = server;
        this.port = port;
    }

    /** Whether it is installed and can be run. */
    public static boolean canRun(Kind kind) {
        return RealServer.canRun(kind == Kind.POSTGRESQL ? POSTGRESQL + "initdb" : MARIADB);
    }

    /** Starts one. */
    public static RealDatabase start(Kind kind) throws IOException {
        int port = RealServer.freePort();
        RealServer server = kind == Kind.POSTGRESQL ? postgresql(port) : mariadb(port);
        RealDatabase database = new RealDatabase(kind, server, port);
        database.run(kind == Kind.POSTGRESQL ? "postgres" : "mysql", "create database mail");
        return database;
    }

    private static RealServer postgresql(int port) throws IOException {
        Path folder = RealServer.folder("postgres");
        String data = folder + "/data";
        RealServer.run("postgres", List.of(POSTGRESQL + "initdb", "-D", data, "-A", "trust", "-N"));
        return new RealServer(
                "postgres",
                folder,
                List.of(
                        POSTGRESQL + "postgres",
                        "-D",
                        data,
                        "-p",
                        String.valueOf(port),
                        "-k",
                        folder.toString(),
                        "-c",
                        "listen_addresses=127.0.0.1",
                        "-F"),
                "-INT");
    }

    private static RealServer mariadb(int port) throws IOException {
        Path folder = RealServer.folder("mysql");
        String data = "--datadir=" + folder + "/data";
        RealServer.run(
                "mysql",
                List.of("/usr/bin/mariadb-install-db", "--no-defaults", data, "--skip-test-db"));
        return new RealServer(
                "mysql",
                folder,
                List.of(
                        MARIADB,
                        "--no-defaults",
                        data,
                        "--bind-address=127.0.0.1",
                        "--port=" + port,
                        "--socket=" + folder + "/sock",
                        "--pid-file=" + folder + "/pid",
                        "--skip-grant-tables",
                        "--skip-networking=0"),
                "-TERM");
    }

    /** Where it listens. */
    public int port() {
        return port;
    }

    /** The database {@code mail}, for a Java program. */
    public String url() {
        String place = "127.0.0.1:" + port + "/mail";
        return kind == Kind.POSTGRESQL
                ? "jdbc:postgresql://" + place
                : "jdbc:mariadb://" + place + "?sslMode=disable";
    }

    /** Who may read it, without password. */
    public String user() {
        return kind == Kind.POSTGRESQL ? "postgres" : "root";
    }

    /** Runs statements in the database {@code mail}. */
    public void execute(String... statements) throws IOException {
        for (String statement : statements) {
            run("mail", statement);
        }
    }

    private void run(String database, String statement) throws IOException {
        List<String> client =
                kind == Kind.POSTGRESQL
                        ? List.of(POSTGRESQL + "psql", "-p", String.valueOf(port), "-d", database)
                        : List.of("/usr/bin/mariadb", "--no-defaults", "-P", "" + port, database);
        List<String> all = new ArrayList<>(client);
        all.addAll(
                kind == Kind.POSTGRESQL
                        ? List.of("-h", "127.0.0.1", "-U", user(), "-c", statement)
                        : List.of("-h", "127.0.0.1", "-u", user(), "-e", statement));
        server.runWhenUp(all);
    }

    /** Stops it and deletes its folder; once is enough. */
    @Override
    public void close() throws IOException {
        server.close();
    }
}
