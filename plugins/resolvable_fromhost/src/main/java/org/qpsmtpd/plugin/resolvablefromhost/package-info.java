/** The plugin resolvable_fromhost. */
@NullMarked
package org.qpsmtpd.plugin.resolvablefromhost;

import org.jspecify.annotations.NullMarked;
