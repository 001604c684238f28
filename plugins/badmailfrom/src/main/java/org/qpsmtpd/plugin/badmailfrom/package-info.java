/** The plugin {@code badmailfrom}. */
@NullMarked
package org.qpsmtpd.plugin.badmailfrom;

import org.jspecify.annotations.NullMarked;
