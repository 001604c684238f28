/** The plugin queue/lmtp. */
@NullMarked
package org.qpsmtpd.plugin.queue.lmtp;

import org.jspecify.annotations.NullMarked;
