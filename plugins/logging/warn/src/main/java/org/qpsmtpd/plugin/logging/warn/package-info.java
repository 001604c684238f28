/** The plugin logging/warn. */
@NullMarked
package org.qpsmtpd.plugin.logging.warn;

import org.jspecify.annotations.NullMarked;
