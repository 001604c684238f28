/** The plugin auth/auth_brake. */
@NullMarked
package org.qpsmtpd.plugin.auth.authbrake;

import org.jspecify.annotations.NullMarked;
