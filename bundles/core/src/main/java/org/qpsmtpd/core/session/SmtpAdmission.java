package org.qpsmtpd.core.session;

import org.qpsmtpd.api.connection.Connection;
import org.qpsmtpd.api.hook.Admission;

/** What is known of a connection before anything was said. */
record SmtpAdmission(Connection connection, int maxFromIp, int connectionsFromIp)
        implements Admission {}
