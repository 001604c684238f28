/** The plugin auth/auth_checkpassword. */
@NullMarked
package org.qpsmtpd.plugin.auth.authcheckpassword;

import org.jspecify.annotations.NullMarked;
