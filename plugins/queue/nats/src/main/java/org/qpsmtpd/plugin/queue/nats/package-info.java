/** The plugin queue/nats. */
@NullMarked
package org.qpsmtpd.plugin.queue.nats;

import org.jspecify.annotations.NullMarked;
