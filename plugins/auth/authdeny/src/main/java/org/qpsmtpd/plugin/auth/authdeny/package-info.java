/** The plugin auth/authdeny. */
@NullMarked
package org.qpsmtpd.plugin.auth.authdeny;

import org.jspecify.annotations.NullMarked;
