package org.qpsmtpd.plugin.logging.syslog;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(
        name = "logging/syslog",
        description = "Sends the log to syslog, on this machine or another.")
@interface SyslogConfig {
    @AttributeDefinition(description = "The least urgent level that is sent: 0 to 7, or a name.")
    String loglevel() default "WARN";

    @AttributeDefinition(
            description =
                    "Severity of all lines, such as LOG_NOTICE; that of each line when empty.")
    String priority() default "";

    @AttributeDefinition(description = "The name that the lines are sent under.")
    String ident() default "qpsmtpd";

    @AttributeDefinition(description = "The facility, such as LOG_MAIL or LOG_LOCAL0.")
    String facility() default "LOG_MAIL";

    @AttributeDefinition(
            description =
                    "Ways to the server, tried in order: unix, stream, udp, tcp, tls, console. When"
                            + " empty unix, or udp with a host.")
    String[] logsock() default {};

    @AttributeDefinition(
            description =
                    "HOST, or HOST:PORT, of the server for udp, tcp and tls; port 514, for tls 6514.")
    String host() default "localhost";

    @AttributeDefinition(description = "The socket for unix and stream.")
    String socket() default "/dev/log";

    @AttributeDefinition(description = "How a line is written: rfc3164 or rfc5424.")
    String format() default "rfc3164";

    @AttributeDefinition(
            description =
                    "PEM file of the authorities for tls; relative to the server's home directory,"
                            + " those of the JDK when empty.")
    String ca() default "";
}
