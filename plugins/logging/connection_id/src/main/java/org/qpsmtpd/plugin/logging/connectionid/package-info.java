/** The plugin logging/connection_id. */
@NullMarked
package org.qpsmtpd.plugin.logging.connectionid;

import org.jspecify.annotations.NullMarked;
