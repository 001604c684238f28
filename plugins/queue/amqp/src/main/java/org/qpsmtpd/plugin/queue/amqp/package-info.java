/** The plugin queue/amqp. */
@NullMarked
package org.qpsmtpd.plugin.queue.amqp;

import org.jspecify.annotations.NullMarked;
