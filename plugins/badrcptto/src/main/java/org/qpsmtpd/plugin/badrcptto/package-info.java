/** The plugin {@code badrcptto}. */
@NullMarked
package org.qpsmtpd.plugin.badrcptto;

import org.jspecify.annotations.NullMarked;
