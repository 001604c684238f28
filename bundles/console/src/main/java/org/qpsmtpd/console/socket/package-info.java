/**
 * The Unix-domain socket by which {@code bin/qpsmtpd-console} reaches the commands of a running
 * server.
 */
@NullMarked
package org.qpsmtpd.console.socket;

import org.jspecify.annotations.NullMarked;
