/** The plugin queue/kafka. */
@NullMarked
package org.qpsmtpd.plugin.queue.kafka;

import org.jspecify.annotations.NullMarked;
