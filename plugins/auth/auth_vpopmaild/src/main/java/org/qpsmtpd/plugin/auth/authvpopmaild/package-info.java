/** The plugin auth/auth_vpopmaild. */
@NullMarked
package org.qpsmtpd.plugin.auth.authvpopmaild;

import org.jspecify.annotations.NullMarked;
