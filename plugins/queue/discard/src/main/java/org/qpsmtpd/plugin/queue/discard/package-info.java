/** The plugin queue/discard. */
@NullMarked
package org.qpsmtpd.plugin.queue.discard;

import org.jspecify.annotations.NullMarked;
