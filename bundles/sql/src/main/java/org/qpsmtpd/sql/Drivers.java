package org.qpsmtpd.sql;

import com.zaxxer.hikari.HikariConfig;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Collections;

/** Says which driver a URL is for, and how long it waits. */
final class Drivers {
    private static final long LEAST_TIMEOUT_MILLIS = 250;

    private Drivers() {}

    /**
     * Connects to nobody.
     *
     * @throws IllegalArgumentException for a URL of another database
     */
    static HikariConfig pool(DatabaseSettings settings) {
        HikariConfig pool = new HikariConfig();
        int millis = settings.timeoutMillis();
        // By its class, since the list of drivers that the JDK keeps is nobody's.
        if (settings.url().startsWith("jdbc:postgresql:")) {
            pool.setDriverClassName("org.postgresql.Driver");
            limit(pool, (millis + 999) / 1000);
        } else if (settings.url().startsWith("jdbc:mariadb:")) {
            pool.setDriverClassName("org.mariadb.jdbc.Driver");
            limit(pool, millis);
        } else {
            throw new IllegalArgumentException(
                    "url '"
                            + settings.url()
                            + "' is not jdbc:postgresql://HOST/NAME or jdbc:mariadb://HOST/NAME");
        }
        forgetDrivers();
        pool.setJdbcUrl(settings.url());
        pool.setUsername(settings.user());
        pool.setPassword(settings.password());
        pool.setMaximumPoolSize(settings.connections());
        pool.setConnectionTimeout(millis);
        pool.setValidationTimeout(Math.max(LEAST_TIMEOUT_MILLIS, millis / 2));
        return pool;
    }

    /** In the driver's own unit. */
    private static void limit(HikariConfig pool, int time) {
        pool.addDataSourceProperty("connectTimeout", String.valueOf(time));
        pool.addDataSourceProperty("socketTimeout", String.valueOf(time));
    }

    /** The JDK keeps drivers for ever, and with them the classes of a replaced bundle. */
    private static void forgetDrivers() {
        ClassLoader ours = Drivers.class.getClassLoader();
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
