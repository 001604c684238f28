package org.qpsmtpd.plugin.rcptsql;

import com.zaxxer.hikari.HikariConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Collections;
import java.util.List;

/** Says which database the options name, and how long it is waited for. */
final class Databases {
    private static final long LEAST_TIMEOUT_MILLIS = 250;

    private Databases() {}

    /**
     * Connects to nobody.
     *
     * @throws IllegalArgumentException naming the option and what is wrong with it
     */
    static HikariConfig pool(RcptSqlConfig config) {
        HikariConfig pool = new HikariConfig();
        int millis = config.timeoutMillis();
        // By its class, since the list of drivers that the JDK keeps is nobody's.
        if (config.url().startsWith("jdbc:postgresql:")) {
            pool.setDriverClassName("org.postgresql.Driver");
            limit(pool, (millis + 999) / 1000);
        } else if (config.url().startsWith("jdbc:mariadb:")) {
            pool.setDriverClassName("org.mariadb.jdbc.Driver");
            limit(pool, millis);
        } else {
            throw new IllegalArgumentException(
                    "url '"
                            + config.url()
                            + "' is not jdbc:postgresql://HOST/NAME or jdbc:mariadb://HOST/NAME");
        }
        forgetDrivers();
        pool.setJdbcUrl(config.url());
        pool.setUsername(config.user());
        pool.setPassword(password(config));
        pool.setMaximumPoolSize(config.connections());
        pool.setConnectionTimeout(millis);
        pool.setValidationTimeout(Math.max(LEAST_TIMEOUT_MILLIS, millis / 2));
        return pool;
    }

    /** In the driver's own unit. */
    private static void limit(HikariConfig pool, int time) {
        pool.addDataSourceProperty("connectTimeout", String.valueOf(time));
        pool.addDataSourceProperty("socketTimeout", String.valueOf(time));
    }

    private static String password(RcptSqlConfig config) {
        if (config.password__file().isEmpty()) {
            return "";
        }
        Path file = Path.of(config.password__file());
        try {
            List<String> lines = Files.readAllLines(file);
            return lines.isEmpty() ? "" : lines.get(0);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "password_file '" + file + "' cannot be read: " + e, e);
        }
    }

    /** The JDK keeps drivers for ever, and with them the classes of a replaced bundle. */
    private static void forgetDrivers() {
        ClassLoader ours = Databases.class.getClassLoader();
        try {
            for (Driver driver : Collections.list(DriverManager.getDrivers())) {
                if (driver.getClass().getClassLoader() == ours) {
                    DriverManager.deregisterDriver(driver);
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException("a driver cannot be taken off the JDK's list", e);
        }
    }
}
