/** Sockets: accepting, limits, framing of lines and bodies, deadlines. */
@NullMarked
package org.qpsmtpd.core.listener;

import org.jspecify.annotations.NullMarked;
