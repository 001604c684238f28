/** The plugin arc. */
@NullMarked
package org.qpsmtpd.plugin.arc;

import org.jspecify.annotations.NullMarked;
