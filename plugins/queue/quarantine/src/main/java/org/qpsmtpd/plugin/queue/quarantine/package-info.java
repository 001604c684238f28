/** The plugin queue/quarantine. */
@NullMarked
package org.qpsmtpd.plugin.queue.quarantine;

import org.jspecify.annotations.NullMarked;
