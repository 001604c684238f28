package org.qpsmtpd.core.session;

import org.qpsmtpd.api.session.Admission;
import org.qpsmtpd.api.session.Connection;

/** What is known of a connection before anything was said. */
record SmtpAdmission(Connection connection, int maxFromIp, int connectionsFromIp)
        implements Admission {}
