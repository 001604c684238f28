package org.qpsmtpd.plugin.dmarc.report;

/** The settings of the plugin that are about reports. */
public @interface ReportOptions {
    /** Whether messages are counted for reports. */
    boolean reporting() default true;

    /**
     * Where reports are handed to, {@code HOST} or {@code HOST:PORT}; empty: they are kept and
     * shown only.
     */
    String report__host() default "";

    /** {@code none}, {@code may}, {@code encrypt} or {@code verify}: TLS on the way there. */
    String report__tls() default "may";

    /** The address that reports are from; empty: postmaster at this server's name. */
    String report__from() default "";

    /** Name of the organization that reports; empty: this server's name. */
    String report__org() default "";

    /** Where else questions can be asked, such as a URL; empty for nowhere. */
    String report__contact() default "";

    /** Rows of a report at most. */
    int report__rows() default 5000;

    /** Whether domains that ask for it are told of single messages that fail. */
    boolean failure__reports() default false;
}
