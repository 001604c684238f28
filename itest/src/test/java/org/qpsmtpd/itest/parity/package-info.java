/** The server beside the qpsmtpd of Debian's package: the same dialogues, the same reply codes. */
@NullMarked
package org.qpsmtpd.itest.parity;

import org.jspecify.annotations.NullMarked;
