/** The plugin bogus_bounce. */
@NullMarked
package org.qpsmtpd.plugin.bogusbounce;

import org.jspecify.annotations.NullMarked;
