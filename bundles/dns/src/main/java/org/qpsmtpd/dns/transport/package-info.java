/** A thread that waits for sockets and times, and messages there and back over UDP and TCP. */
@NullMarked
package org.qpsmtpd.dns.transport;

import org.jspecify.annotations.NullMarked;
