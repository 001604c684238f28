/** The plugin {@code badmailfromto}. */
@NullMarked
package org.qpsmtpd.plugin.badmailfromto;

import org.jspecify.annotations.NullMarked;
