/** The plugin queue/exim-bsmtp. */
@NullMarked
package org.qpsmtpd.plugin.queue.eximbsmtp;

import org.jspecify.annotations.NullMarked;
