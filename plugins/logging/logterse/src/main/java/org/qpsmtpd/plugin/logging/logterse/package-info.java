/** The plugin logging/logterse. */
@NullMarked
package org.qpsmtpd.plugin.logging.logterse;

import org.jspecify.annotations.NullMarked;
